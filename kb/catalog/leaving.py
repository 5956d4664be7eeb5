"""Boards leave with what only they held: names go with their last node, links with their names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, delete, exists, select

from kb.catalog.tables import BoardRow, NameRow, NodeRow

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

_BATCH = 5_000


def drop_boards(session: Session, which: ColumnElement[bool]) -> None:
    """Delete boards, and the names that no other board of their workspace holds."""
    held = select(NodeRow.workspace, NodeRow.key).join(BoardRow).where(which).distinct()
    keys: dict[str, list[str]] = {}
    for workspace, key in session.execute(held):
        keys.setdefault(workspace, []).append(key)
    session.execute(delete(BoardRow).where(which))
    for workspace, names in keys.items():
        drop_unheld(session, workspace, names)


def drop_unheld(session: Session, workspace: str, keys: Collection[str]) -> None:
    """Delete those of these names that no node of the workspace has."""
    waiting = list(keys)
    for start in range(0, len(waiting), _BATCH):
        session.execute(
            delete(NameRow).where(
                NameRow.workspace == workspace,
                NameRow.key.in_(waiting[start : start + _BATCH]),
                ~is_held(),
            )
        )


def is_held() -> ColumnElement[bool]:
    """Return the condition that a node has the name of a `NameRow`."""
    same = and_(NodeRow.workspace == NameRow.workspace, NodeRow.key == NameRow.key)
    return exists().where(same)
