from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.index.points import Hit, point_id
from kb.query.patterns import Intent
from kb.walk import walk
from kb.weights import WEIGHTS

# a → b → c → d, and a holds x; e is on another board
WAYS = {
    "a": [["after", "b"], ["holds", "x"]],
    "b": [["before", "a"], ["after", "c"]],
    "c": [["before", "b"], ["after", "d"]],
    "d": [["before", "c"]],
    "x": [["in", "a"]],
    "e": [],
}


def node(name: str, score: float = 0.0) -> Hit:
    payload = {"workspace": "w", "board": "b1", "unit": "node", "nodes": [name]}
    ways = WAYS.get(name, [])
    return Hit(point_id("w", "b1", f"n:{name}"), score, payload | {"ways": ways})


def relation(source: str, target: str) -> Hit:
    payload = {"workspace": "w", "board": "b1", "unit": "relation", "nodes": [source, target]}
    return Hit(f"{source}{target}", 0.5, payload)


ALL = {node(name).id: node(name) for name in WAYS}


def fetch(ids: Sequence[str]) -> list[Hit]:
    return [ALL[i] for i in ids]


@pytest.mark.parametrize(
    ("intent", "start", "first", "never_before"),
    [("follows", "b", "c", "a"), ("leads", "b", "a", "c"), ("holds", "a", "x", "b")],
)
def test_direction_is_respected(intent: Intent, start: str, first: str, never_before: str) -> None:
    walked = walk([node(start, 1.0), node("e", 0.1)], intent, fetch, WEIGHTS)
    reached = {name: strength for (_, name), strength in walked.reached.items()}
    assert max(reached, key=reached.__getitem__) == first
    assert reached[first] > 2 * reached.get(never_before, 0.0)


def test_two_steps_are_walked_and_what_was_no_hit_is_fetched() -> None:
    walked = walk([node("a", 1.0), node("e", 0.1)], "follows", fetch, WEIGHTS)
    assert {hit.payload["nodes"][0] for hit in walked.found} >= {"b", "c"}
    near, far, further = (walked.reached.get(("b1", name), 0.0) for name in "bcd")
    assert near > far > 0 == further


def test_the_relation_between_match_and_answer_is_lifted_and_its_neighbour_is_not() -> None:
    walked = walk([node("b", 1.0), node("e", 0.1)], "follows", fetch, WEIGHTS)
    wanted, other = walked.lift(relation("b", "c")), walked.lift(relation("a", "b"))
    assert wanted.score > other.score >= 0.5
    board = relation("b", "c")._replace(payload={"board": "b1", "unit": "board", "nodes": ["c"]})
    assert walked.lift(board) == board


def test_nothing_found_leads_nowhere() -> None:
    assert walk([], "follows", fetch, WEIGHTS).found == []
    assert walk([relation("a", "b")], "lookup", fetch, WEIGHTS).reached == {}


@given(st.lists(st.tuples(st.sampled_from("abcdxe"), st.floats(0, 1)), max_size=6))
def test_strength_stays_within_bounds(matched: list[tuple[str, float]]) -> None:
    hits = sorted((node(name, score) for name, score in matched), key=lambda hit: -hit.score)
    walked = walk(hits, "path", fetch, WEIGHTS)
    assert all(0 <= strength <= 1 for strength in walked.reached.values())
