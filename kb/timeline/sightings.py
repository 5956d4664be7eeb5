"""The boards that a thing is on, or was on, in their histories of versions."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from kb.catalog import BoardRow, NodeRow
from kb.compare.shapes import BoardAt
from kb.links.history import joined
from kb.links.names import name_of
from kb.moments import boards_at, in_order
from kb.scene import Scene

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

MAX_BOARDS = 200  # the newest that hold the thing, with their versions


@dataclass(frozen=True)
class Seen:
    """A board at its moment, and which of its nodes have the thing's names."""

    at: BoardAt
    scene: Scene
    nodes: frozenset[str]


def histories(session: Session, workspace: str, names: Collection[str]) -> list[list[Seen]]:
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
    groups = joined(session, workspace, boards)
    ids = {board for group in groups for board in group}
    statement = select(BoardRow).where(BoardRow.id.in_(ids), BoardRow.state != "deleting")
    rows = {row.id: row for row in session.scalars(statement)}
    told = []
    for group in groups:
        at = in_order(boards_at(session, [rows[board] for board in sorted(group & set(rows))]))
        told.append([_seen(one, rows[one.board.id], names) for one in at])
    return sorted(told, key=lambda seen: (seen[0].at.when, seen[0].at.board.id))


def _seen(at: BoardAt, row: BoardRow, names: Collection[str]) -> Seen:
    scene = Scene.model_validate_json(row.scene)
    nodes = frozenset(node.id for node in scene.nodes if name_of(node.text) in names)
    return Seen(at, scene, nodes)
