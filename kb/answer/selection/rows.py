"""The rows of a sheet: the units of the likeliest boards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kb.index.points import Hit, Payload, Point

UNITS = ("node", "relation", "board")
MAX_ROWS = 360

Places = NDArray[np.int64]  # of rows in a sheet


@dataclass(frozen=True)
class Row:
    """One unit that may be selected.

    Attributes:
        point: as it is stored.
        hit: as the question scores it.
        board: the place of its board among those looked at.
        node: of nodes the id, else "".
    """

    point: Point
    hit: Hit
    board: int
    node: str = ""

    @property
    def payload(self) -> Payload:
        """What the index keeps of it."""
        return self.hit.payload

    @property
    def text(self) -> str:
        """Its words."""
        return str(self.payload["text"])

    @property
    def unit(self) -> str:
        """Which kind of unit it is."""
        return str(self.payload["unit"])


def to_be_read(unit: str, text: str) -> str:
    """Return the words of a row as they are read, which ends after some: a line's label first."""
    if unit != "relation" or ": " not in text:
        return text
    ends, label = text.rsplit(": ", 1)
    return f"{label}: {ends}"


def rows_of(units: Sequence[tuple[Point, Hit]], order: Mapping[str, int]) -> list[Row]:
    """Return the rows of the boards in `order`, board by board, each from its top to its end.

    A line without words says nothing that `joins` doesn't say, and the later parts of a long text
    are left out. Of more than MAX_ROWS the best are kept.
    """
    rows: list[Row] = []
    seen: set[tuple[int, str]] = set()
    for point, hit in units:
        payload = hit.payload
        board, unit = order.get(payload["board"], -1), payload["unit"]
        node = str(payload["nodes"][0]) if unit == "node" else ""
        silent = unit == "relation" and ": " not in payload["text"]
        if board < 0 or silent or (node and (board, node) in seen):
            continue
        seen.add((board, node))
        rows.append(Row(point, hit, board, node))
    rows.sort(key=lambda row: (row.board, UNITS.index(row.unit), _place(row)))
    if len(rows) > MAX_ROWS:
        best = sorted(rows, key=lambda row: (row.unit != "board", -row.hit.score))[:MAX_ROWS]
        kept = {id(row) for row in best}
        rows = [row for row in rows if id(row) in kept]
    return rows


def _place(row: Row) -> tuple[float, float, str]:
    left, top, *_ = row.payload["region"]
    return (top, left, row.hit.id)
