"""How the rows of a sheet hang together: along arrows, in frames, and over versions of a board."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kb.answer.selection.rows import Places, Row
from kb.likeness import likeness
from kb.text import key_of

JOINS = (
    "after", "before", "beside", "holds", "in", "ends", "ended", "board", "on",
    "twin newer", "twin older", "version newer", "version older",
)  # fmt: skip
"""What the second row is to the first. A line has two ends, and a board what is on it; twins have
the same words on two versions of a board."""
SAME_BOARD = 0.35  # likeness from which boards may be versions of one

Joins = NDArray[np.int16]


def joins_of(rows: Sequence[Row]) -> Joins:
    """Return what hangs together: (joins, 3), a number of JOINS and two rows."""
    number = {name: at for at, name in enumerate(JOINS)}
    at = {(row.board, row.node): n for n, row in enumerate(rows) if row.node}
    whole = {row.board: n for n, row in enumerate(rows) if row.unit == "board"}
    found = [(name, one, two) for (one, two), name in _versions(rows).items()]
    for n, row in enumerate(rows):
        board = whole.get(row.board, n)
        if board != n:
            found += [("on", n, board), ("board", board, n)]
        for way, end in row.payload.get("ways", ()):
            if (row.board, end) in at:
                found.append((way, n, at[row.board, end]))
        if row.unit == "relation":
            ends = [at[row.board, end] for end in row.payload["nodes"] if (row.board, end) in at]
            found += [("ends", n, end) for end in ends] + [("ended", end, n) for end in ends]
    told = [(number[name], one, two) for name, one, two in found]
    return np.array(told, np.int16).reshape(-1, 3)


def joined(joins: Joins, name: str, rows: int) -> NDArray[np.int64]:
    """Return how many joins of this kind each of so many rows has."""
    return np.bincount(joins[joins[:, 0] == JOINS.index(name), 1], minlength=rows)


def among(joins: Joins, keep: Places, rows: int) -> NDArray[np.int64]:
    """Return the joins between rows in `keep`, by their places in it: (joins, 3).

    Args:
        joins: between all rows: (joins, 3).
        keep: places of the rows that are kept.
        rows: how many there are.
    """
    new = np.full(rows, -1, np.int64)
    new[keep] = np.arange(len(keep))
    kind, to, source = joins.astype(np.int64).T
    found = np.column_stack([kind, new[to], new[source]])
    return found[(found >= 0).all(axis=1)]


def _versions(rows: Sequence[Row]) -> dict[tuple[int, int], str]:
    """Return the pairs of rows that are one thing on two versions of a board."""
    boards: dict[int, list[int]] = {}
    for n, row in enumerate(rows):
        boards.setdefault(row.board, []).append(n)
    found: dict[tuple[int, int], str] = {}
    for one in boards.values():
        for two in boards.values():
            this, that = rows[one[0]].payload, rows[two[0]].payload
            if one is two or likeness(this["sketch"], that["sketch"]) < SAME_BOARD:
                continue
            age = "newer" if (that.get("at") or 0.0) >= (this.get("at") or 0.0) else "older"
            found |= {pair: f"{kind} {age}" for pair, kind in _twins(rows, one, two)}
    return found


def _twins(
    rows: Sequence[Row], one: Sequence[int], two: Sequence[int]
) -> list[tuple[tuple[int, int], str]]:
    """Return which rows of two versions stand for the same: the boards, and equal words."""
    whole = {n for n in two if rows[n].unit == "board"}
    there = {key_of(rows[n].text): n for n in two if n not in whole}
    found = []
    for n in one:
        if rows[n].unit == "board":
            found += [((n, m), "version") for m in whole]
        elif (key := key_of(rows[n].text)) in there:
            found.append(((n, there[key]), "twin"))
    return found
