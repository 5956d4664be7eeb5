"""The versions of a board, in time order."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, cast

from sqlalchemy import or_, select

from kb.catalog import BoardRow, VersionRow
from kb.links.deciding import decision_of
from kb.links.shapes import State, Version, Versions
from kb.moments import boards_at, in_order

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kb.base import KnowledgeBase

MOST = 200  # boards of one history


def versions_of(base: KnowledgeBase, workspace: str, board_id: str) -> Versions:
    """Return the boards that are, or may be, this board at other times. Raises `NotFound`.

    Boards are joined by suggested and accepted pairs, also through a third one; what a user
    rejected as a version of this board is left out.
    """
    asked = base.catalog.board(workspace, board_id)
    with base.catalog.session() as session:
        pairs = _reached(session, workspace, board_id)
        rejected = {other for other, row in pairs.items() if row and row.state == "rejected"}
        ids = set(pairs) - rejected
        statement = select(BoardRow).where(BoardRow.id.in_(ids), BoardRow.state != "deleting")
        rows = list(session.scalars(statement))
    ordered = in_order(boards_at(base, [asked, *rows]))
    place = next(i for i, one in enumerate(ordered) if one.board.id == board_id)
    told = [
        Version(
            at=one,
            score=row.score if (row := pairs.get(one.board.id)) else 0.0,
            signals=dict(row.signals) if row else {},
            state=cast("State", row.state) if row else "suggested",
            decision=decision_of(row) if row else None,
        )
        for one in ordered
        if one.board.id != board_id
    ]
    return Versions(board=ordered[place], earlier=tuple(told[:place]), later=tuple(told[place:]))


def _reached(session: Session, workspace: str, start: str) -> dict[str, VersionRow | None]:
    """Return the boards that pairs lead to, and the pair with `start` where there is one."""
    found: dict[str, VersionRow | None] = {}
    for row in _pairs(session, workspace, {start}):
        found[row.b if row.a == start else row.a] = row
    frontier = {board for board, row in found.items() if row and row.state != "rejected"}
    while frontier and len(found) < MOST:
        pairs = _pairs(session, workspace, frontier)
        ends = {board for row in pairs if row.state != "rejected" for board in (row.a, row.b)}
        frontier = ends - set(found) - {start}
        found |= dict.fromkeys(frontier)
    return found


def _pairs(session: Session, workspace: str, boards: Collection[str]) -> list[VersionRow]:
    near = or_(VersionRow.a.in_(boards), VersionRow.b.in_(boards))
    statement = select(VersionRow).where(VersionRow.workspace == workspace, near)
    return list(session.scalars(statement))
