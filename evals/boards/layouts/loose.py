"""Loose: items about where their cells are, as people fill a board without a plan."""

from __future__ import annotations

from evals.boards.layouts.plan import Desk, Plan, around, shifted
from evals.boards.spec import Link, Part


def place(part: Part, links: tuple[Link, ...], desk: Desk) -> Plan:
    """Place items in their cells (row, column), anywhere that the cell leaves free."""
    sizes = {item.id: desk.measure(item) for item in part.items}
    rows = max(item.cell[0] for item in part.items) + 1
    columns = max(item.cell[1] for item in part.items) + 1
    gap = desk.text * 2.2 * desk.spread
    wide = [gap + desk.label_width(links) * 0.7] * columns
    tall = [gap * 0.9] * rows
    for item in part.items:
        r, c = item.cell
        wide[c] = max(wide[c], sizes[item.id][0] + gap)
        tall[r] = max(tall[r], sizes[item.id][1] + gap * 0.9)
    boxes = {}
    for item in part.items:
        r, c = item.cell
        w, h = sizes[item.id]
        room = (wide[c] - w - gap * 0.45, tall[r] - h - gap * 0.4)
        x = sum(wide[:c]) + wide[c] / 2 + float(desk.rng.uniform(-0.5, 0.5)) * room[0]
        y = sum(tall[:r]) + tall[r] / 2 + float(desk.rng.uniform(-0.5, 0.5)) * room[1]
        boxes[item.id] = around((x, y), (w, h))
    return shifted(boxes)
