"""The versions of a board, in time order."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, cast

from sqlalchemy import or_, select

from kb.catalog import BoardRow, VersionRow
from kb.compare.shapes import BoardAt
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
    rejected as a version of this board stands apart.
    """
    asked = base.catalog.board(workspace, board_id)
    with base.catalog.reading() as session:
        pairs = _reached(session, workspace, board_id)
        statement = select(BoardRow).where(BoardRow.id.in_(pairs), BoardRow.state != "deleting")
        own, *others = boards_at(session, [asked, *session.scalars(statement)])
    told = [_version(one, pairs[one.board.id]) for one in in_order(others)]
    kept = [one for one in told if one.state != "rejected"]
    earlier = [one for one in kept if in_order([one.at, own])[0] is one.at]
    return Versions(
        board=own,
        earlier=tuple(earlier),
        later=tuple(one for one in kept if one not in earlier),
        rejected=tuple(one for one in told if one.state == "rejected"),
    )


def joined(session: Session, workspace: str, boards: Collection[str]) -> list[set[str]]:
    """Return `boards`, and the versions that suggested and accepted pairs make of them.

    A set for each history; at most MOST boards are added.
    """
    near: dict[str, set[str]] = {board: set() for board in boards}
    frontier = set(boards)
    while frontier and len(near) < len(boards) + MOST:
        pairs = [row for row in _pairs(session, workspace, frontier) if row.state != "rejected"]
        frontier = {board for row in pairs for board in (row.a, row.b)} - set(near)
        for row in pairs:
            near.setdefault(row.a, set()).add(row.b)
            near.setdefault(row.b, set()).add(row.a)
    return _components(near)


def _components(near: dict[str, set[str]]) -> list[set[str]]:
    groups: list[set[str]] = []
    placed: set[str] = set()
    for board in sorted(near):
        if board in placed:
            continue
        group, waiting = set(), {board}
        while waiting:
            one = waiting.pop()
            group.add(one)
            waiting |= near[one] - group
        placed |= group
        groups.append(group)
    return groups


def _version(at: BoardAt, row: VersionRow | None) -> Version:
    if row is None:
        return Version(at=at, score=0.0, signals={}, state="suggested", decision=None)
    return Version(
        at=at,
        score=row.score,
        signals=dict(row.signals),
        state=cast("State", row.state),
        decision=decision_of(row),
    )


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
