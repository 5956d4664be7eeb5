"""Lists and ways are told whole where most of one was selected and all of it is asked for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.answer.selection.joins import JOINS
from kb.answer.selection.rows import Row
from kb.answer.selection.select import MOST, Selection
from kb.answer.selection.sheet import Sheet
from kb.answer.selection.whole import completed
from kb.index.points import Hit, Point, Sparse
from kb.query.hints import Hints

#          0      1        2         3       4       5         6         7
NODES = ["Tree", "Kiln", "Milling", "Glue", "Chair", "Causes", "Nozzle", "People", "Room"]
FLOW = [(0, 1), (1, 2), (2, 3), (3, 4)]
HELD = [(5, 6), (5, 7), (5, 8)]
HOW = "How does a tree become a chair?"
LIST = "Which causes were found?"


def row(n: int) -> Row:
    text = NODES[n]
    point = Point(str(n), [1.0], Sparse([], []), {})
    return Row(point, Hit(str(n), 1.0, {"text": text, "unit": "node"}), 0, text)


def sheet() -> Sheet:
    joins = [(JOINS.index("after"), a, b) for a, b in FLOW]
    joins += [(JOINS.index("before"), b, a) for a, b in FLOW]
    joins += [(JOINS.index("holds"), a, b) for a, b in HELD]
    none = np.zeros((len(NODES), 1), np.float32)
    rows = [row(n) for n in range(len(NODES))]
    return Sheet(rows, none, none, np.array(joins, np.int16), none[0])


def told(question: str, *selected: int, hints: Hints = Hints()) -> list[str]:  # noqa: B008
    board = sheet()
    members = tuple(board.rows[n] for n in selected)
    chosen = Selection(members, None, 1.0, members[0] if members else None)
    return [one.text for one in completed(chosen, board, question, hints).members]


def test_steps_that_were_left_out_are_told() -> None:
    assert told("Which steps does it take from kiln to glue?", 1, 3) == NODES[1:4]
    assert told("从窑到胶合经过哪些步骤？", 3, 1) == NODES[1:4]


def test_what_becomes_of_a_thing_is_told_from_the_first_step_to_the_last() -> None:
    assert told(HOW, 1, 3) == NODES[:5]
    assert told("木头怎样变成椅子？", 2) == NODES[:5]


def test_the_rest_of_a_list_is_told() -> None:
    assert told(LIST, 6, 7) == NODES[6:]
    assert told("原因有哪些？", 6, 8) == NODES[6:]


@pytest.mark.parametrize(
    ("question", "selected", "hints"),
    [
        (LIST, (6,), Hints()),  # too little of it
        (LIST, (1, 6, 7), Hints()),  # not all of that list
        ("Which of the causes was found first?", (6, 7), Hints()),
        (LIST, (6, 7), Hints(colors=("red",))),
        (LIST, (6, 7), Hints(tags=("risk",))),
        ("Who found the cause?", (6, 7), Hints()),
        (HOW, (6, 7), Hints()),  # no arrows there
        (HOW, (), Hints()),
    ],
)
def test_other_selections_stay_as_they_are(
    question: str, selected: tuple[int, ...], hints: Hints
) -> None:
    assert told(question, *selected, hints=hints) == [NODES[n] for n in selected]


@given(
    st.sets(st.integers(0, len(NODES) - 1), min_size=1),
    st.sampled_from([HOW, LIST, "Which steps go from here to there?", "Who?"]),
)
def test_every_step_of_what_is_told_is_there_once(selected: set[int], question: str) -> None:
    found = told(question, *sorted(selected))
    assert len(found) == len(set(found))
    assert len(found) <= max(MOST, len(selected))
