"""Questions about the collection itself: how many boards, which, the newest of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kb.answer import ask
from kb.answer.answering import CHANGES
from kb.answer.collection import MAX_BOARDS
from kb.base import KnowledgeBase
from kb.query.question import understand
from tests.kb.answer.boards import node, scene_of
from tests.kb.links.filling import day, put
from tests.stores import open_store

ALL = {"Plan", "Shop", "茶馆"}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeBase]:
    with open_store(tmp_path_factory.mktemp("collection")) as store:
        for title, language, at in (("Plan", "en", 2), ("茶馆", "zh", 9), ("Shop", "en", 5)):
            note = "买茶" if language == "zh" else "Buy tea"
            scene = scene_of(title, language, [node("a", title, 0), node("b", note, 2)], [])
            put(store, f"{title}.png", scene, taken=day(at))
        scene = scene_of("Elsewhere", "en", [node("a", "Elsewhere", 0)], [])
        put(store, "elsewhere.png", scene, taken=day(20), workspace="other")
        yield store


@pytest.mark.parametrize(
    ("question", "told", "count"),
    [
        ("How many boards are there?", ALL, "3 boards"),
        ("How many whiteboards do we have in total?", ALL, "3 boards"),
        ("List all boards", ALL, "3 boards"),
        ("Which boards are in Chinese?", {"茶馆"}, "1 board:"),
        ("How many English boards are there?", {"Plan", "Shop"}, "2 boards"),
        ("Which boards are from March 2026?", ALL, "3 boards"),
        ("Which board is called Plan?", {"Plan"}, "1 board:"),
        ("What is the newest board?", {"茶馆"}, "2026-03-09"),
        ("latest board", {"茶馆"}, "2026-03-09"),
        ("Which board is the oldest?", {"Plan"}, "2026-03-02"),
        ("有几块白板？", ALL, "3块"),
        ("白板一共有多少块？", ALL, "3块"),
        ("有哪些英文白板？", {"Plan", "Shop"}, "2块"),
        ("哪些白板是中文的？", {"茶馆"}, "1块"),
        ("最新的白板是哪块？", {"茶馆"}, "2026-03-09"),
        ("哪块白板是最早的？", {"Plan"}, "2026-03-02"),
        ("有没有叫茶馆的白板？", {"茶馆"}, "1块"),
    ],
)
def test_boards_are_counted_and_named(
    base: KnowledgeBase, question: str, told: set[str], count: str
) -> None:
    answer = ask(base, question, workspace="w")
    assert answer.answered
    assert count in answer.answer
    assert {c.board.title for c in answer.citations} == told
    assert all(f"“{c.board.title}” [{c.n}]" in answer.answer for c in answer.citations)
    assert all(c.nodes and c.text for c in answer.citations)


@pytest.mark.parametrize(
    "question",
    ["Which boards are from 2019?", "Which board is called Sell?", "有没有叫工厂的白板？"],
)
def test_where_no_board_is_of_the_kind_none_is_named(base: KnowledgeBase, question: str) -> None:
    assert not ask(base, question, workspace="w").answered
    assert not ask(base, "How many boards are there?", workspace="empty").answered


def test_of_many_boards_the_newest_are_named(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        for n in range(MAX_BOARDS + 2):
            scene = scene_of(f"Board {n}", "en", [node("a", f"Note {n}", 0)], [])
            put(store, f"{n}.png", scene, taken=day(1 + n))
        answer = ask(store, "How many boards are there?", workspace="w")
    assert answer.answer.startswith(f"{MAX_BOARDS + 2} boards: “Board {MAX_BOARDS + 1}” [1]")
    assert answer.answer.endswith(", and 2 more.")
    assert len(answer.citations) == MAX_BOARDS


@pytest.mark.parametrize(
    ("question", "intent"),
    [
        ("Which boards mention refunds?", "mentions"),
        ("What is on the newest board?", "holds"),
        ("How many risks are on the boards?", "tagged"),
        ("Who drew the latest board?", "lookup"),
        ("Which whiteboard markers do we need?", "lookup"),
        ("哪块白板提到了退款？", "mentions"),
        ("白板上有哪些风险？", "tagged"),
        ("哪些白板笔要买？", "lookup"),
    ],
)
def test_what_stands_on_boards_is_another_question(question: str, intent: str) -> None:
    assert understand(question).intent == intent


@pytest.mark.parametrize(
    ("question", "noted"),
    [
        ("What changed on the plan?", True),
        ("What changed between the two plans?", True),
        ("计划有什么变化？", True),
        ("Who is the landlord in Berlin?", False),
    ],
)
def test_who_asks_for_changes_is_told_what_tells_them(
    base: KnowledgeBase, question: str, noted: bool
) -> None:
    answer = ask(base, question, workspace="w")
    assert not answer.answered
    assert answer.note == (CHANGES if noted else "")


def test_boards_of_one_title_are_listed_apart(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        for folder in ("市场", "研发"):
            put(store, f"{folder}/a.png", scene_of("预算", "zh", [node("a", "预算", 0)], []))
        answer = ask(store, "有哪些白板？", workspace="w")
    assert all(f"“{one.name}” [{one.n}]" in answer.answer for one in answer.citations)
    assert {one.name for one in answer.citations} == {"预算 (市场)", "预算 (研发)"}
