"""Swim lanes: items by `cell` (lane, column); a lane is a container with its name at the left."""

from __future__ import annotations

from evals.boards.layouts.plan import Desk, Frame, Plan, around
from evals.boards.spec import Item, Link, Part


def place(part: Part, links: tuple[Link, ...], desk: Desk) -> Plan:
    """Place items in the middle of their cells, lanes from top to bottom."""
    sizes = {item.id: desk.measure(item) for item in part.items}
    columns = max(item.cell[1] for item in part.items) + 1
    heads = [desk.measure(Item("", name, "text", wrap=int(desk.text * 6))) for name in part.lanes]
    if part.turned:
        heads = [(tall, wide) for wide, tall in heads]
    left = max(w for w, _ in heads) + desk.text
    gap = desk.text * 1.1 * desk.spread + desk.label_width(links)
    wide = [
        max((sizes[i.id][0] for i in part.items if i.cell[1] == c), default=desk.text * 4) + gap
        for c in range(columns)
    ]
    between = desk.text * 0.8
    stacks = _stacks(part)
    tall = [
        max(
            [_height(stack, sizes, between) for (r2, _), stack in stacks.items() if r2 == r]
            + [heads[r][1]]
        )
        + desk.text * 1.4
        for r in range(len(part.lanes))
    ]
    width = left + sum(wide)
    boxes, frames = {}, []
    y = 0.0
    for r, name in enumerate(part.lanes):
        members = [item for item in part.items if item.cell[0] == r]
        for item in members:
            x = left + sum(wide[: item.cell[1]]) + wide[item.cell[1]] / 2
            stack = stacks[item.cell]
            above = _height(stack[: stack.index(item.id) + 1], sizes, between)
            middle = above - sizes[item.id][1] / 2 - _height(stack, sizes, between) / 2
            centre = (
                x + float(desk.rng.normal(0, 5)),
                y + tall[r] / 2 + middle + float(desk.rng.normal(0, 4)),
            )
            boxes[item.id] = around(centre, sizes[item.id])
        heading = (0.0, y, left, y + tall[r])
        lane = (0.0, y, width, y + tall[r])
        inside = tuple(item.id for item in members)
        frames.append(Frame(f"{part.id}-lane{r + 1}", "container", name, lane, heading, inside))
        y += tall[r]
    rules = [
        (left, 0.0, left, y),
        (0.0, 0.0, 0.0, y),
        (width, 0.0, width, y),
        (0.0, 0.0, width, 0.0),
    ]
    rules += [(0.0, f.box[3], width, f.box[3]) for f in frames]
    return Plan(boxes, width, y, frames, rules)


def _stacks(part: Part) -> dict[tuple[int, int], list[str]]:
    """Return the ids in each cell: they stand below each other."""
    stacks: dict[tuple[int, int], list[str]] = {}
    for item in part.items:
        stacks.setdefault(item.cell, []).append(item.id)
    return stacks


def _height(stack: list[str], sizes: dict[str, tuple[float, float]], between: float) -> float:
    return sum(sizes[i][1] for i in stack) + between * (len(stack) - 1)
