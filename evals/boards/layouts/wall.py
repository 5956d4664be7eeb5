"""A wall of sticky notes: a loose grid."""

from __future__ import annotations

from evals.boards.layouts.plan import Desk, Plan, around, shifted
from evals.boards.spec import Link, Part


def place(part: Part, links: tuple[Link, ...], desk: Desk) -> Plan:
    """Place the items in `part.columns` columns, not quite straight."""
    del links
    sizes = [desk.measure(item) for item in part.items]
    columns = max(1, min(part.columns, len(sizes)))
    gap = desk.text * 0.8 * desk.spread
    widths = [max(s[0] for s in sizes[c::columns]) for c in range(columns)]
    boxes = {}
    y = 0.0
    for first in range(0, len(sizes), columns):
        row = sizes[first : first + columns]
        height = max(s[1] for s in row)
        x = 0.0
        for c, size in enumerate(row):
            centre = (
                x + widths[c] / 2 + float(desk.rng.normal(0, gap * 0.16)),
                y + height / 2 + float(desk.rng.normal(0, gap * 0.16)),
            )
            boxes[part.items[first + c].id] = around(centre, size)
            x += widths[c] + gap
        y += height + gap
    return shifted(boxes, desk.text * 0.3)
