"""When a board was drawn, as well as can be told, and in which order boards came.

In this order: when the picture was taken, if the file says so; a date in the file's name
("retro-2026-03-02.png", "IMG_20260302_101500.jpg"); when the file was saved; when it was ingested.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Literal

from sqlalchemy import select

from kb.catalog import LocationRow
from kb.compare.shapes import BoardAt
from kb.evidence import BoardRef

if TYPE_CHECKING:
    from kb.base import KnowledgeBase
    from kb.catalog import BoardRow

Dated = Literal["taken", "name", "saved", "ingested"]

_DATE = re.compile(
    r"(?<!\d)((?:19|20)\d\d)([-_.]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])"
    r"(?:[-_T ]?([01]\d|2[0-3])[-_.:h]?([0-5]\d)(?:[-_.:m]?([0-5]\d))?)?(?!\d)"
)
_LATEST = 253_402_300_799  # the last second that a datetime can tell


@dataclass(frozen=True)
class Moment:
    """Unix seconds, and where they come from."""

    at: float
    dated: Dated


def date_in(name: str) -> float | None:
    """Return the moment (local time) that a file name tells, or None."""
    found = _DATE.search(PurePosixPath(name.replace("\\", "/")).name)
    if found is None:
        return None
    year, _, *rest = found.groups()
    month, day, hour, minute, second = (int(part or 0) for part in rest)
    try:
        return datetime(int(year), month, day, hour, minute, second).timestamp()
    except ValueError:  # 30 February
        return None


def moment_of(row: BoardRow, places: Iterable[LocationRow]) -> Moment:
    """Return when a board was drawn, given where its source was seen."""
    if row.captured_at is not None:
        return Moment(row.captured_at, "taken")
    seen = list(places)
    named = [at for place in seen if (at := date_in(place.path)) is not None]
    if named:
        return Moment(min(named), "name")
    saved = [place.mtime_ns / 1e9 for place in seen if 0 < place.mtime_ns / 1e9 <= _LATEST]
    if saved:  # a copy is younger than what it copies
        return Moment(min(saved), "saved")
    return Moment(row.created_at, "ingested")


def boards_at(base: KnowledgeBase, rows: Sequence[BoardRow]) -> list[BoardAt]:
    """Return boards with their moments, in the order given."""
    with base.catalog.session() as session:
        places: dict[str, list[LocationRow]] = {row.source_id: [] for row in rows}
        statement = select(LocationRow).where(LocationRow.source_id.in_(places))
        for place in session.scalars(statement.order_by(LocationRow.path)):
            places[place.source_id].append(place)
    return [_board_at(row, places[row.source_id]) for row in rows]


def _board_at(row: BoardRow, places: Sequence[LocationRow]) -> BoardAt:
    moment = moment_of(row, places)
    source = places[0].path if places else ""
    return BoardAt(
        board=BoardRef(id=row.id, source=source, title=row.title or row.name),
        when=datetime.fromtimestamp(moment.at, UTC),
        dated=moment.dated,
    )


def in_order(boards: Iterable[BoardAt]) -> list[BoardAt]:
    """Return boards by their moment, the oldest first; equal ones by source and id."""
    return sorted(boards, key=lambda one: (one.when, one.board.source, one.board.id))
