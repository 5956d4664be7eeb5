"""`kb ingest`: files and folders into the store, with progress on stderr."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.common import SOME_FAILED, JsonOption, WorkspaceOption, open_base
from api.cli.output import failure, put_json, say

if TYPE_CHECKING:
    from ingest.report import Event, Summary, Watcher

_EVERY_S = 10.0  # between two lines of progress where nobody watches a bar
_INTERRUPTED = 130


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("ingest")(ingest)


def ingest(
    paths: Annotated[list[Path], typer.Argument(help="Files, folders and zips of boards.")],
    *,
    workspace: WorkspaceOption = None,
    extractor: Annotated[
        str | None,
        typer.Option("--extractor", help="Who reads pictures: auto, local or vlm."),
    ] = None,
    jobs: Annotated[
        int | None, typer.Option("--jobs", "-j", min=0, help="Worker processes; 0: all processors.")
    ] = None,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Read again what could not be read before.")
    ] = False,
    as_json: JsonOption = False,
) -> int:
    """Read boards into the store. What is there already costs nothing."""
    from ingest.pipeline import ingest as run

    with open_base(workspace, extractor=extractor, jobs=jobs) as base:
        settings = base.settings
        try:
            with watching() as watcher:
                summary = run(
                    base,
                    paths,
                    workspace=settings.workspace,
                    extractor=settings.extractor,
                    jobs=settings.jobs,
                    retry_failed=retry_failed,
                    watcher=watcher,
                )
        except KeyboardInterrupt:
            say("stopped; what was read is kept, and the next `kb ingest` goes on from here")
            return _INTERRUPTED
    if as_json:
        put_json(summary.as_dict())
    else:
        _table(summary)
    return SOME_FAILED if summary.failed else 0


@contextmanager
def watching() -> Iterator[Watcher]:
    """Give a watcher: a bar where a person looks, a line now and then elsewhere."""
    if sys.stderr.isatty():
        with _bar() as watcher:
            yield watcher
    else:
        yield _Lines().watcher()


def _waiting(holder: str) -> str:
    return f"waiting: the store is held by {holder}"


class _Lines:
    """Failures as they happen, and how far it is every `_EVERY_S` seconds."""

    def __init__(self) -> None:
        self._count = self._done = 0
        self._started = self._last = time.monotonic()

    def watcher(self) -> Watcher:
        from ingest.report import Watcher

        return Watcher(start=self._start, event=self._event, wait=lambda who: say(_waiting(who)))

    def _start(self, count: int) -> None:
        self._count = count
        self._started = self._last = time.monotonic()
        say("1 file" if count == 1 else f"{count} files")

    def _event(self, event: Event) -> None:
        if event.outcome == "added":  # it was counted when it was read
            return
        self._done += 1
        if event.outcome == "failed":
            say(failure(event.path, event.code, event.message))
        now = time.monotonic()
        if now - self._last >= _EVERY_S:
            self._last = now
            rate = self._done / (now - self._started)
            left = max(0, self._count - self._done) / rate
            say(f"{self._done} of {self._count} files, {rate:.2f}/s, about {left:.0f} s left")


@contextmanager
def _bar() -> Iterator[Watcher]:
    from rich import progress
    from rich.console import Console

    from ingest.report import Watcher

    console = Console(stderr=True, highlight=False, markup=False, emoji=False)
    columns = (
        progress.BarColumn(),
        progress.MofNCompleteColumn(),
        progress.TextColumn("{task.fields[rate]}"),
        progress.TextColumn("left"),
        progress.TimeRemainingColumn(),
        progress.TextColumn("{task.description}", markup=False),
    )
    with progress.Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("looking for files", total=None, rate="")
        counts = {"failed": 0}

        def start(count: int) -> None:
            bar.update(task, total=count, description="")

        def event(event: Event) -> None:
            if event.outcome == "added":  # it was counted when it was read
                return
            if event.outcome == "failed":
                counts["failed"] += 1
                console.print(failure(event.path, event.code, event.message))
            speed = bar.tasks[0].speed
            bar.update(
                task,
                advance=1,
                rate=f"{speed:.2f}/s" if speed else "",
                description=f"{counts['failed']} failed" if counts["failed"] else "",
            )

        yield Watcher(start=start, event=event, wait=lambda holder: console.print(_waiting(holder)))


def _table(summary: Summary) -> None:
    from rich.console import Console
    from rich.table import Table

    from ingest.extract.vlm.tally import faults_in_words

    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(justify="right")
    table.add_column()
    for outcome in ("added", "unchanged", "failed"):
        table.add_row(str(len(getattr(summary, outcome))), outcome)
    if summary.replaced:
        table.add_row(str(len(summary.replaced)), "changed: their former boards are gone")
    if summary.blank:
        table.add_row(str(len(summary.blank)), "with nothing that could be read on them")
    told = summary.model
    if told:
        by_model = told.get("boards", 0) - told.get("fallbacks", 0)
        table.add_row(f"{by_model:g}", "boards read by the model")
        if told.get("fallbacks"):
            table.add_row(f"{told['fallbacks']:g}", "by the local extractor in its place")
        for words in faults_in_words(told):
            table.add_row("", words)
    table.add_row(f"{summary.seconds:.1f}", "seconds")
    Console(highlight=False).print(table)
