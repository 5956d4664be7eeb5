"""Table: items by their `cell`, with ruled lines between rows and columns."""

from __future__ import annotations

from evals.boards.layouts.plan import Desk, Frame, Plan, around
from evals.boards.spec import Link, Part


def place(part: Part, links: tuple[Link, ...], desk: Desk) -> Plan:
    """Place items in the middle of their cells; the grid is one node of kind "table"."""
    del links
    sizes = {item.id: desk.measure(item) for item in part.items}
    rows = max(item.cell[0] for item in part.items) + 1
    columns = max(item.cell[1] for item in part.items) + 1
    pad = desk.text * 0.8
    wide, tall = [desk.text * 3] * columns, [desk.text * 1.6] * rows
    for item in part.items:
        r, c = item.cell
        wide[c] = max(wide[c], sizes[item.id][0] + 2 * pad)
        tall[r] = max(tall[r], sizes[item.id][1] + 1.4 * pad)
    xs = [sum(wide[:c]) for c in range(columns + 1)]
    ys = [sum(tall[:r]) for r in range(rows + 1)]
    boxes = {}
    for item in part.items:
        r, c = item.cell
        centre = ((xs[c] + xs[c + 1]) / 2, (ys[r] + ys[r + 1]) / 2)
        centre = (
            centre[0] + float(desk.rng.normal(0, 3)),
            centre[1] + float(desk.rng.normal(0, 2)),
        )
        boxes[item.id] = around(centre, sizes[item.id])
    inner = slice(None) if part.outer else slice(1, -1)
    rules = [(x, 0.0, x, ys[-1]) for x in xs[inner]] + [(0.0, y, xs[-1], y) for y in ys[inner]]
    grid = (0.0, 0.0, xs[-1], ys[-1])
    frame = Frame(f"{part.id}-grid", "table", "", grid, items=tuple(boxes))
    return Plan(boxes, xs[-1], ys[-1], [frame], rules)
