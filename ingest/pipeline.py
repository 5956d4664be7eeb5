"""From files to a knowledge base: register, read, extract, keep, index, ready.

The order of writes makes every crash harmless: blob, catalog ``registered``, scenes in the catalog,
``extracted``, points in the index, ``ready``. The next run finishes what it finds half-way.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.discover import Found, Refused, discover
from ingest.options import limits_of, options_for, shared_out
from ingest.report import QUIET, Event, Outcome, Summary, Watcher
from ingest.worker import Message, ReadBoard, ReadFailure
from ingest.workers import Job, WorkerPool
from kb.blobs import hash_of
from kb.catalog import NewBoard, NewSource
from kb.errors import BadSource, WrongUse
from kb.indexing import BATCH_UNITS, boards_to_index, finish_extracted, index_sources
from kb.removal import drop_blobs, finish_removals
from kb.scene import Scene

if TYPE_CHECKING:
    from kb.base import KnowledgeBase
    from kb.catalog import LocationRow, SourceRow

log = logging.getLogger(__name__)

FEW = 500  # places that one query names
MAX_ATTEMPTS = 3  # for failures that may pass: a timeout, a dead worker, a store that lost a file
_MAY_PASS = {
    "timeout",
    "worker_crashed",
    "bug",
    "missing_blob",
    "damaged_blob",
    "damaged_scene",
}


def ingest(
    base: KnowledgeBase,
    paths: Sequence[Path],
    *,
    workspace: str,
    extractor: str = "auto",
    jobs: int = 0,
    retry_failed: bool = False,
    watcher: Watcher = QUIET,
) -> Summary:
    """Bring files and folders into a workspace; return what became of each file.

    Args:
        base: the knowledge base; its writer lock is taken for the whole run.
        paths: files, folders (recursively) and zips.
        workspace: where the boards go.
        extractor: who reads pictures: "auto", "local" or "vlm".
        jobs: worker processes; 0 for one per processor.
        retry_failed: read again what failed before, though its bytes are the same.
        watcher: who is told how it goes.

    Raises:
        StoreHeld: another process writes for longer than the settings allow to wait.
    """
    started = time.monotonic()
    found = list(discover(paths, limits_of(base.settings)))
    watcher.start(len(found))
    summary = ingest_items(
        base,
        found,
        workspace=workspace,
        extractor=extractor,
        jobs=jobs,
        retry_failed=retry_failed,
        watcher=watcher,
    )
    summary.seconds = time.monotonic() - started
    return summary


def ingest_items(
    base: KnowledgeBase,
    items: Sequence[Found | Refused],
    *,
    workspace: str,
    extractor: str = "auto",
    jobs: int = 0,
    retry_failed: bool = False,
    watcher: Watcher = QUIET,
) -> Summary:
    """Bring found sources into a workspace: as `ingest`, for whoever holds the bytes already."""
    started = time.monotonic()
    jobs = jobs or base.settings.jobs or os.cpu_count() or 1
    with base.writing("kb ingest", on_wait=watcher.wait):
        run = _Run(base, workspace, extractor, jobs, retry_failed, watcher)
        try:
            run.finish_earlier()
            run.remember(items)
            for item in items:
                run.take(item)
            run.finish()
        finally:
            run.close()
    run.summary.seconds = time.monotonic() - started
    return run.summary


@dataclass
class _Pending:
    """A source of this run on its way to ready; `paths` are yet to be told as added."""

    source: SourceRow
    name: str
    paths: list[str]
    units: int = 0
    blank: bool = True  # nothing was read on its boards so far


class _Run:
    """One ingest under the writer lock."""

    def __init__(
        self,
        base: KnowledgeBase,
        workspace: str,
        extractor: str,
        jobs: int,
        retry_failed: bool,
        watcher: Watcher,
    ) -> None:
        self.base = base
        self.workspace = workspace
        self.extractor = extractor
        self.jobs = jobs
        self.retry_failed = retry_failed
        self.tell = watcher.event
        self.reached = watcher.reached
        self.summary = Summary()
        self._pool: WorkerPool | None = None
        self._pool_workspace = ""
        self._reading: dict[str, _Pending] = {}
        self._to_index: dict[str, _Pending] = {}
        self._known: dict[str, list[tuple[LocationRow, SourceRow]]] = {}
        self._replacing: dict[str, list[str]] = {}  # by source: where other bytes stood before
        self._finished_now: set[str] = set()
        self._waiting: set[str] = set()  # other workspaces whose leftovers can't be read now

    # an earlier run's leftovers

    def finish_earlier(self) -> None:
        """Finish what a crash left half-way, in all workspaces, from the stored bytes.

        Ready boards may wait to be linked too: a look at all anew was cut short, or the store was
        made before boards were linked.
        """
        from kb.links import link_all

        finish_removals(self.base)
        extracted = []
        unfinished = self.base.catalog.unfinished()
        for source in unfinished:
            if source.state == "extracted":
                extracted.append(source.id)
            elif not self.base.blobs.has(source.sha256):
                self.base.catalog.forget(source.id)
            elif self._has_workers(source.workspace):
                paths = self.base.catalog.paths(source.id)
                self._read(_Pending(source, paths[0], []))
        finish_extracted(self.base, extracted)
        self.finish()
        link_all(self.base)
        self._finished_now.update(source.id for source in unfinished)

    def _has_workers(self, workspace: str) -> bool:
        """Tell whether leftovers of `workspace` can be read now; its mistakes stop no other's."""
        if workspace in self._waiting:
            return False
        try:
            self._pool_for(workspace)
        except WrongUse as error:
            if workspace == self.workspace:
                raise
            log.warning("sources of the workspace %s wait: %s", workspace, error.message)
            self._waiting.add(workspace)
            return False
        return True

    # one file

    def remember(self, items: Sequence[Found | Refused]) -> None:
        """Load what is known of the places of `items`; of all places where they are many."""
        origins = [item.origin for item in items if isinstance(item, Found)]
        few = origins if len(origins) <= FEW else None
        self._known = self.base.catalog.known_locations(self.workspace, few)

    def take(self, item: Found | Refused) -> None:
        """Look at one file: known, new, or no good."""
        if isinstance(item, Refused):
            self._tell_failed(item.path, item.code, item.message)
            return
        seen = self._seen(item)
        if seen is not None and self._settled(item.path, seen):
            return
        try:
            data = item.load()
        except BadSource as error:
            self._tell_failed(item.path, error.code, error.message)
            return
        self._register(item, data)

    def _seen(self, item: Found) -> SourceRow | None:
        """Return the source that this very file was before: same place, size and time."""
        for location, source in self._known.get(item.origin, ()):
            if (location.size, location.mtime_ns) == (item.size, item.mtime_ns):
                return source
        return None

    def _settled(self, path: str, source: SourceRow) -> bool:
        """Tell the outcome of a source that needs no work; False where it needs some."""
        if source.state == "failed":
            if self._may_retry(source):
                return False
            self._tell_failed(path, source.error_code, source.error_message)
            return True
        if source.id in self._finished_now:
            self._finished_now.discard(source.id)
            self.tell(Event("read", path))
            self._tell("added", path)
        else:
            self._tell("unchanged", path)
        return True

    def _register(self, item: Found, data: bytes) -> None:
        new = NewSource(
            workspace=self.workspace,
            origin=item.origin,
            path=item.path,
            sha256=hash_of(data),
            size=item.size,
            mtime_ns=item.mtime_ns,
        )
        known = self.base.catalog.source(self.workspace, new.id)
        again = known is not None and known.state == "failed" and self._may_retry(known)
        if known is None or again:
            self.base.blobs.put(data)
            self.reached("blob")
        source = self.base.catalog.register(new, again=again)
        self.reached("registered")
        if source.state != "ready" and self.base.catalog.holds_others(new):
            self._replacing.setdefault(new.id, []).append(item.path)
        waiting = self._to_index.get(new.id)
        if new.id in self._reading:  # the same bytes twice in one run
            self._reading[new.id].paths.append(item.path)
        elif waiting is not None and waiting.paths:  # read before its twin was looked at
            waiting.paths.append(item.path)
            self.tell(Event("read", item.path))
        elif source.state == "registered":
            self._read(_Pending(source, item.path, [item.path]))
        elif source.state == "extracted":  # known bytes in a new place: the index must learn it
            if waiting is None:
                self._queue_index(_Pending(source, item.path, [], self._units_of(source)))
            self._tell("unchanged", item.path)
        else:
            self._settled(item.path, source)

    def _may_retry(self, source: SourceRow) -> bool:
        may_pass = source.error_code in _MAY_PASS and source.attempts < MAX_ATTEMPTS
        return self.retry_failed or may_pass

    # reading

    def _read(self, pending: _Pending) -> None:
        pool = self._pool_for(pending.source.workspace)
        self._reading[pending.source.id] = pending
        job = Job(pending.source.id, Path(pending.name).name, pending.source.sha256)
        while not pool.try_submit(job):
            self._collect(timeout=0.5)

    def _pool_for(self, workspace: str) -> WorkerPool:
        """Return the workers of `workspace`, which know what marks mean there."""
        if self._pool is not None and self._pool_workspace == workspace:
            return self._pool
        while self._reading:  # what a crash left in another workspace
            self._collect(timeout=0.5)
        self._close_pool()
        jobs, options = shared_out(
            self.jobs, options_for(self.base.settings, workspace, self.extractor)
        )
        self._pool, self._pool_workspace = WorkerPool(jobs, options), workspace
        return self._pool

    def _collect(self, timeout: float) -> None:
        if self._pool is None:
            return
        result = self._pool.result(timeout)
        if result is None:
            return
        pending = self._reading[result.key]
        self._keep(pending, result.message)

    def _keep(self, pending: _Pending, message: Message) -> None:
        if isinstance(message, ReadBoard):
            self._keep_board(pending, message)
            return
        del self._reading[pending.source.id]
        if isinstance(message, ReadFailure):
            self._fail(pending, message)
            return
        self.base.catalog.set_state([pending.source.id], "extracted")
        self.reached("extracted")
        for path in pending.paths:
            self.tell(Event("read", path))
        self._queue_index(pending)

    def _keep_board(self, pending: _Pending, board: ReadBoard) -> None:
        source = pending.source
        picture = source.sha256 if board.picture is None else self.base.blobs.put(board.picture)
        self.reached("picture")
        scene = Scene.model_validate_json(board.scene)
        self.summary.count(scene.extractor.figures)
        pending.units += len(scene.nodes) + len(scene.relations) + 1
        pending.blank = pending.blank and not scene.nodes
        self.base.catalog.put_board(
            source.workspace,
            source.id,
            NewBoard(
                page=board.page,
                name=board.name,
                picture=picture,
                picture_type=board.picture_type,
                scene=scene,
                captured_at=board.captured_at,
            ),
        )
        self.reached("board")

    def _fail(self, pending: _Pending, failure: ReadFailure) -> None:
        """Write the reason down; the bytes go, the file itself is where it was."""
        source = pending.source
        pictures = {row.picture for row in self.base.catalog.boards_of(source.id)}
        drop_blobs(self.base, {source.sha256, *pictures}, source.id)
        self.reached("dropped")
        self.base.catalog.fail(source.id, failure.code, failure.message)
        self.reached("failed")
        for path in pending.paths:
            self._tell_failed(path, failure.code, failure.message)

    # indexing

    def _units_of(self, source: SourceRow) -> int:
        return sum(len(board.units) for board in boards_to_index(self.base, source.id))

    def _queue_index(self, pending: _Pending) -> None:
        self._to_index[pending.source.id] = pending
        if sum(waiting.units for waiting in self._to_index.values()) >= BATCH_UNITS:
            self._index()

    def _index(self) -> None:
        if self._to_index:
            index_sources(self.base, list(self._to_index), reached=self.reached)
        indexed, self._to_index = self._to_index, {}
        finish_removals(self.base)  # what these sources replace
        for pending in indexed.values():
            self.summary.replaced += self._replacing.pop(pending.source.id, [])
            self.summary.blank += pending.paths if pending.blank else []
            for path in pending.paths:
                self._tell("added", path)

    def finish(self) -> None:
        """Wait for the workers and index what is left."""
        while self._reading:
            self._collect(timeout=0.5)
        self._index()

    def close(self) -> None:
        """Stop the workers."""
        self._close_pool()

    def _close_pool(self) -> None:
        if self._pool is not None:
            self._pool.close()
            self._pool = None

    # telling

    def _tell(self, outcome: Outcome, path: str) -> None:
        (self.summary.added if outcome == "added" else self.summary.unchanged).append(path)
        self.tell(Event(outcome, path))

    def _tell_failed(self, path: str, code: str, message: str) -> None:
        self.summary.failed.append({"source": path, "code": code, "message": message})
        self.tell(Event("failed", path, code, message))
