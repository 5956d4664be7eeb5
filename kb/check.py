"""Does the store hold what it says? Catalog, blobs and index compared, both ways."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from pydantic import ValidationError

from kb.blobs import hash_of
from kb.indexing import boards_to_index, empty_index, finish_extracted, payload_of
from kb.links.audit import lost_names, mend_links, unlinked
from kb.removal import drop_blobs, finish_removals, sweep

if TYPE_CHECKING:
    from kb.base import KnowledgeBase
    from kb.catalog import SourceRow

Kind = Literal[
    "unfinished",
    "doomed",
    "torn_file",
    "orphan_blob",
    "missing_blob",
    "damaged_blob",
    "damaged_scene",
    "missing_points",
    "foreign_points",
    "stale_index",
    "unlinked",
    "lost_name",
]


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it should be, and what a repair does about it.

    `lost` names the source whose boards can't be mended: they are gone until it is ingested again.
    """

    kind: Kind
    what: str
    repair: str
    lost: str = ""


def check(
    base: KnowledgeBase,
    *,
    repair: bool = False,
    read_data: bool = False,
    progress: Callable[[str], None] = lambda _what: None,
) -> list[Finding]:
    """Compare catalog, blobs and index; with `repair`, mend what can be mended.

    Args:
        base: the store; its writer lock is held meanwhile.
        repair: mend what is found; what can't be mended is marked failed, never dropped silently.
        read_data: read every blob and compare it with its hash (slow).
        progress: told what is being looked at.

    Returns:
        What was found, before any repair; empty for a sound store.
    """
    with base.writer.held("kb check", clears_up=repair):
        findings: list[Finding] = []
        for name, look in (
            ("sources", _sources),
            ("blobs", _orphans),
            ("boards", lambda b: _boards(b, read_data)),
            ("index", _index),
            ("links", _links),
        ):
            progress(name)
            findings += look(base)
        if repair and findings:
            progress("repair")
            _repair(base, read_data)
    return findings


def _sources(base: KnowledgeBase) -> Iterator[Finding]:
    for source in base.catalog.unfinished():
        yield Finding("unfinished", f"source {_name(base, source)}", "the next ingest finishes it")
    for source in base.catalog.doomed():
        yield Finding("doomed", f"source {_name(base, source)}", "its removal is finished")


def _orphans(base: KnowledgeBase) -> Iterator[Finding]:
    for path in base.blobs.litter():
        yield Finding("torn_file", path, "it is removed")
    for name in sorted(set(base.blobs.names()) - base.catalog.blobs_in_use()):
        yield Finding("orphan_blob", name, "it is removed")


def _boards(base: KnowledgeBase, read_data: bool) -> Iterator[Finding]:
    for source in base.catalog.sources():
        if source.state in ("ready", "extracted"):
            yield from _source_findings(base, source, read_data)


def _source_findings(base: KnowledgeBase, source: SourceRow, read_data: bool) -> Iterator[Finding]:
    boards = base.catalog.boards_of(source.id)
    where = _name(base, source)
    again = "its boards are dropped and it is marked failed; then ingest its file again"
    for name in sorted({source.sha256, *(board.picture for board in boards)}):
        if not base.blobs.has(name):
            yield Finding("missing_blob", f"{name} of {where}", again, where)
        elif read_data and hash_of(base.blobs.get(name)) != name:
            yield Finding("damaged_blob", f"{name} of {where}", again, where)
    try:
        boards_to_index(base, source.id)
    except ValidationError:
        yield Finding("damaged_scene", where, again, where)


def _index(base: KnowledgeBase) -> Iterator[Finding]:
    if base.index.stale:
        yield Finding("stale_index", "made by another embedding model", "it is made anew")
        return
    missing, foreign = _index_gaps(base)
    for _, board in sorted(missing):
        yield Finding("missing_points", f"board {board}", "what is missing or outdated is indexed")
    for _, board in sorted(foreign):
        yield Finding("foreign_points", f"board {board}", "they are dropped")


def _index_gaps(base: KnowledgeBase) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """Return the boards (workspace, id) that lack points or have outdated ones, or too many."""
    there = {point.id: _told(point.payload) for point in base.index.points(workspace=None)}
    wanted = _wanted_points(base)
    return (
        {told[:2] for point, told in wanted.items() if there.get(point) != told},
        {told[:2] for point, told in there.items() if point not in wanted},
    )


def _links(base: KnowledgeBase) -> Iterator[Finding]:
    for _, board in unlinked(base):
        yield Finding("unlinked", f"board {board}", "its names and versions are suggested")
    for workspace, name in lost_names(base):
        yield Finding("lost_name", f"{name!r} in workspace {workspace}", "it is dropped")


_Told = tuple[str, str, str, tuple[str, ...]]


def _told(payload: dict[str, Any]) -> _Told:
    """Return what a point says of itself: workspace, board, digest of its content, paths."""
    return (
        str(payload.get("workspace")),
        str(payload.get("board")),
        str(payload.get("digest")),
        tuple(payload.get("source", ())),
    )


def _wanted_points(base: KnowledgeBase) -> dict[str, _Told]:
    from kb.index import point_id

    wanted = {}
    for source in base.catalog.sources():
        if source.state != "ready":
            continue
        try:
            boards = boards_to_index(base, source.id)
        except ValidationError:
            continue
        for board in boards:
            for unit in board.units:
                point = point_id(board.row.workspace, board.row.id, unit.key)
                wanted[point] = _told(payload_of(board, unit))
    return wanted


def _repair(base: KnowledgeBase, read_data: bool) -> None:
    finish_removals(base)
    sweep(base)
    for source in base.catalog.sources():
        if source.state not in ("ready", "extracted"):
            continue
        broken = list(_source_findings(base, source, read_data))
        if broken:
            _give_up(base, source, broken[0])
    if base.index.stale:
        finish_extracted(base, empty_index(base))
    else:
        _mend_index(base)
    mend_links(base)


def _give_up(base: KnowledgeBase, source: SourceRow, finding: Finding) -> None:
    """Mark a source failed; its remaining blobs and points go, its file can be ingested again."""
    boards = base.catalog.boards_of(source.id)
    for board in boards:
        base.index.drop_board(source.workspace, board.id)
    drop_blobs(base, {source.sha256, *(board.picture for board in boards)}, source.id)
    base.catalog.fail(source.id, finding.kind, f"the store lost it: {finding.what}")


def _mend_index(base: KnowledgeBase) -> None:
    missing, foreign = _index_gaps(base)
    for workspace, board in foreign:
        base.index.drop_board(workspace, board)
    gaps = {board for _, board in missing | foreign}
    sources = [
        source.id
        for source in base.catalog.sources()
        if source.state == "extracted"
        or any(board.id in gaps for board in base.catalog.boards_of(source.id))
    ]
    base.catalog.set_state(sources, "extracted")
    finish_extracted(base, sources)


def _name(base: KnowledgeBase, source: SourceRow) -> str:
    paths = base.catalog.paths(source.id)
    return f"{paths[0] if paths else source.id} in workspace {source.workspace}"
