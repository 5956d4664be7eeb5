"""Lists: one item below the other, nested by `parent`."""

from __future__ import annotations

from evals.boards.layouts.plan import Desk, Plan
from evals.boards.spec import Link, Part

MARK_ROOM = 1.5  # text sizes left of an item, for its mark


def place(part: Part, links: tuple[Link, ...], desk: Desk) -> Plan:
    """Place the items below each other; `links` don't matter."""
    del links
    parents = {item.id: item.parent for item in part.items}
    boxes = {}
    y = width = 0.0
    for item in part.items:
        depth, up = 0, parents[item.id]
        while up in parents:
            depth, up = depth + 1, parents[up]
        w, h = desk.measure(item)
        x = (depth * 1.4 + (MARK_ROOM if item.mark else 0.0)) * desk.text
        x += float(desk.rng.normal(0, 3))
        boxes[item.id] = (x, y, x + w, y + h)
        width = max(width, x + w)
        y += h + desk.text * 0.5
    return Plan(boxes, width, y)
