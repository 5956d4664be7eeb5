"""How far the measuring is, on stderr: a bar on a terminal, now and then a line elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")

_EVERY_S = 30.0


def shown(items: Iterable[T], count: int, name: str) -> Iterator[T]:
    """Yield `items` and tell how many of `count` are done, their rate and the time left."""
    return _bar(items, count, name) if sys.stderr.isatty() else _lines(items, count, name)


def _bar(items: Iterable[T], count: int, name: str) -> Iterator[T]:
    from rich import progress
    from rich.console import Console

    columns = (
        progress.TextColumn("{task.description}", markup=False),
        progress.BarColumn(),
        progress.MofNCompleteColumn(),
        progress.TextColumn("{task.fields[rate]}"),
        progress.TextColumn("left"),
        progress.TimeRemainingColumn(),
    )
    with progress.Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(name, total=count, rate="")
        for item in items:
            yield item
            speed = bar.tasks[0].speed
            bar.update(task, advance=1, rate=f"{speed:.2f}/s" if speed else "")


def _lines(items: Iterable[T], count: int, name: str) -> Iterator[T]:
    begin = last = time.monotonic()
    for done, item in enumerate(items, 1):
        yield item
        now = time.monotonic()
        if now - last >= _EVERY_S:
            last = now
            rate = done / (now - begin)
            left = max(0, count - done) / rate
            sys.stderr.write(f"{name}: {done} of {count}, {rate:.2f}/s, about {left:.0f} s left\n")
            sys.stderr.flush()
