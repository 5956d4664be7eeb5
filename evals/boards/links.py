"""Draws the links of a page: ways, heads, labels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evals.boards.layouts.plan import Desk
from evals.boards.page import Page
from evals.boards.pen import Floats, Sheet, resample
from evals.boards.routes import End, head, label_spot, route
from evals.boards.spec import BoardSpec, Link
from kb.scene import Box, Relation

_LABEL = 0.85  # of the text size


@dataclass(frozen=True, eq=False)
class Drawn:
    """A link as drawn, in pixels of the flat board.

    Attributes:
        relation: what it says; its path is set when the view is known.
        path: the planned way, ``(n, 2)``.
        ink: the way that the pen went, ``(m, 2)``.
        label: outline points of the words beside it, ``(k, 2)``, none where it has no label.
        link: the link of the spec.
    """

    relation: Relation
    path: Floats
    ink: Floats
    label: Floats
    link: Link


def draw_links(spec: BoardSpec, desk: Desk, page: Page, sheet: Sheet) -> list[Drawn]:
    """Draw all links of `spec`, in the order of the spec."""
    shapes = {item.id: item.shape for item in spec.items}
    boxes: dict[str, Box] = {**{f.id: f.box for f in page.frames}, **page.boxes}
    inside = {f.id: set(f.items) for f in page.frames}
    paths: list[Floats] = []
    for link in spec.links:
        for end in (link.source, link.target):
            if end not in boxes:
                raise ValueError(f"a link of {spec.title!r} ends on {end!r}, which isn't there")
        walls = [
            box
            for i, box in page.boxes.items()
            if i not in (link.source, link.target)
            and i not in inside.get(link.source, ())
            and i not in inside.get(link.target, ())
        ]
        walls += page.headings.values()
        ends = [End(shapes.get(i, "box"), boxes[i]) for i in (link.source, link.target)]
        gap = float(sheet.rng.uniform(2, 9))
        paths.append(route(ends[0], ends[1], link.route, walls, paths, gap))
    out = []
    taken = [*page.boxes.values(), *page.headings.values()]
    for i, (link, path) in enumerate(zip(spec.links, paths, strict=True)):
        ink = _line(spec, link, path, sheet)
        sheet.take_trace()
        if link.label:
            _label(spec, desk, link, path, taken, paths, sheet)
        words = sheet.take_trace()
        kind = link.kind or ("arrow" if link.heads else "line")
        relation = Relation(
            id=f"r{i + 1}", kind=kind, source=link.source, target=link.target, label=link.label,
            directed=link.heads == 1,
        )  # fmt: skip
        planned = path if len(path) < 5 else resample(path, 25.0)
        out.append(Drawn(relation, planned, ink, words, link))
    return out


def _line(spec: BoardSpec, link: Link, path: Floats, sheet: Sheet) -> Floats:
    ink = link.color or spec.style.link_ink or spec.style.ink
    pen = spec.style.pen
    gone = sheet.stroke(path, ink, pen, dashed=link.dashed)
    size = spec.style.text * 0.62
    for way in [path, path[::-1]][: link.heads]:
        for wing in head(way, size, sheet.rng):
            sheet.stroke(wing, ink, pen)
    return gone


def _label(
    spec: BoardSpec, desk: Desk, link: Link, path: Floats, taken: list[Box], paths: list[Floats],
    sheet: Sheet,
) -> None:  # fmt: skip
    size = desk.text * _LABEL
    lines, width, height = desk.hand.block(link.label, size, desk.text * 6)
    spot = label_spot(path, (width, height), taken, paths)
    limits = np.array(sheet.ink.shape[::-1]) - (width / 2 + 6, height / 2 + 6)
    x, y = np.clip(spot, (width / 2 + 6, height / 2 + 6), limits)
    taken.append((x - width / 2, y - height / 2, x + width / 2, y + height / 2))
    ink = link.color or spec.style.link_ink or spec.style.ink
    sheet.write(desk.hand, lines, (float(x), float(y)), size, ink)
