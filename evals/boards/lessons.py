"""Parts of boards to learn from: flows, graphs of words, notes, tables, arrays, processes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from evals.boards.drawings import ICONS
from evals.boards.habits import Habits
from evals.boards.spec import Item, LayoutName, Link, Mark, Part, Shape
from evals.boards.words import Writer

T = TypeVar("T")
Drafted = tuple[Part, list[Link]]
_NOTES = ("yellow", "yellow", "pink", "green", "blue", "orange", "purple", "red")
_MARKS: tuple[Mark, ...] = ("", "", "bullet", "dash", "dash", "number", "open", "done")


@dataclass(frozen=True)
class Desk:
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
            frame=self.chance(0.25 if titled else 0.06), down=self.chance(0.45),
            heading_color=self.pick(("", "", "red", "blue")),
        )  # fmt: skip


def flow(desk: Desk, n: int) -> Drafted:
    """Draw boxes in ranks."""
    items = [desk.node(i, desk.habits.shape(desk.rng)) for i in range(n)]
    links = [desk.link(int(desk.rng.integers(max(0, i - 3), i)), i) for i in range(1, n)]
    links += [
        desk.link(*_pair(desk, n)) for _ in range(int(desk.rng.integers(0, max(1, n // 4) + 1)))
    ]
    return desk.part("flow", items), _forked(desk, _unique(links))


def graph(desk: Desk, n: int) -> Drafted:
    """Scatter things over the board and join neighbours, now and then far ones."""
    columns = int(np.clip(round(np.sqrt(n * desk.rng.uniform(0.6, 2.2))), 2, 7))
    rows = -(-n // columns) + int(desk.rng.integers(2))
    spots = sorted(int(v) for v in desk.rng.permutation(rows * columns)[:n])
    cells = [(spot // columns, spot % columns) for spot in spots]
    items = [desk.node(i, desk.habits.shape(desk.rng), cell=c) for i, c in enumerate(cells)]
    far = np.array(cells, float)
    pairs: set[tuple[int, int]] = set()
    for i in range(n):
        if desk.chance(0.12):
            continue  # stands alone
        away = np.abs(far - far[i]).sum(axis=1) + desk.rng.uniform(0, 0.9, n)
        away[i] = 99
        pairs.add(_turned(desk, i, int(np.argmin(away))))
        if desk.chance(0.3):
            pairs.add(_turned(desk, i, int(np.argsort(away)[min(1, n - 2)])))
        if desk.chance(0.06):
            pairs.add(_turned(desk, i, int(desk.rng.integers(n))))
    links = [desk.link(a, b) for a, b in sorted(pairs) if a != b]
    if desk.chance(0.25):
        links += [desk.link(b, a, 0.1) for a, b in sorted(pairs)[:2] if a != b]  # both ways
    if desk.chance(0.15):
        links.append(desk.link(*[int(desk.rng.integers(n))] * 2))
    return desk.part("loose", items, 0.12), _forked(desk, _unique(links))


def tree(desk: Desk, n: int) -> Drafted:
    """Draw a hierarchy, or a mind map."""
    shape: Shape = desk.pick(("ellipse", "ellipse", "text", "box", desk.habits.shape(desk.rng)))
    short = shape == "ellipse" and desk.chance(0.6)  # a tree of numbers

    def text() -> str:
        return desk.writer.number()[:3] if short else desk.writer.note()

    items = [desk.node(i, shape, text=text()) for i in range(n)]
    few = int(desk.rng.integers(2, 5))
    parents = [
        int(desk.rng.integers(max(0, (i - 1) // few), max(1, (i - 1) // 2 + 1)))
        for i in range(1, n)
    ]
    links = [desk.link(p, i + 1, 0.08) for i, p in enumerate(parents)]
    layout: LayoutName = "mindmap" if desk.chance(0.45) else "tree"
    return desk.part(layout, items, 0.15), _forked(desk, links)


def chain(desk: Desk, n: int) -> Drafted:
    """Draw a list of linked nodes or an array of cells with pointers."""
    shape: Shape = desk.pick(("ellipse", "box", "text", "box"))
    items, links = [], []
    for i in range(n):
        text = desk.pick(
            (desk.writer.number()[:4], desk.writer.word(), desk.writer.word()[:1].upper())
        )
        items.append(desk.node(i, shape, text=text, cell=(0, i)))
        if i:
            links.append(desk.link(i - 1, i, 0.08))
    for k in range(int(desk.rng.integers(0, 3))):  # pointers from below
        at = int(desk.rng.integers(n))
        items.append(desk.node(n + k, "text", text=desk.writer.phrase(1, 1), cell=(1 + k, at)))
        links.append(desk.link(n + k, at, 0.0))
    return desk.part("loose", items, 0.2), links


def process(desk: Desk, n: int) -> Drafted:
    """Draw a process in lanes: tasks, small circles and diamonds with their words outside."""
    lanes = int(desk.rng.integers(1, 4))
    items, links = [], []
    row = 0
    for i in range(n):
        if desk.chance(0.35):
            row = int(desk.rng.integers(lanes))
        shape, more = _step(desk, i, n)
        items.append(desk.node(i, shape, cell=(row, i), **more))
        if i:
            links.append(desk.link(i - 1, i, 0.12))
    links += [desk.link(*_pair(desk, n)) for _ in range(int(desk.rng.integers(0, 3)))]
    links = _forked(desk, _unique(links))
    if lanes == 1 or desk.chance(0.4):
        return desk.part("flow" if desk.chance(0.7) else "loose", items, 0.1), links
    used = sorted({item.cell[0] for item in items})
    names = tuple(desk.writer.phrase(1, 2) for _ in range(max(used) + 1))
    wide = Part(desk.name, "lanes", tuple(items), lanes=names, turned=desk.chance(0.7))
    return wide, links


def _step(desk: Desk, i: int, n: int) -> tuple[Shape, dict[str, object]]:
    outside = desk.pick(("below", "below", "below", "above", "right"))
    if i in (0, n - 1) or desk.chance(0.12):
        inside = desk.pick(("", "", "ring", "mail", "clock", "dot", "ring"))
        size = float(desk.rng.uniform(0.7, 1.4))
        words = desk.writer.phrase(1, 3) if desk.chance(0.8) else " "
        return "ellipse", {"outside": outside, "drawing": inside, "size": 1.0 * size, "text": words}
    if desk.chance(0.25):
        words = desk.writer.phrase(1, 3) if desk.chance(0.4) else " "
        drawn = desk.pick(("x", "x", "plus", "ring", ""))
        return "diamond", {"outside": outside, "drawing": drawn, "text": words}
    if desk.chance(0.08):
        shape: Shape = desk.pick(("document", "cylinder"))
        return shape, {"outside": "below", "text": desk.writer.phrase(1, 2)}
    return desk.pick(("box", "round", "round")), {"text": desk.writer.phrase(2, 3)}


def notes(desk: Desk, n: int) -> Drafted:
    """Write lists, paragraphs or code that join nothing."""
    mark = desk.pick(_MARKS)
    items: list[Item] = []
    kind = desk.pick(("list", "list", "list", "text", "code", "sums"))
    for i in range(n if kind == "list" else max(1, n // 3)):
        if kind == "list":
            text = desk.pick(
                (desk.writer.phrase(1, 4), desk.writer.sentence(int(desk.rng.integers(3, 8))))
            )
        elif kind == "text":
            text = " ".join(desk.writer.sentence(int(desk.rng.integers(4, 9))) for _ in range(2))
        elif kind == "code":
            text = desk.writer.program(int(desk.rng.integers(2, 8)))
        else:
            text = desk.pick((desk.writer.formula(), desk.writer.code()))
        wrap = 900 if kind == "code" else int(desk.habits.text * desk.rng.uniform(9, 20))
        marked = mark if kind == "list" else ""
        nested = (
            desk.id(i - 1)
            if i and kind == "list" and not items[-1].parent and desk.chance(0.2)
            else None
        )
        items.append(desk.node(i, "text", text=text, wrap=wrap, mark=marked, parent=nested))
    return desk.part("list", items, 0.65), []


def wall(desk: Desk, n: int) -> Drafted:
    """Stick notes on the board; a few are joined."""
    one = desk.pick(_NOTES)
    same = desk.chance(0.4)
    items = [
        desk.node(
            i, "sticky", text=desk.writer.phrase(1, 4), fill=one if same else desk.pick(_NOTES),
            angle=float(desk.rng.normal(0, 3.5)), color="",
        )
        for i in range(n)
    ]  # fmt: skip
    links = (
        [desk.link(*_pair(desk, n)) for _ in range(int(desk.rng.integers(0, 3)))] if n > 2 else []
    )
    part = desk.part("wall", items, 0.4)
    columns = int(desk.rng.integers(1, 6))
    return Part(part.id, "wall", part.items, part.heading, columns=columns), _unique(links)


def table(desk: Desk, n: int) -> Drafted:
    """Fill a table with words and numbers."""
    columns = int(desk.rng.integers(2, 5))
    rows = max(2, n // columns)
    items = []
    for i in range(rows * columns):
        if i >= columns and desk.chance(0.12):
            continue
        text = desk.writer.number() if desk.chance(0.4) else desk.writer.phrase(1, 2)
        items.append(desk.node(i, "text", text=text, cell=(i // columns, i % columns)))
    part = desk.part("table", items, 0.3)
    return Part(part.id, "table", part.items, part.heading, outer=desk.chance(0.55)), []


def pictures(desk: Desk, n: int) -> Drafted:
    """Draw icons with their names, joined like a graph."""
    items = []
    columns = max(2, min(5, n))
    for i in range(n):
        cell = (i // columns, i % columns)
        if desk.chance(0.55):
            words = desk.writer.phrase(1, 2) if desk.chance(0.75) else " "
            size = float(desk.rng.uniform(0.8, 1.5))
            items.append(
                desk.node(
                    i,
                    "icon",
                    drawing=desk.pick(ICONS),
                    outside="below",
                    text=words,
                    cell=cell,
                    size=size,
                )
            )
        elif desk.chance(0.25):
            items.append(desk.node(i, "person", text=desk.writer.person(), cell=cell))
        else:
            items.append(desk.node(i, desk.habits.shape(desk.rng), cell=cell))
    links = [desk.link(i - 1, i) for i in range(1, n) if desk.chance(0.75)]
    return desk.part("loose", items, 0.2), links


LESSONS: dict[str, Callable[[Desk, int], Drafted]] = {
    "flow": flow, "graph": graph, "tree": tree, "chain": chain, "process": process, "notes": notes,
    "wall": wall, "table": table, "pictures": pictures,
}  # fmt: skip


def _pair(desk: Desk, n: int) -> tuple[int, int]:
    a, b = (int(v) for v in desk.rng.choice(n, 2, replace=False))
    return a, b


def _turned(desk: Desk, a: int, b: int) -> tuple[int, int]:
    return (a, b) if desk.chance(0.6) else (b, a)


def _unique(links: list[Link]) -> list[Link]:
    return list({(x.source, x.target): x for x in links}.values())


def _forked(desk: Desk, links: list[Link]) -> list[Link]:
    """Let some nodes send their lines out as one that parts later."""
    if not desk.chance(desk.habits.forks):
        return links
    many = {x.source for x in links if sum(y.source == x.source for y in links) > 1}
    return [replace(x, trunk=x.source, dashed=False) if x.source in many else x for x in links]
