"""New boards are looked at once: their names against all names, their nodes against like boards.

What is suggested depends on two names, or two boards, and (within `likeness.MOST` a name and
`again.MOST` a board) on nothing else: whatever the order in which boards come and go, what is left
is what a store of the remaining boards would hold. Names and suggestions are written in one
transaction with the mark that a board is done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import delete, select, update

from kb.catalog import BoardRow, LinkRow, NameRow, NodeRow, VersionRow
from kb.links.again import versions_among
from kb.links.likeness import Likeness, judged
from kb.links.meaning import packed, vectors_of
from kb.links.names import Judgement, names_a_thing

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kb.base import KnowledgeBase

BATCH = 1_000  # values in one statement
_BOARDS = 16  # of one transaction, where many wait


def link_boards(base: KnowledgeBase, boards: Sequence[BoardRow]) -> None:
    """Write names, links and versions of boards that have none yet, in one transaction a workspace.

    Cost: an embedding for each name that is new to the workspace, and for each name of the boards
    one pass over the names of the workspace.
    """
    for workspace in sorted({board.workspace for board in boards}):
        _link(base, workspace, [b for b in boards if b.workspace == workspace and not b.linked])


def link_all(
    base: KnowledgeBase, *, progress: Callable[[int, int], None] = lambda _done, _all: None
) -> int:
    """Look at the boards of all workspaces that were not looked at; return how many there were."""
    with base.catalog.session() as session:
        waiting = session.scalars(
            select(BoardRow.id)
            .where(BoardRow.linked.is_(False), BoardRow.state == "ready")
            .order_by(BoardRow.workspace, BoardRow.id)
        ).all()
    for start in range(0, len(waiting), _BOARDS):
        ids = waiting[start : start + _BOARDS]
        with base.catalog.session() as session:
            boards = session.scalars(select(BoardRow).where(BoardRow.id.in_(ids))).all()
        link_boards(base, sorted(boards, key=lambda board: (board.workspace, board.id)))
        progress(start + len(ids), len(waiting))
    return len(waiting)


def suggest(
    base: KnowledgeBase,
    *,
    anew: bool = False,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> int:
    """Look at what was not looked at, in all workspaces; `anew` at everything. Decisions stay.

    Returns how many boards were looked at.
    """
    with base.writing("kb links suggest"):
        if anew:
            unlink_all(base)
        return link_all(base, progress=progress)


def unlink_all(base: KnowledgeBase) -> None:
    """Forget what names mean and what was suggested: another model may see it otherwise."""
    with base.catalog.session() as session:
        session.execute(update(BoardRow).values(linked=False))
        session.execute(update(NameRow).values(vector=b""))
        for table in (LinkRow, VersionRow):
            session.execute(delete(table).where(table.state == "suggested"))


def _link(base: KnowledgeBase, workspace: str, boards: Sequence[BoardRow]) -> None:
    if not boards:
        return
    ids = [board.id for board in boards]
    with base.catalog.session() as session:
        keys = sorted(_keys(session, ids))
        stored = _names(session, workspace)
    fresh = [key for key in keys if not stored.get(key)]
    made = _vectors(base, fresh)
    stored |= made
    likeness = Likeness(keys, stored, base.embedder.dim)
    links = judged(likeness, fresh)
    versions = versions_among(base, workspace, boards, likeness)
    with base.catalog.session() as session:
        _put_names(session, workspace, made)
        for table, found in ((LinkRow, links), (VersionRow, versions)):
            for (a, b), told in found.items():
                _put(session, table, {"workspace": workspace, "a": a, "b": b}, told)
        session.execute(update(BoardRow).where(BoardRow.id.in_(ids)).values(linked=True))


def _keys(session: Session, boards: Sequence[str]) -> set[str]:
    statement = select(NodeRow.key).where(NodeRow.board_id.in_(boards), NodeRow.key != "")
    return set(session.scalars(statement.distinct()))


def _names(session: Session, workspace: str) -> dict[str, bytes]:
    statement = select(NameRow.key, NameRow.vector).where(NameRow.workspace == workspace)
    return {key: vector for key, vector in session.execute(statement)}


def _vectors(base: KnowledgeBase, keys: Sequence[str]) -> dict[str, bytes]:
    """Return the packed vectors of names; of those that can't be known otherwise, zeros."""
    things = [key for key in keys if names_a_thing(key)]
    made = dict.fromkeys(keys, packed(np.zeros(base.embedder.dim, np.float32)))
    made |= {
        key: packed(v) for key, v in zip(things, vectors_of(base.embedder, things), strict=True)
    }
    return made


def _put_names(session: Session, workspace: str, made: Mapping[str, bytes]) -> None:
    known: dict[str, NameRow] = {}
    for batch in _batches(made):
        rows = session.scalars(
            select(NameRow).where(NameRow.workspace == workspace, NameRow.key.in_(batch))
        )
        known.update((row.key, row) for row in rows)
    for key, vector in made.items():
        if key in known:
            known[key].vector = vector
        else:
            session.add(NameRow(workspace=workspace, key=key, vector=vector))
    session.flush()


def _put(session: Session, table: type[Any], address: Mapping[str, str], told: Judgement) -> None:
    """Write a suggestion; where a user has decided, only what speaks for it is renewed."""
    signals = dict(told.signals)
    row = session.get(table, tuple(address[c.name] for c in table.__mapper__.primary_key))
    if row is None:
        session.add(table(**address, score=told.score, signals=signals, state="suggested"))
    else:
        row.score, row.signals = told.score, signals


def _batches(values: Iterable[str]) -> Iterator[list[str]]:
    waiting = list(values)
    for start in range(0, len(waiting), BATCH):
        yield waiting[start : start + BATCH]
