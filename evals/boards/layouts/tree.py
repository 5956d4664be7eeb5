"""Tree from top to bottom: every parent above the middle of its children."""

from __future__ import annotations

from evals.boards.layouts.mindmap import children_of
from evals.boards.layouts.plan import Desk, Plan, around, shifted
from evals.boards.spec import Link, Part


def place(part: Part, links: tuple[Link, ...], desk: Desk) -> Plan:
    """Place items as the forest that `links` span; every item without a parent is a root."""
    ids = [item.id for item in part.items]
    sizes = {item.id: desk.measure(item) for item in part.items}
    targets = {link.target for link in links if link.source in ids}
    roots = [i for i in ids if i not in targets] or ids[:1]
    children: dict[str, list[str]] = {}
    for root in roots:
        children |= children_of(root, ids, links)
    gap = desk.text * 1.1 * desk.spread
    boxes = {}

    def width(node: str) -> float:
        below = children.get(node, [])
        return max(sizes[node][0], sum(width(c) for c in below) + gap * max(0, len(below) - 1))

    def drop(node: str, x: float, y: float) -> None:
        if node in boxes:
            return
        wide = width(node)
        w, h = sizes[node]
        boxes[node] = around((x + wide / 2 + float(desk.rng.normal(0, 3)), y + h / 2), (w, h))
        below = children.get(node, [])
        at = x + (wide - sum(width(c) for c in below) - gap * max(0, len(below) - 1)) / 2
        for child in below:
            drop(child, at, y + h + desk.text * 2.4 * desk.spread)
            at += width(child) + gap

    x = 0.0
    for root in roots:
        drop(root, x, 0.0)
        x += width(root) + gap * 2
    for node in ids:  # a ring without a root
        if node not in boxes:
            drop(node, x, 0.0)
            x += width(node) + gap
    return shifted(boxes)
