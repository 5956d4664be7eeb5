"""All places of a workspace where words are written: on nodes, and on the lines between them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, false, func, or_, select

from kb.answer.room import Room
from kb.answer.words import Word
from kb.catalog import BoardRow, NodeRow, RelationRow
from kb.graph import Ref, Step
from kb.reading import one_line
from kb.simplified import in_each_script

_ENDING = re.compile(r"(?<=[a-z]{3})[ei]$")  # that a stem has and other forms of the word lack
_ESCAPE = "/"
_WILD = re.compile(f"[%_{_ESCAPE}]")  # to LIKE


def nodes_with(room: Room, wanted: Sequence[Word], least: float) -> Iterator[tuple[Ref, str]]:
    """Yield the nodes that may hold the share `least` of `wanted`, newest board first, with words.

    As written or misread; how much each holds is the caller's to say.
    """
    found = select(NodeRow.board_id, NodeRow.node_id, NodeRow.text)
    rows = _asked(room, found, NodeRow, NodeRow.text, wanted, least)
    for board, node, text in room.notes.session.execute(
        rows.order_by(NodeRow.y0, NodeRow.x0, NodeRow.node_id)
    ):
        yield (board, node), one_line(text)


def lines_with(room: Room, wanted: Sequence[Word], least: float) -> Iterator[tuple[Step, str]]:
    """Yield the lines on which words are written, like `nodes_with`."""
    found = select(RelationRow)
    rows = _asked(room, found, RelationRow, RelationRow.label, wanted, least)
    for row in room.notes.session.scalars(rows.order_by(RelationRow.relation_id)):
        ends = (row.board_id, row.source), (row.board_id, row.target)
        yield Step(*ends, row.relation_id, row.label, row.directed), row.label


def _asked(
    room: Room,
    found: Select[*tuple[Any, ...]],
    table: type[NodeRow] | type[RelationRow],
    text: Any,
    wanted: Sequence[Word],
    least: float,
) -> Select[*tuple[Any, ...]]:
    unbroken = func.replace(text, "\n", "", type_=Text())  # Chinese words go on in the next line
    return (
        found.join(BoardRow, BoardRow.id == table.board_id)
        .where(table.workspace == room.workspace, BoardRow.state != "deleting")
        .where(*_held(room, unbroken, wanted, least))
        .order_by(BoardRow.drawn_at.desc(), table.board_id)
    )


def _held(room: Room, text: Any, wanted: Sequence[Word], least: float) -> list[ColumnElement[bool]]:
    """Return conditions that hold wherever `text` has enough of `wanted`: loose, but cheap.

    A word so rare that nothing without it has enough must be there; else any of them must.
    """
    weights = {word: room.match.weight(word) for word in wanted}
    rare = [word for word in wanted if weights[word] > (1 - least) * sum(weights.values())]
    each = {
        word: or_(*(text.icontains(part, escape=_ESCAPE) for part in _parts(room, word)))
        for word in rare or wanted
    }
    return list(each.values()) if rare else [or_(false(), *each.values())]


def _parts(room: Room, word: Word) -> set[str]:
    """Return letters of which a text with the word, in any form or misread, has some.

    They are patterns of LIKE.
    """
    terms = {like for term in word.terms for like in (term, *room.words.spelt_like(term))}
    parts = {_ENDING.sub("", term) for term in terms} | {word.surface}
    literal = (_WILD.sub(rf"{_ESCAPE}\g<0>", part) for part in parts)
    return {pattern for part in literal for pattern in in_each_script(part, "_")}
