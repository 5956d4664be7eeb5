"""Answers that list: nothing left out unsaid, nothing told of the wrong person, nothing twice."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kb.answer import lists
from kb.answer.matching import Matcher
from kb.answer.mentions import MAX_BOARDS, mentions
from kb.answer.notebook import Notebook
from kb.answer.room import Room
from kb.answer.vocabulary import vocabulary_of
from kb.base import KnowledgeBase
from kb.graph import Graph
from kb.links import decide_version
from kb.query.question import understand
from kb.scene import Relation
from kb.search import inquire, near
from tests.kb.answer.boards import arrow, line, node, scene_of
from tests.kb.links.filling import day, put
from tests.stores import open_store


@pytest.fixture
def base(tmp_path: Path) -> Iterator[KnowledgeBase]:
    with open_store(tmp_path / "store") as opened:
        yield opened


@contextmanager
def asking(base: KnowledgeBase, question: str) -> Iterator[Room]:
    asked = understand(question)
    with base.catalog.session() as session:
        graph = Graph(session, "w")
        words = vocabulary_of(base, session, "w")
        notes = Notebook(session, graph, "w")
        hits = near(base, inquire(base, question, workspace="w"), question, limit=120)
        yield Room(asked, "w", graph, words, Matcher(None, words.weight), notes, hits)


def board(
    base: KnowledgeBase, name: str, *texts: str, lines: list[Relation] | None = None, at: int = 1
) -> str:
    nodes = [node(f"n{i}", text, i, kind="text") for i, text in enumerate(texts)]
    scene = scene_of(name, "en", nodes[:0], []).model_copy(
        update={"nodes": tuple(nodes), "relations": tuple(lines or ()), "height": 9000}
    )
    return put(base, f"{name}.png", scene, taken=day(at))


def test_boards_that_mention_a_thing_are_all_named_or_counted(base: KnowledgeBase) -> None:
    board(base, "Loud", *(f"Inventory item {n}" for n in range(130)))
    for n in range(MAX_BOARDS + 5):
        board(base, f"Quiet {n}", "Something of its own", f"note on the inventories of shop {n}")
    board(base, "Other", "Invent a story")
    with asking(base, "Which boards mention inventory?") as room:
        told = mentions(room)
    assert told is not None
    assert told.startswith("On “")
    assert told.count("“Quiet ") + told.count("“Loud”") == MAX_BOARDS
    assert told.endswith(", and 6 more.")


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("Which boards mention deliveries?", {"A", "B"}),
        ("Which boards mention time-out?", {"C"}),
        ("Which boards mention the pricing?", {"D"}),
        ("哪些白板提到了库存？", {"E"}),
        ("哪些白板提到了100%覆盖？", {"F"}),
        ("Which boards mention a zebra?", set()),
    ],
)
def test_a_board_is_named_for_any_form_of_the_words_and_no_other_word(
    base: KnowledgeBase, question: str, named: set[str]
) -> None:
    board(base, "A", "Delivery note")
    board(
        base,
        "B",
        "A long text\nwhose first line says nothing\n" + "and on " * 20 + "delivered: deliveries",
    )
    board(base, "C", "Send", "Wait", lines=[arrow("1", "n0", "n1", "time-out")])
    board(base, "D", "Price list")
    board(base, "E", "检查库\n存")
    board(base, "F", "测试：100%覆盖")
    board(base, "G", "Deliver us from priceless 100 things")
    with asking(base, question) as room:
        room.hits = []  # what search finds is but a part
        mentions(room)
        assert {evidence.board.title for evidence in room.notes.cited} == named


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("What does Tom own?", ["[ ] Ship it @tom", "Tom: pay the vendor"]),
        ("What is Anna responsible for?", ["Call Tom back. Owner: Anna"]),
        ("What does the payment service do?", []),
        ("王芳负责什么？", ["负责人：王芳 上线", "由王芳和李强负责测试"]),
        ("李强负责什么？", ["由王芳和李强负责测试"]),
    ],
)
def test_who_has_a_thing_is_read_from_its_words(
    base: KnowledgeBase, question: str, told: list[str]
) -> None:
    texts = [
        "Call Tom back. Owner: Anna",
        "Tom: pay the vendor",
        "[ ] Ship it @tom",
        "Mei: ask Tom about the payment service",
        "Tomorrow: lunch",
        "负责人：王芳 上线",
        "由王芳和李强负责测试",
        "告诉王芳 负责人：张伟",
    ]
    board(base, "Plan", *texts)
    with asking(base, question) as room:
        answer = lists.owned(room)
        assert sorted(evidence.text for evidence in room.notes.cited) == sorted(told)
    assert (answer is None) == (not told)


def photos(base: KnowledgeBase) -> list[str]:
    """Put three photos of one board, the newest with a slip of the reader, and one like nothing."""
    texts = [
        "Train staff @tom",
        "Tom: order 40 boxes",
        "Tom: order 50 boxes",
        "Ship on 3 May",
    ]
    rest = ["Ask the bank", "Write the invoice", "Send a parcel", "Book the revenue"]
    ids = [board(base, f"Launch {n}", *texts, *rest, at=n) for n in (1, 2)]
    ids.append(board(base, "Launch 3", texts[0], "Tom: ordr 40 boxes", *texts[2:], *rest, at=3))
    board(base, "Else", "Tom: order 40 boxes", at=4)
    return ids


def test_what_versions_of_a_board_repeat_is_told_once_and_cited_on_each(
    base: KnowledgeBase,
) -> None:
    photos(base)
    with asking(base, "What does Tom own?") as room:
        assert lists.owned(room) == (
            "“Tom: order 40 boxes” [1]; “Train staff @tom” [2][3][4]; "
            "“Tom: ordr 40 boxes” [5][6][7]; “Tom: order 50 boxes” [8][9][10]."
        )
        assert [evidence.board.title for evidence in room.notes.cited[1:4]] == [
            "Launch 3",
            "Launch 2",
            "Launch 1",
        ]
    with asking(base, "When do we ship?") as room:
        assert lists.date(room) == "“Ship on 3 May” [1][2][3]."


def test_boards_that_are_no_versions_say_it_each(base: KnowledgeBase) -> None:
    one, two, three = photos(base)
    for pair in ((one, two), (two, three), (one, three)):
        decide_version(base, pair, "rejected", by="me", workspace="w")
    with asking(base, "What does Tom own?") as room:
        told = lists.owned(room)
    assert told is not None
    assert told.count("order 50 boxes") == 3


def test_the_same_words_twice_on_a_board_are_two_things(base: KnowledgeBase) -> None:
    board(base, "Plan", "Owner: Tom", "Paint", "Owner: Tom")
    with asking(base, "What does Tom own?") as room:
        assert lists.owned(room) == "“Owner: Tom” [1]; “Owner: Tom” [2]."


@pytest.mark.parametrize(
    ("question", "tail"),
    [("What does Tom own?", "; and 3 more."), ("Tom负责什么？", "；另有3项。")],
)
def test_what_is_left_out_is_counted(base: KnowledgeBase, question: str, tail: str) -> None:
    board(base, "Plan", *(f"Tom: task {n}" for n in range(lists.MAX_LISTED + 3)))
    with asking(base, question) as room:
        told = lists.owned(room)
    assert told is not None
    assert told.endswith(tail)


def test_dates_that_are_left_out_are_counted(base: KnowledgeBase) -> None:
    board(base, "Plan", *(f"Ship lot {n} by 3 May" for n in range(9)))
    with asking(base, "When do we ship the lots?") as room:
        told = lists.date(room)
    assert told is not None
    assert told.endswith("; and 4 more.")


@pytest.mark.parametrize(
    ("question", "whole"),
    [
        ("What is on the January review?", True),
        ("What does the January review contain?", True),
        ("What does the January review include?", True),
        ("What is shown on the January review?", True),
        ("Which notes are on the January review?", True),
        ("What was good in the January review?", False),
        ("一月回顾有什么？", True),
        ("一月回顾里有哪些内容？", True),
        ("一月回顾包括哪些便签？", True),
        ("一月回顾有哪些好事？", False),
    ],
)
def test_a_whole_board_is_listed_only_where_all_of_it_is_asked_for(
    base: KnowledgeBase, question: str, whole: bool
) -> None:
    board(base, "January review", "Cake", "Waste oil ran over")
    board(base, "一月回顾", "蛋糕", "废油溢出")
    with asking(base, question) as room:
        assert (lists.holds(room) is not None) == whole


def test_a_list_is_that_of_whom_the_question_names(base: KnowledgeBase) -> None:
    lines = [line("1", "n0", "n1")]
    board(base, "家长", "点子", "旧校服交换日", lines=lines)
    with asking(base, "家长有哪些点子？") as room:
        assert lists.holds(room) == "“点子”里有（1项）：“旧校服交换日” [1]。"
    with asking(base, "师傅有哪些点子？") as room:
        assert lists.holds(room) is None
