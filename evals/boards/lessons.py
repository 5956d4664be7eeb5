"""Parts of boards to learn from: flows, graphs of words, notes, tables, arrays, pictures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from evals.boards.drafting import Draft, Drafted, forked, pair, turned, unique
from evals.boards.drawings import ICONS
from evals.boards.processes import process
from evals.boards.spec import Item, LayoutName, Mark, Part, Shape

_NOTES = ("yellow", "yellow", "pink", "green", "blue", "orange", "purple", "red")
_MARKS: tuple[Mark, ...] = ("", "", "bullet", "dash", "dash", "number", "open", "done")


def flow(draft: Draft, n: int) -> Drafted:
    """Draw boxes in ranks."""
    items = [draft.node(i, draft.habits.shape(draft.rng)) for i in range(n)]
    links = [draft.link(int(draft.rng.integers(max(0, i - 3), i)), i) for i in range(1, n)]
    links += [
        draft.link(*pair(draft, n)) for _ in range(int(draft.rng.integers(0, max(1, n // 4) + 1)))
    ]
    return draft.part("flow", items), forked(draft, unique(links))


def graph(draft: Draft, n: int) -> Drafted:
    """Scatter things over the board and join neighbours, now and then far ones."""
    columns = int(np.clip(round(np.sqrt(n * draft.rng.uniform(0.6, 2.2))), 2, 7))
    rows = -(-n // columns) + int(draft.rng.integers(2))
    spots = sorted(int(v) for v in draft.rng.permutation(rows * columns)[:n])
    cells = [(spot // columns, spot % columns) for spot in spots]
    items = [draft.node(i, draft.habits.shape(draft.rng), cell=c) for i, c in enumerate(cells)]
    far = np.array(cells, float)
    pairs: set[tuple[int, int]] = set()
    for i in range(n):
        if draft.chance(0.12):
            continue  # stands alone
        away = np.abs(far - far[i]).sum(axis=1) + draft.rng.uniform(0, 0.9, n)
        away[i] = 99
        pairs.add(turned(draft, i, int(np.argmin(away))))
        if draft.chance(0.3):
            pairs.add(turned(draft, i, int(np.argsort(away)[min(1, n - 2)])))
        if draft.chance(0.06):
            pairs.add(turned(draft, i, int(draft.rng.integers(n))))
    links = [draft.link(a, b) for a, b in sorted(pairs) if a != b]
    if draft.chance(0.25):
        links += [draft.link(b, a, 0.1) for a, b in sorted(pairs)[:2] if a != b]  # both ways
    if draft.chance(0.15):
        links.append(draft.link(*[int(draft.rng.integers(n))] * 2))
    return draft.part("loose", items, 0.12), forked(draft, unique(links))


def tree(draft: Draft, n: int) -> Drafted:
    """Draw a hierarchy, or a mind map."""
    shape: Shape = draft.pick(("ellipse", "ellipse", "text", "box", draft.habits.shape(draft.rng)))
    short = shape == "ellipse" and draft.chance(0.6)  # a tree of numbers

    def text() -> str:
        return draft.writer.number()[:3] if short else draft.writer.note()

    items = [draft.node(i, shape, text=text()) for i in range(n)]
    few = int(draft.rng.integers(2, 5))
    parents = [
        int(draft.rng.integers(max(0, (i - 1) // few), max(1, (i - 1) // 2 + 1)))
        for i in range(1, n)
    ]
    links = [draft.link(p, i + 1, 0.08) for i, p in enumerate(parents)]
    layout: LayoutName = "mindmap" if draft.chance(0.45) else "tree"
    return draft.part(layout, items, 0.15), forked(draft, links)


def chain(draft: Draft, n: int) -> Drafted:
    """Draw a list of linked nodes or an array of cells with pointers."""
    shape: Shape = draft.pick(("ellipse", "box", "text", "box"))
    items, links = [], []
    for i in range(n):
        text = draft.pick(
            (draft.writer.number()[:4], draft.writer.word(), draft.writer.word()[:1].upper())
        )
        items.append(draft.node(i, shape, text=text, cell=(0, i)))
        if i:
            links.append(draft.link(i - 1, i, 0.08))
    for k in range(int(draft.rng.integers(0, 3))):  # pointers from below
        at = int(draft.rng.integers(n))
        items.append(draft.node(n + k, "text", text=draft.writer.phrase(1, 1), cell=(1 + k, at)))
        links.append(draft.link(n + k, at, 0.0))
    return draft.part("loose", items, 0.2), links


def notes(draft: Draft, n: int) -> Drafted:
    """Write lists, paragraphs or code that join nothing."""
    mark = draft.pick(_MARKS)
    items: list[Item] = []
    kind = draft.pick(("list", "list", "list", "text", "code", "sums"))
    for i in range(n if kind == "list" else max(1, n // 3)):
        if kind == "list":
            text = draft.pick(
                (draft.writer.phrase(1, 4), draft.writer.sentence(int(draft.rng.integers(3, 8))))
            )
        elif kind == "text":
            text = " ".join(draft.writer.sentence(int(draft.rng.integers(4, 9))) for _ in range(2))
        elif kind == "code":
            text = draft.writer.program(int(draft.rng.integers(2, 8)))
        else:
            text = draft.pick((draft.writer.formula(), draft.writer.code()))
        wrap = 900 if kind == "code" else int(draft.habits.text * draft.rng.uniform(9, 20))
        marked = mark if kind == "list" else ""
        nested = (
            draft.id(i - 1)
            if i and kind == "list" and not items[-1].parent and draft.chance(0.2)
            else None
        )
        items.append(draft.node(i, "text", text=text, wrap=wrap, mark=marked, parent=nested))
    return draft.part("list", items, 0.65), []


def wall(draft: Draft, n: int) -> Drafted:
    """Stick notes on the board; a few are joined."""
    one = draft.pick(_NOTES)
    same = draft.chance(0.4)
    items = [
        draft.node(
            i, "sticky", text=draft.writer.phrase(1, 4), fill=one if same else draft.pick(_NOTES),
            angle=float(draft.rng.normal(0, 3.5)), color="",
        )
        for i in range(n)
    ]  # fmt: skip
    links = (
        [draft.link(*pair(draft, n)) for _ in range(int(draft.rng.integers(0, 3)))] if n > 2 else []
    )
    part = draft.part("wall", items, 0.4)
    columns = int(draft.rng.integers(1, 6))
    return Part(part.id, "wall", part.items, part.heading, columns=columns), unique(links)


def table(draft: Draft, n: int) -> Drafted:
    """Fill a table with words and numbers."""
    columns = int(draft.rng.integers(2, 5))
    rows = max(2, n // columns)
    items = []
    for i in range(rows * columns):
        if i >= columns and draft.chance(0.12):
            continue
        text = draft.writer.number() if draft.chance(0.4) else draft.writer.phrase(1, 2)
        items.append(draft.node(i, "text", text=text, cell=(i // columns, i % columns)))
    part = draft.part("table", items, 0.3)
    return Part(part.id, "table", part.items, part.heading, outer=draft.chance(0.55)), []


def pictures(draft: Draft, n: int) -> Drafted:
    """Draw icons with their names, joined like a graph."""
    items = []
    columns = max(2, min(5, n))
    for i in range(n):
        cell = (i // columns, i % columns)
        if draft.chance(0.55):
            words = draft.writer.phrase(1, 2) if draft.chance(0.75) else " "
            size = float(draft.rng.uniform(0.8, 1.5))
            items.append(
                draft.node(
                    i,
                    "icon",
                    drawing=draft.pick(ICONS),
                    outside="below",
                    text=words,
                    cell=cell,
                    size=size,
                )
            )
        elif draft.chance(0.25):
            items.append(draft.node(i, "person", text=draft.writer.person(), cell=cell))
        else:
            items.append(draft.node(i, draft.habits.shape(draft.rng), cell=cell))
    links = [draft.link(i - 1, i) for i in range(1, n) if draft.chance(0.75)]
    return draft.part("loose", items, 0.2), links


def signs(draft: Draft, n: int) -> Drafted:
    """Put letters or figures in rings and cells, or alone, in rows that nothing joins."""
    shape: Shape = draft.pick(("ellipse", "ellipse", "box", "text"))
    figures = draft.chance(0.7)
    columns = int(draft.rng.integers(3, 8))
    items = [
        draft.node(
            i, shape, cell=(i // columns, i % columns), emphasis=(), angle=0.0,
            text=str(draft.rng.integers(20)) if figures else draft.writer.word()[:1].upper(),
        )
        for i in range(n)
    ]  # fmt: skip
    return draft.part("loose", items, 0.4), []


def records(draft: Draft, n: int) -> Drafted:
    """Write a few short lines each, as of an object's fields, with a border or without; a chain."""
    shape: Shape = draft.pick(("ellipse", "box", "box", "text", "text"))
    columns = int(draft.rng.integers(2, 5))
    items = []
    for i in range(n):
        rows = [draft.writer.phrase(1, 2) for _ in range(int(draft.rng.integers(2, 5)))]
        cell = (i // columns, i % columns)
        items.append(draft.node(i, shape, text="\n".join(rows), cell=cell, wrap=900, emphasis=()))
    joined = draft.chance(0.6)
    links = [draft.link(i - 1, i, 0.0) for i in range(1, n) if joined and draft.chance(0.8)]
    return draft.part("loose", items, 0.3), links


def pointers(draft: Draft, n: int) -> Drafted:
    """Draw a chain whose arrows stop short of what they join, and words that point at its parts."""
    shape: Shape = draft.pick(("ellipse", "box", "box", "text"))
    cells = -(-2 * n // 3)  # twice as many as words that point at them
    writer, text = draft.writer, draft.habits.text
    record = draft.chance(0.4)
    items, links = [], []
    for i in range(cells):
        words = draft.pick((writer.number()[:3], writer.word()))
        if record:
            words = "\n".join(writer.phrase(1, 2) for _ in range(int(draft.rng.integers(2, 4))))
        items.append(draft.node(i, shape, text=words, cell=(1, i), wrap=900, emphasis=()))
        if i:
            tail, tip = (float(gap) for gap in draft.rng.uniform(0, 1.1 * text, 2))
            links.append(
                replace(draft.link(i - 1, i, 0.0), gaps=(tail, tip), route="straight", aim="")
            )
    spots = draft.rng.permutation(2 * cells)  # above and below each: no two words in one
    for i, spot in enumerate(spots[: n - cells].tolist(), cells):
        cell = 2 * (spot // cells), spot % cells
        items.append(draft.node(i, "text", text=writer.word(), cell=cell, emphasis=(), angle=0.0))
        link = replace(draft.link(i, cell[1], 0.0), heads=1, dashed=False, aim="")
        links.append(replace(link, beside=draft.pick(("", "", "left", "right"))))
    return draft.part("loose", items, 0.2), links


LESSONS: dict[str, Callable[[Draft, int], Drafted]] = {
    "flow": flow, "graph": graph, "tree": tree, "chain": chain, "process": process, "notes": notes,
    "wall": wall, "table": table, "pictures": pictures,
}  # fmt: skip
# Joined later: boards that things are measured on, or were chosen by, have none of them.
MORE_LESSONS: tuple[Callable[[Draft, int], Drafted], ...] = (signs, records, pointers)
