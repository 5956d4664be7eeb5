"""One rendered sample: what is drawn, and into which file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from evals.boards import BoardSpec, Item, Link
from evals.boards.spec import Mark, Shape
from kb.scene import Tag


@dataclass(frozen=True)
class Sample:
    """A file in ``boards/``: one board, or two pages of a PDF.

    `taken` goes into the file as capture time, where the format has one.
    """

    name: str
    pages: tuple[BoardSpec, ...]
    taken: datetime | None = None


def listed(
    prefix: str, texts: list[str], mark: Mark, *, tags: tuple[Tag, ...] = (), color: str = "",
    wrap: int = 0,
) -> tuple[Item, ...]:  # fmt: skip
    """Return list items with ids ``<prefix>1`` and so on."""
    return tuple(
        Item(f"{prefix}{i}", text, "text", color, mark=mark, tags=tags, wrap=wrap)
        for i, text in enumerate(texts, 1)
    )


def notes(
    prefix: str, texts: list[str], fill: str, *, tags: tuple[Tag, ...] = ()
) -> tuple[Item, ...]:
    """Return sticky notes with ids ``<prefix>1`` and so on."""
    return tuple(
        Item(f"{prefix}{i}", text, "sticky", fill=fill, tags=tags)
        for i, text in enumerate(texts, 1)
    )


def cells(
    prefix: str, rows: list[list[str]], shape: Shape = "text", *, head: str = "blue"
) -> tuple[Item, ...]:
    """Return items by row and column, ids ``<prefix><row>-<column>``; "" leaves a cell empty."""
    return tuple(
        Item(f"{prefix}{r}-{c}", text, shape, head if r == 0 else "", cell=(r, c))
        for r, row in enumerate(rows)
        for c, text in enumerate(row)
        if text
    )


def spread(root: str, branches: dict[str, list[str]]) -> tuple[Link, ...]:
    """Return headless lines from `root` to its branches and from each branch to its leaves."""
    links = [Link(root, branch, heads=0) for branch in branches]
    links += [Link(branch, leaf, heads=0) for branch, leaves in branches.items() for leaf in leaves]
    return tuple(links)
