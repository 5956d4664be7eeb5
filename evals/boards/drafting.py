"""What parts of one board share while they are made up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from evals.boards.habits import Habits
from evals.boards.spec import Item, LayoutName, Link, Part, Shape
from evals.boards.words import Writer

T = TypeVar("T")
Drafted = tuple[Part, list[Link]]


@dataclass(frozen=True)
class Draft:
    """What all parts of one board share: chance, words, habits; `name` starts all ids."""

    rng: np.random.Generator
    writer: Writer
    habits: Habits
    name: str

    def pick(self, options: Sequence[T]) -> T:
        """Return one of `options`."""
        return options[int(self.rng.integers(len(options)))]

    def chance(self, share: float) -> bool:
        """Tell whether something that happens that often happens now."""
        return bool(self.rng.random() < share)

    def id(self, i: int) -> str:
        """Return the id of the part's item `i`."""
        return f"{self.name}-{i + 1}"

    def link(self, source: int, target: int, label: float = 0.15) -> Link:
        """Return a link between two items of this part."""
        words = self.writer.short() if self.chance(label) else ""
        return self.habits.link(self.id(source), self.id(target), words, self.rng)

    def node(self, i: int, shape: Shape, **more: object) -> Item:
        """Return an item in the habits of this board, `more` set as given."""
        text = str(more.pop("text", None) or self.writer.note())
        return self.habits.item(self.id(i), text, shape, self.rng, **more)

    def part(self, layout: LayoutName, items: Sequence[Item], heading: float = 0.3) -> Part:
        """Return a part with perhaps a heading or a frame around it."""
        titled = self.chance(heading)
        return Part(
            self.name, layout, tuple(items), heading=self.writer.phrase(1, 3) if titled else "",
            frame=self.chance(0.3 if titled else 0.1), down=self.chance(0.45),
            heading_color=self.pick(("", "", "red", "blue")),
        )  # fmt: skip


def pair(draft: Draft, n: int) -> tuple[int, int]:
    """Return two different ones of `n`."""
    a, b = (int(v) for v in draft.rng.choice(n, 2, replace=False))
    return a, b


def turned(draft: Draft, a: int, b: int) -> tuple[int, int]:
    """Return the two, at times the other way round."""
    return (a, b) if draft.chance(0.6) else (b, a)


def unique(links: list[Link]) -> list[Link]:
    """Keep one link for each pair of ends."""
    return list({(x.source, x.target): x for x in links}.values())


def forked(draft: Draft, links: list[Link]) -> list[Link]:
    """Let some nodes send their lines out as one that parts later."""
    if not draft.chance(draft.habits.forks):
        return links
    many = {x.source for x in links if sum(y.source == x.source for y in links) > 1}
    return [replace(x, trunk=x.source, dashed=False) if x.source in many else x for x in links]
