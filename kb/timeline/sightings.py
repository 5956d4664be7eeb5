"""The boards that a thing is on, or was on, in their histories of versions."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from kb.catalog import BoardRow, NodeRow, VersionRow
from kb.compare.shapes import BoardAt
from kb.links.names import name_of
from kb.moments import boards_at, in_order
from kb.scene import Scene

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kb.base import KnowledgeBase

MAX_BOARDS = 200  # the newest that hold the thing, with their versions


@dataclass(frozen=True)
class Seen:
    """A board at its moment, and which of its nodes have the thing's names."""

    at: BoardAt
    scene: Scene
    nodes: frozenset[str]


def histories(
    base: KnowledgeBase, session: Session, workspace: str, names: Collection[str]
) -> list[list[Seen]]:
    """Return the boards with the thing, and their versions: a list a history, oldest first."""
    boards = set(
        session.scalars(
            select(NodeRow.board_id)
            .join(BoardRow)
            .where(NodeRow.workspace == workspace, NodeRow.key.in_(names))
            .where(BoardRow.state != "deleting")
            .group_by(NodeRow.board_id, BoardRow.created_at)
            .order_by(BoardRow.created_at.desc(), NodeRow.board_id)
            .limit(MAX_BOARDS)
        )
    )
    groups = _groups(session, workspace, boards)
    ids = {board for group in groups for board in group}
    statement = select(BoardRow).where(BoardRow.id.in_(ids), BoardRow.state != "deleting")
    rows = {row.id: row for row in session.scalars(statement)}
    told = []
    for group in groups:
        at = in_order(boards_at(base, [rows[board] for board in sorted(group & set(rows))]))
        if at:  # none where they were deleted since
            told.append([_seen(one, rows[one.board.id], names) for one in at])
    return sorted(told, key=lambda seen: (seen[0].at.when, seen[0].at.board.id))


def _seen(at: BoardAt, row: BoardRow, names: Collection[str]) -> Seen:
    scene = Scene.model_validate_json(row.scene)
    nodes = frozenset(node.id for node in scene.nodes if name_of(node.text) in names)
    return Seen(at, scene, nodes)


def _groups(session: Session, workspace: str, boards: Collection[str]) -> list[set[str]]:
    """Return the boards by the histories that suggested and accepted versions make of them."""
    near: dict[str, set[str]] = {board: set() for board in boards}
    frontier = set(boards)
    while frontier and len(near) < 2 * MAX_BOARDS:
        pairs = session.execute(
            select(VersionRow.a, VersionRow.b)
            .where(VersionRow.workspace == workspace, VersionRow.state != "rejected")
            .where(or_(VersionRow.a.in_(frontier), VersionRow.b.in_(frontier)))
        ).all()
        fresh = {board for pair in pairs for board in pair} - set(near)
        for a, b in pairs:
            near.setdefault(a, set()).add(b)
            near.setdefault(b, set()).add(a)
        frontier = fresh
    return _components(sorted(near), near)


def _components(boards: Sequence[str], near: dict[str, set[str]]) -> list[set[str]]:
    groups: list[set[str]] = []
    placed: set[str] = set()
    for board in boards:
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
