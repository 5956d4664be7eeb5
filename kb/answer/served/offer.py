"""The closed list of evidence that one question offers to the served model.

Evidence of which a reader of the board would say "that is addressed to the machine" is left out:
it states nothing about the team's work, and a model might obey it. It can still be found and
quoted without the model. Names of boards and containers that speak so are left blank.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.answer.addressed import addressed_to_a_model
from kb.catalog import BoardRow
from kb.evidence import Evidence
from kb.graph import Graph, Ref, Thing
from kb.query.patterns import TAG_SYNONYMS
from kb.quoting import quoted
from kb.reading import label_of, token_cost

MAX_TEXT = 700  # characters of one piece
_PIECE_TOKENS = 40.0  # of the names and signs around the words


@dataclass(frozen=True, slots=True)
class Offered:
    """A piece of evidence as the model sees it.

    Attributes:
        n: its number in the list, from 1.
        own: what it says itself, with its container and tags.
        words: the same with the board's title; what a sentence is held against.
        shown: the fields that the model is given.
        day: on which the board was captured, "" where that isn't known.
    """

    n: int
    evidence: Evidence
    own: str
    words: str
    shown: dict[str, str | int]
    day: str = ""


def offers(
    session: Session, workspace: str, evidence: Sequence[Evidence], budget: float
) -> list[Offered]:
    """Return what may be offered of `evidence`, in its order, within `budget` tokens."""
    graph = Graph(session, workspace)
    kept = [e for e in evidence if e.text.strip() and not addressed_to_a_model(e.text)]
    things = graph.things((e.board.id, node) for e in kept if e.unit == "node" for node in e.nodes)
    holders = graph.things((t.ref[0], t.parent) for t in things.values() if t.parent)
    days = _days(session, workspace, {e.board.id for e in kept})
    found: list[Offered] = []
    for piece in kept:
        thing = things.get((piece.board.id, piece.nodes[0])) if piece.nodes else None
        offered = _offered(len(found) + 1, piece, thing, holders, days.get(piece.board.id, ""))
        budget -= token_cost(str(offered.shown["text"])) + _PIECE_TOKENS
        if budget < 0:
            break
        found.append(offered)
    return found


def _harmless(name: str) -> str:
    """Return the name of a board or container, "" where it speaks to a model."""
    return "" if addressed_to_a_model(name) else name


def _offered(
    n: int, evidence: Evidence, thing: Thing | None, holders: dict[Ref, Thing], day: str
) -> Offered:
    holder = holders.get((thing.ref[0], thing.parent or "")) if thing else None
    inside = _harmless(label_of(holder.text)) if holder else ""
    title = _harmless(evidence.board.title)
    tags = thing.tags if thing else ()
    shown: dict[str, str | int] = {"id": n, "board": quoted(title, 80)}
    shown |= {"date": day} if day else {}
    shown |= {"in": quoted(inside, 80)} if inside else {}
    shown |= {"tags": ", ".join(tags)} if tags else {}
    shown["text"] = quoted(evidence.text, MAX_TEXT)
    own = "\n".join(filter(None, (evidence.text, inside, *_names_of(tags))))
    return Offered(n, evidence, own, f"{own}\n{title}", shown, day)


def _names_of(tags: Iterable[str]) -> Iterable[str]:
    return (TAG_SYNONYMS.get(tag, tag) for tag in tags)


def _days(session: Session, workspace: str, boards: set[str]) -> dict[str, str]:
    """Return the day on which each board was captured, where that is known."""
    rows = session.execute(
        select(BoardRow.id, BoardRow.captured_at).where(
            BoardRow.workspace == workspace, BoardRow.id.in_(boards)
        )
    )
    return {
        board: datetime.fromtimestamp(at, UTC).date().isoformat()
        for board, at in rows
        if at is not None
    }
