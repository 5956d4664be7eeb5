"""The names that stand for the same thing, as the graph uses them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from kb.catalog import LinkRow
from kb.links.around import BATCH, JOINED, agreeing, strength_of

MOST_UNSURE = 100  # links whose neighbours are looked at in one go, the likeliest first


def joined_names(session: Session, workspace: str, names: Collection[str]) -> dict[str, set[str]]:
    """Return for each name the names of the same thing: its own and those linked to it.

    A link joins where a user accepted it, or where what speaks for it, its neighbours included, is
    strong. A name that a user has parted from itself joins nothing under its own name.
    """
    found = {name: {name} for name in names}
    rows = list(_rows(session, workspace, sorted(found)))
    unsure = [row for row in rows if row.state == "suggested" and row.score < JOINED]
    unsure = sorted(unsure, key=lambda row: (-row.score, row.a, row.b))[:MOST_UNSURE]
    support = agreeing(session, workspace, [(row.a, row.b) for row in unsure])
    for row in rows:
        pair = (row.a, row.b)
        if row.state == "rejected":
            if row.a == row.b:
                found[row.a].discard(row.a)
            continue
        strong = strength_of(row.score, len(support.get(pair, ()))) >= JOINED
        if row.state == "accepted" or strong:
            for one, two in (pair, pair[::-1]):
                if one in found:
                    found[one].add(two)
    return found


def _rows(session: Session, workspace: str, names: Sequence[str]) -> Iterator[LinkRow]:
    seen: set[tuple[str, str]] = set()
    for start in range(0, len(names), BATCH):
        batch = names[start : start + BATCH]
        statement = select(LinkRow).where(
            LinkRow.workspace == workspace, or_(LinkRow.a.in_(batch), LinkRow.b.in_(batch))
        )
        for row in session.scalars(statement.order_by(LinkRow.a, LinkRow.b)):
            if (row.a, row.b) not in seen:
                seen.add((row.a, row.b))
                yield row
