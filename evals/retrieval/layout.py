"""Where the things of a drawing stand: blocks beside each other, flows in ranks, lists in columns.

Which way a flow runs (across, down, or round a middle) follows from the board's name, so that
boards look different and the same board always looks the same.
"""

from __future__ import annotations

import math
import unicodedata
import zlib
from collections.abc import Sequence

from evals.retrieval.notation import Drawing, Join, Thing

Box = tuple[float, float, float, float]

LETTER = 20.0  # px
LINE = 28.0
PAD = 16.0
GAP_X, GAP_Y = 110.0, 60.0
PAGE = 1900.0  # px; blocks that don't fit beside each other go below
TITLE = 36.0  # px of its letters
HEAD = 26.0


def places(board: Drawing) -> tuple[dict[str, Box], list[Box]]:
    """Return the box of each thing by its id, and the box of each block."""
    at: dict[str, Box] = {}
    blocks: list[Box] = []
    x, y, below = 40.0, 130.0, 130.0
    for number, block in enumerate(board.blocks):
        inner = _block(board, number)
        width = max((box[2] for box in inner.values()), default=0.0)
        height = max((box[3] for box in inner.values()), default=0.0)
        width = max(width, _width(block.name) * 1.3 if inner else 0.0)
        if x > 40 and x + width > PAGE:
            x, y = 40.0, below
        top = y + (50 if block.name else 0)
        for name, (x0, y0, x1, y1) in inner.items():
            at[name] = (x + 24 + x0, top + y0, x + 24 + x1, top + y1)
        blocks.append((x, y, x + width + 48, top + height + 24))
        if inner:
            x, below = x + width + 48 + 70, max(below, top + height + 100)
    return at, blocks


def size_of(thing: Thing) -> tuple[float, float]:
    """Return width and height in pixels of a thing with its words."""
    lines = thing.text.split("\n")
    width, height = max(map(_width, lines)), LINE * len(lines)
    if thing.shape == "sticky":
        return max(150.0, width + 2 * PAD), max(100.0, height + 2 * PAD)
    if thing.shape == "diamond":
        return width * 1.6 + 40, height * 2.2 + 20
    if thing.shape == "ellipse":
        return width * 1.3 + 30, height * 1.5 + 14
    return (width, height) if thing.shape == "text" else (width + 2 * PAD, height + 2 * PAD)


def _width(line: str) -> float:
    wide = sum(unicodedata.east_asian_width(sign) in "WF" for sign in line)
    return LETTER * (wide + 0.55 * (len(line) - wide))


def _block(board: Drawing, number: int) -> dict[str, Box]:
    """Place the things of one block, from (0, 0)."""
    members = [one for one in board.things if one.block == number]
    ids = {one.id for one in members}
    joins = [one for one in board.joins if one.source in ids and one.target in ids]
    joined = {end for one in joins for end in (one.source, one.target)}
    flow = [one for one in members if one.id in joined]
    rest = [one for one in members if one.id not in joined]
    at = _flow(flow, joins, zlib.crc32(board.name.encode()) % 3) if flow else {}
    left = max((box[2] for box in at.values()), default=-GAP_X) + GAP_X
    at.update(_columns(rest, left))
    return at


def _columns(things: Sequence[Thing], left: float) -> dict[str, Box]:
    at: dict[str, Box] = {}
    y = widest = 0.0
    for thing in things:
        width, height = size_of(thing)
        if y + height > 620:
            left, y, widest = left + widest + 40, 0.0, 0.0
        at[thing.id] = (left, y, left + width, y + height)
        y, widest = y + height + 18, max(widest, width)
    return at


def _flow(things: Sequence[Thing], joins: Sequence[Join], way: int) -> dict[str, Box]:
    if way == 2 and len(things) >= 4:
        return _round(things, joins)
    rank = _ranks(things, joins)
    rows: dict[int, list[Thing]] = {}
    for thing in things:
        rows.setdefault(rank[thing.id], []).append(thing)
    at: dict[str, Box] = {}
    along = 0.0
    for level in sorted(rows):
        sizes = [size_of(one) for one in rows[level]]
        across = 0.0
        for thing, (width, height) in zip(rows[level], sizes, strict=True):
            x, y = (along, across) if way == 0 else (across, along)
            at[thing.id] = (x, y, x + width, y + height)
            across += (height if way == 0 else width) + GAP_Y
        along += max(size[0] if way == 0 else size[1] for size in sizes) + GAP_X
    return at


def _ranks(things: Sequence[Thing], joins: Sequence[Join]) -> dict[str, int]:
    """Give each thing a rank beyond those it is reached from, where no circle forbids it."""
    order = {thing.id: place for place, thing in enumerate(things)}
    rank = dict.fromkeys(order, 0)
    for thing in things:  # the order of writing is mostly the order of the flow
        for one in joins:
            if one.source == thing.id and order[one.target] > order[one.source]:
                rank[one.target] = max(rank[one.target], rank[one.source] + 1)
    return rank


def _round(things: Sequence[Thing], joins: Sequence[Join]) -> dict[str, Box]:
    """Place the most joined thing in the middle and the others on an oval around it."""
    count = {one.id: 0 for one in things}
    for one in joins:
        count[one.source] += 1
        count[one.target] += 1
    middle = max(things, key=lambda one: count[one.id])
    others = [one for one in things if one is not middle]
    widest = max(size_of(one)[0] for one in things)
    across = max(widest * 1.5 + 60, widest * len(others) / 5)
    down = max(180.0, 75.0 * len(others) / 2)
    at: dict[str, Box] = {}
    for place, thing in enumerate([middle, *others]):
        width, height = size_of(thing)
        turn = 2 * math.pi * (place - 1) / max(len(others), 1) - math.pi / 2
        x, y = (0.0, 0.0) if place == 0 else (across * math.cos(turn), down * math.sin(turn))
        at[thing.id] = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
    left, top = min(box[0] for box in at.values()), min(box[1] for box in at.values())
    return {name: (a - left, b - top, c - left, d - top) for name, (a, b, c, d) in at.items()}
