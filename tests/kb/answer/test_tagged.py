from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from kb.answer import ask
from kb.base import KnowledgeBase
from kb.scene import Node, Scene
from tests.kb.answer.boards import arrow, node, put, scene_of

ROOM = "tags"
NOW = datetime.now().astimezone()


def dated(days_ago: int, name: str) -> str:
    return f"{(NOW - timedelta(days_ago)).date()}-{name}.png"


def coloured(node: Node, **colours: str) -> Node:
    return Node.model_validate(node.model_dump() | colours)


LATE = NOW - timedelta(3)  # named without its year on a board that is older
PLAN = scene_of(
    "Launch plan",
    "en",
    [
        node("r1", "Risk: the supplier is late", 0),
        coloured(node("r2", "Risk: no rollback", 3), fill="red"),
        node("t1", "[ ] Send the invitations", 6),
        node("t2", "[x] Book the venue", 9),
        node("done", "Done", 12, kind="container"),
        node("t3", "TODO print the posters", 13, parent="done"),
        node("q1", "Who pays for the risk scoring?", 16),
        node("t4", f"[ ] Pay the deposit by {LATE:%d %B}", 17),
        node("p", "We decided to raise the price of the trial", 19),
    ],
    [],
)
OLDER = scene_of("Kick-off", "en", [node("r", "Risk: the price is too high", 0)], [])
GOALS = scene_of("Q3 goals", "en", [node("g", "Goal: open two shops", 0)], [])
OTHERS = scene_of(
    "Someday", "en", [node("g", "Goal: learn to sail", 0), node("m", "Goal: a month off", 3)], []
)
CHINESE = scene_of(
    "上线计划",
    "zh",
    [
        node("a", "风险：接口不稳定", 0),
        node("b", "[x] 待办：订会议室", 3),
        node("c", "待办：张伟写说明", 6),
    ],
    [],
)
FLOW = scene_of(
    "Payment flow", "en", [node("a", "Orders", 0), node("b", "Payment", 2)], [arrow("1", "a", "b")]
)
SCENES: dict[str, Scene] = {
    dated(7, "launch"): PLAN,
    dated(200, "kickoff"): OLDER,
    dated(400, "goals"): GOALS,
    dated(401, "someday"): OTHERS,
    dated(7, "上线"): CHINESE,
    dated(300, "flow"): FLOW,
}


@pytest.fixture(scope="module")
def base(told: tuple[KnowledgeBase, dict[str, str]]) -> KnowledgeBase:
    for name, scene in SCENES.items():
        put(told[0], ROOM, name, scene)
    return told[0]


@pytest.mark.parametrize(
    ("question", "texts"),
    [
        ("What are the risks from last week?", {"supplier", "rollback", "接口"}),
        ("Which new risks were added last week?", {"supplier", "rollback", "接口"}),
        ("上周有哪些风险？", {"supplier", "rollback", "接口"}),
        ("What are the latest risks?", {"supplier", "rollback", "接口"}),
        ("最新的风险有哪些？", {"supplier", "rollback", "接口"}),
        ("What are the earliest risks?", {"price is"}),
        ("What were the risks half a year ago?", {"price is"}),
        ("What risks are in red?", {"rollback"}),
        ("红色的风险有哪些？", {"rollback"}),
        ("What are our Q3 goals?", {"shops"}),
        ("What other risks are there?", {"supplier", "rollback", "price is", "接口"}),
        ("还有哪些风险？", {"supplier", "rollback", "price is", "接口"}),
        ("Which to-dos are still open?", {"invitations", "deposit", "张伟"}),
        ("What open to-dos does the launch plan have?", {"invitations", "deposit"}),
        ("哪些待办还没完成？", {"invitations", "deposit", "张伟"}),
        ("Which to-dos are overdue?", {"deposit"}),
        ("哪些待办已经逾期了？", {"deposit"}),
        ("Which to-dos are done?", {"venue", "posters", "会议室"}),
        ("哪些待办已经完成了？", {"venue", "posters", "会议室"}),
        ("张伟有哪些待办？", {"张伟"}),
        (
            "List the risks and goals",
            {"supplier", "rollback", "price is", "接口", "shops", "sail", "month"},
        ),
        ("上线计划有哪些风险和待办？", {"接口", "会议室", "张伟"}),
        ("What are the open questions about risk scoring?", {"scoring"}),
    ],
)
def test_lists_what_carries_a_tag_and_fits_what_is_asked(
    base: KnowledgeBase, question: str, texts: set[str]
) -> None:
    answer = ask(base, question, workspace=ROOM)
    told = {c.text for c in answer.citations}
    assert len(told) == len(texts)
    assert all(any(part in text for text in told) for part in texts)


