"""Whole boards of one question: what it may see of them, scored, within a bound."""

from __future__ import annotations

import pytest

from kb.base import KnowledgeBase
from kb.index import inquiry as module
from kb.search import inquire

Told = tuple[KnowledgeBase, dict[str, str]]


def test_whole_boards_are_scored_as_search_scores_them(told: Told) -> None:
    base, boards = told
    asked = inquire(base, "What comes after the cart?", workspace="w")
    whole = dict((point.id, hit) for point, hit in asked.whole([boards["orders.png"]]))
    assert {hit.payload["board"] for hit in whole.values()} == {boards["orders.png"]}
    for hit in asked.near(20):
        if hit.id in whole:
            assert whole[hit.id].score == pytest.approx(hit.score, abs=1e-4)
    assert asked.whole([]) == []


def test_a_board_of_another_workspace_is_not_there(told: Told) -> None:
    base, boards = told
    other = inquire(base, "What comes after the cart?", workspace="other")
    assert other.whole([boards["orders.png"]]) == []


def test_no_more_is_read_than_an_answer_can_wait_for(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    base, boards = told
    monkeypatch.setattr(module, "MOST_WHOLE", 3)
    asked = inquire(base, "What comes after the cart?", workspace="w")
    assert len(asked.whole([boards["orders.png"]])) == 3


@pytest.mark.parametrize("most", [5, 8, 13])
def test_of_boards_that_hold_too_much_each_gives_what_fits_best(
    told: Told, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    base, boards = told
    named = [boards["incident.png"], boards["orders.png"], boards["summer.png"]]
    asked = inquire(base, "Who trains the support team?", workspace="w")
    everything = [hit for _, hit in asked.whole(named)]
    monkeypatch.setattr(module, "MOST_WHOLE", most)
    kept = [hit for _, hit in asked.whole(named)]
    assert len(kept) == most
    for board in named:
        best, *_ = sorted(
            (hit for hit in everything if hit.payload["board"] == board), key=lambda h: -h.score
        )
        assert best.id in {hit.id for hit in kept}


@pytest.mark.parametrize(
    ("sizes", "shares"),
    [
        ({"a": 600, "b": 600}, {"a": 50, "b": 50}),
        ({"a": 600, "b": 10}, {"a": 90, "b": 10}),
        ({"a": 30, "b": 600, "c": 40}, {"a": 30, "b": 35, "c": 35}),
        ({"a": 30, "b": 50}, {"a": 30, "b": 50}),
        ({}, {}),
    ],
)
def test_small_boards_come_whole(sizes: dict[str, int], shares: dict[str, int]) -> None:
    assert module.shares_of(sizes, 100) == shares
