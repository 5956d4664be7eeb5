"""Rewards: right answers are worth all, wrong ones less, nonsense nothing; nothing breaks them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.tuning.reward import nodes, relations, valid
from evals.tuning.sources import plain_lessons
from ingest.extract.vlm.codec import encode

TRUTH = encode(next(iter(plain_lessons(1))).scene)


def changed(**changes: object) -> str:
    return json.dumps({**json.loads(TRUTH), **changes}, ensure_ascii=False)


def test_the_truth_is_worth_all() -> None:
    assert (valid(TRUTH), nodes(TRUTH, TRUTH), relations(TRUTH, TRUTH)) == (1.0, 1.0, 1.0)


def test_half_the_nodes_are_worth_two_thirds_and_their_arrows_too() -> None:
    half = json.loads(TRUTH)["nodes"][:5]
    answer = changed(nodes=half, relations=[])
    assert nodes(answer, TRUTH) == pytest.approx(2 * 5 / 15)
    assert relations(answer, TRUTH) == 0


def test_wrong_words_in_the_right_place_are_worth_half() -> None:
    mute = [{**node, "text": ""} for node in json.loads(TRUTH)["nodes"]]
    assert nodes(changed(nodes=mute), TRUTH) == pytest.approx(0.5)


def test_a_reversed_arrow_is_worth_nothing() -> None:
    turned = [
        {**one, "source": one["target"], "target": one["source"]}
        for one in json.loads(TRUTH)["relations"]
    ]
    assert relations(changed(relations=turned), TRUTH) == 0
    assert relations(changed(relations=turned[1:]), TRUTH) == 0


def test_more_of_the_same_gains_nothing() -> None:
    twice = json.loads(TRUTH)["relations"] * 2
    assert relations(changed(relations=twice), TRUTH) <= 1.0
    assert valid(changed(relations=twice)) == 0.5


@given(st.one_of(st.text(max_size=80), st.integers(0, len(TRUTH)).map(lambda n: TRUTH[:n])))
def test_any_answer_has_a_worth(answer: str) -> None:
    for worth in (valid(answer), nodes(answer, TRUTH), relations(answer, TRUTH)):
        assert 0 <= worth <= 1
