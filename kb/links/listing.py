"""Links as a user reads them: both names with their places, and why they are suggested."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from kb.catalog import BoardRow, LinkRow, LocationRow, NodeRow
from kb.evidence import BoardRef
from kb.links.around import JOINED, WORTH_ASKING, Pair, agreeing, strength_of
from kb.links.deciding import decision_of, link_id
from kb.links.names import name_of
from kb.links.shapes import Link, LinkPage, Name, Place, State
from kb.reading import label_of

if TYPE_CHECKING:
    from kb.base import KnowledgeBase

SHOWN = 3  # nodes of a name
PART = 200  # rows that are looked at together
NEIGHBOURS = 5  # pairs that are told


def links_of(
    base: KnowledgeBase,
    workspace: str,
    *,
    state: State | None = None,
    name: str = "",
    limit: int = 50,
    offset: int = 0,
) -> LinkPage:
    """Return links that a user may want to see, those of the highest score first.

    Left out are suggestions that neither the names nor their neighbours make worth a look.

    Args:
        base: the store.
        workspace: whose links.
        state: only those suggested, accepted or rejected.
        name: only links of this name.
        limit: most links.
        offset: links to skip.
    """
    statement = select(LinkRow).where(LinkRow.workspace == workspace)
    if state is not None:
        statement = statement.where(LinkRow.state == state)
    if name:
        key = name_of(name)
        statement = statement.where(or_(LinkRow.a == key, LinkRow.b == key))
    statement = statement.order_by(LinkRow.score.desc(), LinkRow.a, LinkRow.b)
    with base.catalog.session() as session:
        found: list[tuple[LinkRow, list[Pair]]] = []
        for row in _worth_a_look(session, workspace, statement):
            found.append(row)
            if len(found) > offset + limit:
                break
        page = found[offset : offset + limit]
        names = _names(session, workspace, {n for row, _ in page for n in (row.a, row.b)})
        links = tuple(_link(row, support, names) for row, support in page)
    return LinkPage(links=links, more=len(found) > offset + limit)


def link_between(base: KnowledgeBase, workspace: str, a: str, b: str) -> Link | None:
    """Return the link between two names (keys, in order), or None where there is none."""
    with base.catalog.session() as session:
        row = session.get(LinkRow, (workspace, a, b))
        if row is None:
            return None
        support = agreeing(session, workspace, [(a, b)])[a, b]
        return _link(row, support, _names(session, workspace, {a, b}))


def _worth_a_look(
    session: Session, workspace: str, statement: Any
) -> Iterator[tuple[LinkRow, list[Pair]]]:
    offset = 0
    while rows := list(session.scalars(statement.limit(PART).offset(offset))):
        support = agreeing(session, workspace, [(row.a, row.b) for row in rows])
        for row in rows:
            pairs = support[row.a, row.b]
            strength = strength_of(row.score, len(pairs))
            if row.state != "suggested" or strength >= WORTH_ASKING:
                yield row, pairs
        offset += PART


def _link(row: LinkRow, support: Sequence[Pair], names: dict[str, Name]) -> Link:
    strength = strength_of(row.score, len(support))
    strong = row.state == "suggested" and strength >= JOINED
    return Link(
        id=link_id(row.workspace, row.a, row.b),
        names=(names[row.a], names[row.b]),
        score=row.score,
        signals=dict(row.signals),
        neighbours=tuple(support[:NEIGHBOURS]),
        strength=strength,
        state=cast("State", row.state),
        joined=row.state == "accepted" or strong,
        decision=decision_of(row),
    )


def _names(session: Session, workspace: str, keys: Collection[str]) -> dict[str, Name]:
    path = (
        select(func.min(LocationRow.path))
        .where(LocationRow.source_id == BoardRow.source_id)
        .scalar_subquery()
    )
    found = {}
    for key in sorted(keys):
        mine = (NodeRow.workspace == workspace) & (NodeRow.key == key)
        statement = (
            select(NodeRow, BoardRow.title, BoardRow.name, path)
            .join(BoardRow)
            .where(mine, BoardRow.state != "deleting")
            .order_by(NodeRow.board_id, NodeRow.node_id)
            .limit(SHOWN)
        )
        places = tuple(
            Place(
                board=BoardRef(id=node.board_id, source=source or "", title=title or page),
                node=node.node_id,
                region=(node.x0, node.y0, node.x1, node.y1),
                text=node.text,
            )
            for node, title, page, source in session.execute(statement)
        )
        count = session.scalar(select(func.count()).select_from(NodeRow).where(mine)) or 0
        text = label_of(places[0].text) if places else key
        found[key] = Name(text=text, count=count, places=places)
    return found
