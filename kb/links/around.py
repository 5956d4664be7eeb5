"""Do the neighbours of two names agree? Then the names more likely mean one thing.

Read from the graph when it is asked for: neighbours come and go with boards, and nothing that is
stored has to follow.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from kb.catalog import BoardRow, LinkRow, NodeRow, RelationRow
from kb.links.names import names_a_thing

BATCH = 300  # names in one query
MAX_NAMESAKES = 25  # a name on more nodes than that joins nothing
EVEN = 0.5  # score from which a link may speak for another one
EACH = 0.2  # what agreeing neighbours add to a link's score, for the first MOST_COUNTED of them
MOST_COUNTED = 2
JOINED = 0.75  # strength from which a link joins boards without a user's word
WORTH_ASKING = 0.5  # strength from which a user is asked

Pair = tuple[str, str]


def strength_of(score: float, neighbours: int) -> float:
    """Return the score of a link with what its neighbours add."""
    return round(min(1.0, score + EACH * min(neighbours, MOST_COUNTED)), 2)


def agreeing(session: Session, workspace: str, pairs: Collection[Pair]) -> dict[Pair, list[Pair]]:
    """Return for each two names the neighbours, on two boards, that are one thing as well.

    Neighbours are joined by a line, or one holds the other.
    """
    if not pairs:
        return {}
    around = _around(session, workspace, {name for pair in pairs for name in pair})
    near = {name for found in around.values() for name in found}
    joined = _joined(session, workspace, near)
    return {pair: list(_agreeing(pair, around, joined)) for pair in pairs}


_Around = dict[str, dict[str, set[str]]]  # name → name of a neighbour → boards


def _agreeing(pair: Pair, around: _Around, joined: set[Pair]) -> Iterator[Pair]:
    one, two = around.get(pair[0], {}), around.get(pair[1], {})
    for x in sorted(set(one) - set(pair)):
        for y in sorted(set(two) - set(pair)):
            same = x == y or (min(x, y), max(x, y)) in joined
            if same and len(one[x] | two[y]) > 1:
                yield (x, y)


def _around(session: Session, workspace: str, names: Collection[str]) -> _Around:
    found: _Around = {}
    here, there, line = aliased(NodeRow), aliased(NodeRow), RelationRow
    ways = (
        (and_(line.source == here.node_id, line.target == there.node_id), True),
        (and_(line.target == here.node_id, line.source == there.node_id), True),
        (there.parent == here.node_id, False),
        (here.parent == there.node_id, False),
    )
    for batch in _batches(rare(session, workspace, names)):
        for way, by_line in ways:
            statement = (
                select(here.key, there.key, here.board_id)
                .join(BoardRow, BoardRow.id == here.board_id)
                .join(there, there.board_id == here.board_id)
                .where(here.workspace == workspace, here.key.in_(batch), there.key != "", way)
                .where(BoardRow.state != "deleting")
                .distinct()
            )
            if by_line:
                statement = statement.join(line, line.board_id == here.board_id)
            for name, neighbour, board in session.execute(statement):
                if names_a_thing(neighbour):
                    found.setdefault(name, {}).setdefault(neighbour, set()).add(board)
    return found


def rare(session: Session, workspace: str, names: Collection[str]) -> list[str]:
    """Return those of these names that not too many nodes have, sorted: others say nothing."""
    found: list[str] = []
    for batch in _batches(sorted(names)):
        found += session.scalars(
            select(NodeRow.key)
            .where(NodeRow.workspace == workspace, NodeRow.key.in_(batch))
            .group_by(NodeRow.key)
            .having(func.count() <= MAX_NAMESAKES)
            .order_by(NodeRow.key)
        )
    return found


def _joined(session: Session, workspace: str, names: Collection[str]) -> set[Pair]:
    """Return the pairs of these names, in order, that are likely one thing."""
    found: set[Pair] = set()
    for batch in _batches(sorted(names)):
        rows = session.execute(
            select(LinkRow.a, LinkRow.b).where(
                LinkRow.workspace == workspace, LinkRow.a.in_(batch), likely()
            )
        )
        found.update((a, b) for a, b in rows if b in names)
    return found


def likely() -> ColumnElement[bool]:
    """Return the condition on a `LinkRow` that it speaks for itself: accepted, or at even odds."""
    suggested = and_(LinkRow.state == "suggested", LinkRow.score >= EVEN)
    return or_(LinkRow.state == "accepted", suggested)


def _batches(names: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(names), BATCH):
        yield names[start : start + BATCH]
