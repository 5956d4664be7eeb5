"""A user's word on a suggestion, and how it is taken back."""

from __future__ import annotations

import hashlib
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from kb.catalog import LinkRow, NameRow, VersionRow
from kb.errors import NotFound, WrongUse
from kb.links.names import name_of
from kb.links.shapes import Decision, State
from kb.quoting import clean

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kb.base import KnowledgeBase

MAX_NOTE = 1_000  # characters


def link_id(workspace: str, a: str, b: str) -> str:
    """Return the id of a link (12 hex digits): the same for the same two names."""
    return hashlib.sha256(f"link\0{workspace}\0{a}\0{b}".encode()).hexdigest()[:12]


def decide_link(
    base: KnowledgeBase,
    names: tuple[str, str],
    state: State,
    *,
    workspace: str,
    by: str,
    note: str = "",
) -> tuple[str, str]:
    """Accept or reject that two names are one thing, or take that back (``suggested``).

    An accepted link need not have been suggested: that is how a user tells an alias. Rejecting a
    name with itself parts the nodes of this name on different boards; accepting it takes that back.

    Returns:
        The two names as they are kept.

    Raises:
        NotFound: no board of the workspace has such a name.
        WrongUse: a note that is too long.
    """
    a, b = sorted(map(name_of, names))
    if a == b and state == "accepted":
        state = "suggested"  # joined by its name already, unless it was parted
    with base.writing("kb links"), base.catalog.session() as session:
        for name, text in zip((a, b), sorted(names, key=name_of), strict=True):
            if not name or session.get(NameRow, (workspace, name)) is None:
                raise NotFound(
                    f"nothing in workspace {workspace!r} is called {text!r}",
                    hint="`kb search` shows what things are called",
                    code="no_such_name",
                )
        _decide(session, LinkRow, {"workspace": workspace, "a": a, "b": b}, state, by, note)
    return a, b


def decide_version(
    base: KnowledgeBase,
    boards: tuple[str, str],
    state: State,
    *,
    workspace: str,
    by: str,
    note: str = "",
) -> None:
    """Accept or reject that two boards are one at two times, or take that back (``suggested``).

    Raises:
        NotFound: the workspace has no such board.
        WrongUse: a board with itself; a note that is too long.
    """
    a, b = sorted(base.catalog.board(workspace, board).id for board in boards)
    if a == b:
        raise WrongUse("a board is no version of itself")
    with base.writing("kb versions"), base.catalog.session() as session:
        _decide(session, VersionRow, {"a": a, "b": b, "workspace": workspace}, state, by, note)


def names_of_link(base: KnowledgeBase, workspace: str, ident: str) -> tuple[str, str]:
    """Return the two names of a link, given its id. Raises `NotFound`."""
    with base.catalog.session() as session:
        rows = session.execute(select(LinkRow.a, LinkRow.b).where(LinkRow.workspace == workspace))
        for a, b in rows:
            if link_id(workspace, a, b) == ident:
                return a, b
    raise NotFound(
        f"no link {ident!r} in workspace {workspace!r}", hint="`kb links list` shows the links"
    )


def decision_of(row: LinkRow | VersionRow) -> Decision | None:
    """Return what a user decided about a row, or None."""
    if row.decided_at is None:
        return None
    at = datetime.fromtimestamp(row.decided_at, UTC)
    return Decision(by=row.decided_by, at=at, note=row.note)


def _decide(
    session: Session, table: type[Any], address: dict[str, str], state: State, by: str, note: str
) -> None:
    if len(note) > MAX_NOTE or len(by) > MAX_NOTE:
        raise WrongUse(f"a name and a note have at most {MAX_NOTE} characters")
    by, note = clean(by), clean(note)  # a database refuses some of what a text may hold
    row = session.get(table, tuple(address[c.name] for c in table.__mapper__.primary_key))
    if state == "suggested":
        if row is not None and not row.signals:  # nobody but the user said so
            session.delete(row)
        elif row is not None:
            row.state, row.decided_by, row.decided_at, row.note = "suggested", "", None, ""
        return
    if row is None:
        row = table(**address, score=0.0, signals={})
        session.add(row)
    row.state, row.decided_by, row.decided_at, row.note = state, by, time.time(), note
