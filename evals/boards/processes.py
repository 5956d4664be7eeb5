"""Processes as BPMN draws them: tasks, small circles and diamonds with words outside, lanes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from evals.boards.drafting import Draft, Drafted, forked, pair, unique
from evals.boards.spec import Item, Link, Part, Shape, Side

_BESIDE: tuple[Side, ...] = ("below", "below", "below", "above", "right")


def process(draft: Draft, n: int) -> Drafted:
    """Draw a process from its start to its end, with branches, papers and ways back."""
    walk = _Walk(draft, int(draft.rng.integers(1, 4)))
    walk.event()
    while len(walk.items) < n - 1:
        if n - len(walk.items) > 4 and draft.chance(0.3):
            walk.branch(int(draft.rng.integers(2, 4)))
        elif draft.chance(0.1):
            walk.event()
        else:
            walk.task()
    walk.event()
    links = walk.links
    if draft.chance(0.35):
        links.append(draft.link(*pair(draft, len(walk.items))))
    return _part(draft, walk), forked(draft, unique(links))


def _part(draft: Draft, walk: _Walk) -> Part:
    items = walk.items
    if draft.chance(0.6 if walk.lanes == 1 else 0.2):
        seen: dict[tuple[int, int], int] = {}
        for i, item in enumerate(items):
            lane, column = item.cell
            deep = seen[item.cell] = seen.get(item.cell, -1) + 1
            cell = (lane * 3 + deep, column)
            items[i] = replace(item, cell=cell[::-1] if walk.down else cell)
        return draft.part("loose", items, 0.15)
    used = sorted({item.cell[0] for item in items})
    items = [replace(item, cell=(used.index(item.cell[0]), item.cell[1])) for item in items]
    names = tuple(draft.writer.phrase(1, 2) for _ in used)
    return Part(draft.name, "lanes", tuple(items), lanes=names, turned=draft.chance(0.7))


class _Walk:
    """Adds steps one after the other; `last` are those that lead to the next."""

    def __init__(self, draft: Draft, lanes: int) -> None:
        self.draft, self.lanes = draft, lanes
        self.items: list[Item] = []
        self.links: list[Link] = []
        self.last: list[int] = []
        self.lane = self.column = 0
        self.down = draft.chance(0.3)

    def _put(self, shape: Shape, lane: int, **more: Any) -> int:
        i = len(self.items)
        self.items.append(self.draft.node(i, shape, cell=(lane, self.column), **more))
        return i

    def _step(self, shape: Shape, **more: Any) -> int:
        if self.draft.chance(0.25):
            self.lane = int(self.draft.rng.integers(self.lanes))
        i = self._put(shape, self.lane, **more)
        self.links += [self.draft.link(last, i, 0.1) for last in self.last]
        self.last = [i]
        self.column += 1
        return i

    def event(self) -> None:
        """Add a small circle with its words outside."""
        words = self.draft.writer.phrase(1, 3) if self.draft.chance(0.8) else " "
        inside = self.draft.pick(("", "", "", "ring", "ring", "mail", "clock", "dot"))
        size = float(self.draft.rng.uniform(0.7, 1.3))
        side = self.draft.pick(_BESIDE)
        self._step("ellipse", outside=side, drawing=inside, size=size, text=words)

    def task(self) -> None:
        """Add a task, at times with a paper or a store beside it."""
        i = self._step(self._box(), text=self.draft.writer.phrase(2, 3))
        if self.draft.chance(0.14):
            self.column -= 1
            shape: Shape = self.draft.pick(("document", "document", "cylinder", "text"))
            outside: Side = "" if shape == "text" else "below"
            extra = self._put(
                shape, self.lane, outside=outside, text=self.draft.writer.phrase(1, 2)
            )
            link = self.draft.link(*((i, extra) if self.draft.chance(0.5) else (extra, i)), 0.0)
            self.links.append(replace(link, dashed=self.draft.chance(0.9)))
            self.column += 1

    def branch(self, ways: int) -> None:
        """Add a diamond, parallel tasks after it, mostly another diamond that joins them."""
        self._gateway()
        before, ends = self.last, []
        for k in range(ways):
            apart = self.lanes > 1 and self.draft.chance(0.4)
            lane = (self.lane + k) % self.lanes if apart else self.lane
            i = self._put(self._box(), lane, text=self.draft.writer.phrase(1, 3))
            self.links += [self.draft.link(b, i, 0.5) for b in before]
            ends.append(i)
        self.column += 1
        self.last = ends
        if self.draft.chance(0.75):
            self._gateway()
        elif self.draft.chance(0.5):
            self.last = ends[:1]

    def _gateway(self) -> None:
        words = self.draft.writer.phrase(1, 2) if self.draft.chance(0.3) else " "
        drawn = self.draft.pick(("x", "x", "plus", "plus", "ring", ""))
        self._step("diamond", outside=self.draft.pick(_BESIDE), drawing=drawn, text=words)

    def _box(self) -> Shape:
        return self.draft.pick(("box", "round", "round"))