@pytest.mark.parametrize(
    "question",
    [
        "What are the risks of 2019?",
        "What risks are in green?",
        "Which risks were added three years ago?",
        "上上周有哪些风险？",
        "What are the goals of this month?",  # "a month off" is none of this month
        "Which decisions are overdue?",
    ],
)
def test_nothing_is_listed_where_nothing_fits(base: KnowledgeBase, question: str) -> None:
    assert not ask(base, question, workspace=ROOM).answered


def test_what_carries_a_tag_is_found_by_other_words_too(base: KnowledgeBase) -> None:
    asked = "Which dangers lie in our vendor not delivering in time?"
    answer = ask(base, asked, workspace=ROOM)
    assert answer.citations[0].text == "Risk: the supplier is late"
    assert not ask(base, "What could go wrong at the circus?", workspace=ROOM).answered


def test_several_lists_are_told_one_by_one(base: KnowledgeBase) -> None:
    answer = ask(base, "What are the risks and to-dos of the launch plan?", workspace=ROOM).answer
    assert answer.startswith("2 risks: ")
    assert ". 4 to-dos: " in answer
    assert ask(base, "Which to-dos are open?", workspace=ROOM).answer.startswith("3 open to-dos: ")


@pytest.mark.parametrize(
    ("question", "titles"),
    [
        ("Which boards mention the price?", {"Launch plan", "Kick-off"}),
        ("Which boards mention the price last week?", {"Launch plan"}),
        ("Which boards mention Q3 goals?", {"Q3 goals"}),
    ],
)
def test_boards_that_mention_a_thing_at_a_time(
    base: KnowledgeBase, question: str, titles: set[str]
) -> None:
    answer = ask(base, question, workspace=ROOM)
    assert {c.board.title for c in answer.citations} == titles


@pytest.mark.parametrize(
    ("question", "answered"),
    [
        ("Is Payment connected to Orders?", True),
        ("Is Payment linked to Orders?", True),
        ("Are Payment and Orders related?", True),
        ("Payment和Orders有关系吗？", True),
        ("Does Payment lead to Orders?", False),
        ("Does Orders lead to Payment?", True),
    ],
)
def test_joined_is_either_way_and_leading_is_one(
    base: KnowledgeBase, question: str, answered: bool
) -> None:
    assert ask(base, question, workspace=ROOM).answered is answered


def test_a_list_that_is_cut_says_so(base: KnowledgeBase) -> None:
    items = [node(f"n{i}", f"Part number {i}", i + 1, parent="box") for i in range(23)]
    scene = scene_of("Stores", "en", [node("box", "Spare shelf", 0, kind="container"), *items], [])
    put(base, "stores", "stores.png", scene)
    answer = ask(base, "What is in the spare shelf?", workspace="stores").answer
    assert "holds 23: " in answer
    assert answer.endswith("and 3 more.")


def test_versions_of_a_board_count_once_and_the_newest_says_what_is_done(
    told: tuple[KnowledgeBase, dict[str, str]],
) -> None:
    rest = ["Ask the printer", "Send a parcel", "Book the revenue", "Write to the landlord"]
    for days_ago, bank in ((20, "[ ]"), (10, "[x]")):
        texts = [f"{bank} Call the bank", "[ ] Order kraft boxes", *rest]
        nodes = [node(f"n{i}", text, 2 * i) for i, text in enumerate(texts)]
        put(told[0], "versions", dated(days_ago, "plan"), scene_of("Plan", "en", nodes, []))

    def answered(question: str) -> str:
        return ask(told[0], question, workspace="versions").answer

    assert answered("List the to-dos").startswith("2 to-dos: “")
    assert "kraft boxes" in answered("Which to-dos are open?")
    assert "bank" not in answered("Which to-dos are open?")
    assert "“［x］ Call the bank” [1][2]" in answered("Which to-dos are done?")
