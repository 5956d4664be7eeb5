"""Lists and ways are told whole where most of one was selected and all of it is asked for."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.answer.selection.joins import JOINS
from kb.answer.selection.rows import Row
from kb.answer.selection.select import MOST, Selection
from kb.answer.selection.sheet import CUES_SEEN, Sheet
from kb.answer.selection.whole import completed
from kb.index.points import Hit, Point, Sparse
from kb.query.hints import hints_of
from kb.query.question import understand

FLOW = ["Lead", "Trial", "Contract", "Customer", "Renewal"]
LIST = ["Causes", "Nozzle worn", "People tired", "Room hot", "Paint old"]
FORK = ["Tree", "Beech", "Oak"]
TASKS = ["Next", "Anna: mail", "Anna: book", "Piet: call"]
OWNER = "Owner: Sister Moira"
NODES = [*FLOW, *LIST, *FORK, *TASKS, OWNER]
AFTER = [*pairwise(FLOW), ("Tree", "Beech"), ("Tree", "Oak")]
HOLDS = [("Causes", one) for one in LIST[1:]] + [("Next", one) for one in TASKS[1:]]
NOW = datetime(2026, 5, 4, tzinfo=UTC)


def row(n: int) -> Row:
    text = NODES[n]
    point = Point(str(n), [1.0], Sparse([], []), {})
    return Row(point, Hit(str(n), 1.0, {"text": text, "unit": "node"}), 0, text)


def sheet(who: float = 0.0) -> Sheet:
    joins = [
        (JOINS.index(kind), NODES.index(one), NODES.index(two))
        for kind, pairs in (("after", AFTER), ("holds", HOLDS))
        for one, two in pairs
    ]
    joins += [(JOINS.index("before"), b, a) for way, a, b in joins if JOINS[way] == "after"]
    none = np.zeros((len(NODES), len(CUES_SEEN)), np.float32)
    rows = [row(n) for n in range(len(NODES))]
    cues = np.array([who if cue == "who" else 0.0 for cue in CUES_SEEN], np.float32)
    return Sheet(rows, none, none, np.array(joins, np.int16), cues)


def told(question: str, *selected: str, start: str = "") -> list[str]:
    board = sheet(float(question.startswith("Who")))
    members = tuple(board.rows[NODES.index(one)] for one in selected)
    begin = board.rows[NODES.index(start)] if start else None
    chosen = Selection(members, begin, 1.0, members[0] if members else None)
    found = completed(chosen, board, understand(question), hints_of(question, NOW))
    return [one.text for one in found.members]


def test_steps_that_were_left_out_are_told() -> None:
    between = ["Trial", "Contract", "Customer"]
    assert told("Which steps lead from trial to customer?", "Trial", "Customer") == between
    for asked in ("从试用到客户有哪些步骤？", "從試用到客戶經過哪些步驟？"):
        assert told(asked, "Customer", "Trial") == between
    way = told("How does a lead get to renewal?", "Trial", "Renewal", start="Lead")
    assert way == FLOW[1:]  # what it starts from is no answer


def test_what_becomes_of_a_thing_is_told_up_to_where_the_question_names_it() -> None:
    assert told("How does a lead become a customer?", "Trial", "Contract") == FLOW[:4]
    assert told("How does a trial become a contract?", "Trial", "Contract") == FLOW[1:3]
    assert told("线索怎样一步步变成续约？", "Contract") == FLOW


def test_the_rest_of_a_list_is_told() -> None:
    assert told("Which causes were found?", "Nozzle worn", "Room hot") == LIST[1:]
    assert told("What are the reasons?", *LIST[1:4]) == LIST[1:]
    assert told("Please list the causes", "Nozzle worn", "Room hot") == LIST[1:]
    assert told("原因有哪些？", *LIST[1:4]) == LIST[1:]


def test_who_has_all_of_a_board_is_told_where_nobody_else_is() -> None:
    assert told("Who looks after the nozzle?", "Nozzle worn") == ["Nozzle worn", OWNER]
    assert told("Who writes the mail?", "Anna: mail") == ["Anna: mail"]
    assert told("What is worn?", "Nozzle worn") == ["Nozzle worn"]


@pytest.mark.parametrize(
    ("question", "selected"),
    [
        ("Which causes were found?", ("Nozzle worn",)),  # too little of it
        ("What are the reasons?", ("Nozzle worn", "Room hot")),  # … of one that isn't named
        ("Which causes were found?", ("Lead", "Nozzle worn", "Room hot")),  # of no one list
        ("Which of the causes was found first?", ("Nozzle worn", "Room hot")),
        ("What is behind the causes?", ("Nozzle worn", "Room hot")),
        ("Which cause comes first?", ("Nozzle worn", "Room hot")),
        ("Which causes were found in March 2026?", ("Nozzle worn", "Room hot")),
        ("Which causes are drawn in red?", ("Nozzle worn", "Room hot")),
        ("Which causes were found besides the hot room?", ("Nozzle worn", "People tired")),
        ("除了房间热，还有哪些原因？", tuple(LIST[1:4])),
        ("Which causes were not found in the room?", ("Nozzle worn", "People tired")),
        ("Which causes are drawn as sticky notes?", tuple(LIST[1:4])),
        ("Names of the causes?", ("Nozzle worn", "Room hot")),
        ("What is the worst of all causes?", ("Nozzle worn", "Room hot")),
        ("Which risks were found as causes?", ("Nozzle worn", "Room hot")),
        ("Which steps are red?", ("Trial", "Customer")),
        ("Which steps need approval?", ("Trial", "Customer")),
        ("哪些步骤需要审批？", ("Trial", "Customer")),
        ("Which steps come after the tree?", ("Beech", "Oak")),
        ("What is next, and what does Anna do?", ("Anna: mail", "Anna: book")),
        ("What are the next tasks of Anna?", ("Anna: mail", "Anna: book")),
        ("How does wood become a chair?", ("Nozzle worn", "Room hot")),  # no arrows there
        ("How does wood become a chair?", ()),
    ],
)
def test_other_selections_stay_as_they_are(question: str, selected: tuple[str, ...]) -> None:
    assert told(question, *selected) == list(selected)


@pytest.mark.parametrize("part", ["from to ", "how does get ", "steps from ", "从到", "list all "])
def test_hostile_questions_take_no_time(part: str) -> None:
    started = time.process_time()
    told("How do " + part * (1_900 // len(part)), "Trial", "Customer")
    assert time.process_time() - started < 2.0


@given(
    st.sets(st.sampled_from(NODES), min_size=1),
    st.sampled_from(["How does a lead become money?", "What are the causes?", "Who?"]),
    st.sampled_from(["", "Tree", "Lead"]),
)
def test_what_was_selected_stays_and_nothing_is_told_twice(
    selected: set[str], question: str, start: str
) -> None:
    found = told(question, *selected, start=start)
    assert selected <= set(found)
    assert len(found) == len(set(found)) <= max(MOST, len(selected))
