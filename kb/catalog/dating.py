"""When boards were drawn, kept beside them: the order in which they are listed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import load_only

from kb.catalog.tables import BoardRow, LocationRow
from kb.drawn import moment_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def drawn_at(session: Session, row: BoardRow) -> float:
    """Return the moment of a board, by where its source was seen; unix seconds."""
    places = select(LocationRow).where(LocationRow.source_id == row.source_id)
    return moment_of(row, session.scalars(places)).at


def date_boards(session: Session, source_ids: Sequence[str]) -> None:
    """Tell anew when the boards of these sources were drawn: their places may have changed."""
    places: dict[str, list[LocationRow]] = {source: [] for source in source_ids}
    for place in session.scalars(select(LocationRow).where(LocationRow.source_id.in_(source_ids))):
        places[place.source_id].append(place)
    without_scenes = load_only(
        BoardRow.source_id, BoardRow.captured_at, BoardRow.created_at, BoardRow.drawn_at
    )
    rows = select(BoardRow).where(BoardRow.source_id.in_(source_ids)).options(without_scenes)
    for row in session.scalars(rows):
        row.drawn_at = moment_of(row, places[row.source_id]).at
