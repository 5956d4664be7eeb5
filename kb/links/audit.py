"""Do names and links stand as the boards have it? For `kb check`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import exists, or_, select, update

from kb.catalog import BoardRow, NameRow, NodeRow
from kb.catalog.leaving import drop_unheld, is_held
from kb.links.suggest import link_all

if TYPE_CHECKING:
    from kb.base import KnowledgeBase


def unlinked(base: KnowledgeBase) -> list[tuple[str, str]]:
    """Return the ready boards (workspace, id) that were not looked at, or whose names are lost."""
    named = exists().where(
        NameRow.workspace == NodeRow.workspace, NameRow.key == NodeRow.key, NameRow.vector != b""
    )
    nameless = exists().where(NodeRow.board_id == BoardRow.id, NodeRow.key != "", ~named)
    statement = (
        select(BoardRow.workspace, BoardRow.id)
        .where(BoardRow.state == "ready", or_(BoardRow.linked.is_(False), nameless))
        .order_by(BoardRow.id)
    )
    with base.catalog.session() as session:
        return [(workspace, board) for workspace, board in session.execute(statement)]


def lost_names(base: KnowledgeBase) -> list[tuple[str, str]]:
    """Return the names (workspace, key) that no node has."""
    statement = select(NameRow.workspace, NameRow.key).where(~is_held())
    with base.catalog.session() as session:
        return sorted((workspace, key) for workspace, key in session.execute(statement))


def mend_links(base: KnowledgeBase) -> None:
    """Drop lost names with their links, and look at the boards that were not looked at."""
    lost = lost_names(base)
    waiting = [board for _, board in unlinked(base)]
    with base.catalog.session() as session:
        for workspace in sorted({workspace for workspace, _ in lost}):
            drop_unheld(session, workspace, [key for own, key in lost if own == workspace])
        for board in waiting:
            session.execute(update(BoardRow).where(BoardRow.id == board).values(linked=False))
    link_all(base)
