"""Boards at the moments when they were drawn, and in which order they came."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from kb.catalog import LocationRow
from kb.compare.shapes import BoardAt
from kb.drawn import moment_of
from kb.evidence import BoardRef

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kb.catalog import BoardRow


def boards_at(session: Session, rows: Sequence[BoardRow]) -> list[BoardAt]:
    """Return boards with their moments, in the order given."""
    places: dict[str, list[LocationRow]] = {row.source_id: [] for row in rows}
    statement = select(LocationRow).where(LocationRow.source_id.in_(places))
    for place in session.scalars(statement.order_by(LocationRow.path, LocationRow.origin)):
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
