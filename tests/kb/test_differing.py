"""What differs between versions comes first where a question asks what changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from kb.differing import LONG, UNITS, differing_first
from kb.index.points import Hit
from kb.likeness import sketch_of
from kb.query.hints import Hints, hints_of
from kb.weights import WEIGHTS

OLD = ["Order flow", "Check stock", "Payment queue", "Ship parcel", "Send invoice"]
NEW = ["Order flow", "Check stock", "Kafka", "Ship parcel", "Send invoice"]
OTHER = ["Hiring", "Screen the letters", "Phone interview", "Trial day", "Make an offer"]
LATER = [*NEW, "Refund"]
UNRELATED = [f"{a}{b}ing the {b}{a}tion" for a in "bcdfgl" for b in ("an", "er", "in", "or")]
BOARDS = {
    "old": OLD,
    "new": NEW,
    "later": LATER,
    "other": OTHER,
    "long": UNRELATED,
    "alike": [text[::-1] for text in UNRELATED],
}
ASKED = Hints(versions=True, differs=True)


def units(*boards: str, kind: str = "node") -> list[Hit]:
    return [
        Hit(
            f"{board}-{n}",
            0.5 - n / 100,
            {"board": board, "unit": kind, "text": text, "sketch": sketch_of(BOARDS[board])},
        )
        for board in boards
        for n, text in enumerate(BOARDS[board])
    ]


class Boards:
    """All that stands on the boards, as an inquiry would give it."""

    def __init__(self) -> None:
        self.looked: list[Sequence[str]] = []

    def units(self, boards: Sequence[str]) -> list[Hit]:
        self.looked.append(boards)
        return units(*boards, kind="board")[:1] + units(*boards)


def first(hits: list[Hit], hints: Hints = ASKED) -> tuple[list[Hit], Boards]:
    boards = Boards()
    return differing_first(hits, hints, boards.units), boards


def test_what_came_and_what_went_comes_first_though_it_was_not_found() -> None:
    found = [units("old")[1], units("new")[1], *units("other")]
    shown, _ = first(found)
    assert {hit.payload["text"] for hit in shown[:2]} == {"Payment queue", "Kafka"}
    assert len(shown) == len(found) + 2
    assert [hit.score for hit in shown] == sorted((hit.score for hit in shown), reverse=True)


def test_what_was_found_is_raised_once() -> None:
    shown, _ = first(units("old", "new"))
    scores = {hit.id: hit.score for hit in shown}
    assert scores["old-2"] == pytest.approx(0.48 + WEIGHTS.differs)
    assert scores["old-1"] == 0.49
    assert len(scores) == len(shown)


def test_of_three_versions_what_one_lacks_differs() -> None:
    shown, _ = first(units("old", "new", "later"))
    raised = {hit.payload["text"] for hit in shown if hit.score > 0.6}
    assert raised == {"Payment queue", "Kafka", "Refund"}


def test_boards_with_like_letters_and_other_words_are_no_versions(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("kb.differing.CHANGED", 0.0)
    hits = units("long", "alike")
    shown, boards = first(hits)
    assert boards.looked
    assert shown == hits


def test_where_units_may_have_been_left_out_nothing_differs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("kb.differing.UNITS", 3)
    assert UNITS > 100
    hits = units("old", "new")
    assert first(hits)[0] == hits


def test_long_texts_are_the_same_to_the_letter_only(monkeypatch: pytest.MonkeyPatch) -> None:
    long = "Payment queue " * (LONG // 10)
    monkeypatch.setitem(BOARDS, "old", [*OLD[:2], long, *OLD[3:]])
    monkeypatch.setitem(BOARDS, "new", [*NEW[:2], long + "twice", *NEW[3:]])
    raised = {hit.id for hit in first(units("old", "new"))[0] if hit.score > 0.6}
    assert raised == {"old-2", "new-2"}


@pytest.mark.parametrize("found", [("old", "other"), ("other",), ()])
def test_boards_without_versions_stay_as_they_are(found: tuple[str, ...]) -> None:
    hits = units(*found)
    shown, boards = first(hits)
    assert shown == hits
    assert not boards.looked


def test_other_questions_cost_no_look() -> None:
    hits = units("old", "new")
    shown, boards = first(hits, Hints(versions=True))
    assert shown == hits
    assert not boards.looked


@pytest.mark.parametrize(
    ("question", "differs"),
    [
        ("What replaced the queue?", True),
        ("Which problems were solved between the two rounds?", True),
        ("What became of the trolley from one month to the next?", True),
        ("To which day was the move postponed?", True),
        ("Who took over the settlement?", True),
        ("定稿比草稿多了什么步骤？", True),
        ("科技节的地点前后有什么变化？", True),
        ("What is still wrong, has anything changed?", False),
        ("What comes after the queue?", False),
        ("What are the steps of the new plan?", False),
        ("How do we handle change requests?", False),
        ("What happens when a user is removed?", False),
        ("What did the second round add?", True),
        ("Who was asked to replace the valve?", False),
        ("What is the plan if a node has to be removed?", False),
        ("What happens when an item was added to the cart?", False),
        ("Which customers have never changed their password?", False),
        ("Was the Rose project approved?", False),
        ("When was the update released?", False),
        ("What is the difference between the gateway and the balancer?", False),
        ("What is the path between the cart and checkout?", False),
        ("用户取消订单后怎么办？", False),
        ("谁可以修改密码？", False),
        ("不同部门谁负责？", False),
    ],
)
def test_questions_that_ask_what_changed(question: str, differs: bool) -> None:
    assert hints_of(question, datetime(2026, 5, 4, tzinfo=UTC)).differs is differs
