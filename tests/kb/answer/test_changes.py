"""Questions about what changed between two versions of a board."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from kb.answer import ask
from kb.answer.answering import CHANGES
from kb.base import KnowledgeBase
from kb.evidence import Answer
from kb.scene import Scene
from tests.kb.compare.scenes import WIRES, flow, node, renamed, scene
from tests.kb.links.filling import day, put
from tests.stores import open_store

MARCH, APRIL = 10, 41  # days from the first of March


def titled(told: Scene, title: str) -> Scene:
    return told.model_copy(update={"title": title})


def later() -> Scene:
    """The flow with a thing more, one less, one of other words, and a line elsewhere."""
    texts = {"bill": "Write the invoice by hand"}
    nodes = [
        n.model_copy(update={"text": texts.get(n.id, n.text)})
        for n in flow().nodes
        if n.id != "book"
    ]
    nodes.append(node("tax", "Add sales tax", (900, 900)))
    wires = [wire for wire in WIRES if wire != ("pay", "mail")] + [("ship", "mail")]
    return renamed(scene(nodes, wires), "b")


CHINESE = [
    ("a", "需求评审", (100, 100)),
    ("b", "开发联调", (500, 100)),
    ("c", "灰度测试", (900, 100)),
    ("d", "正式上线", (100, 500)),
    ("e", "复盘总结", (500, 500)),
]


def plan_of(things: list[tuple[str, str, tuple[int, int]]]) -> Scene:
    told = titled(scene([node(*thing) for thing in things]), "发布计划")
    return told.model_copy(update={"language": "zh"})


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeBase]:
    """Two boards with two versions each, and one without."""
    with open_store(tmp_path_factory.mktemp("changes") / "store") as opened:
        put(opened, "a/orders 1.canvas", titled(flow(), "Order plan"), taken=day(10))
        put(opened, "a/orders 2.canvas", titled(later(), "Order plan"), taken=day(20))
        put(opened, "b/plan 1.canvas", plan_of(CHINESE), taken=day(10))
        more = [*CHINESE[:-1], ("f", "压力测试", (900, 500))]
        put(opened, "b/plan 2.canvas", renamed(plan_of(more), "b"), taken=day(20))
        lone = titled(scene([node("x", "Rent the hall", (0, 0))]), "Summer party")
        put(opened, "c/party.canvas", lone, taken=day(12))
        yield opened


def asked(base: KnowledgeBase, question: str) -> Answer:
    answer = ask(base, question, workspace="w")
    marks = {int(n) for n in re.findall(r"\[(\d+)\]", answer.answer)}
    assert marks == {one.n for one in answer.citations}
    return answer


NEW = "new: “Add sales tax” [1]"
ALL = [
    NEW,
    "no longer there: “Book the revenue” [2]",
    "“Write the invoice” is now “Write the invoice by hand” [3][4]",
    "“Take payment” no longer leads to “Send confirmation” [5]",
    "“Ship with courier” leads to “Send confirmation” [6]",
]


@pytest.mark.parametrize(
    "question",
    [
        "What changed on the order plan?",
        "What has changed on the order plan since last time?",
        "What changed on the order plan since 5 March 2026?",
        "What is different in the latest version of the order plan?",
        "Show me the differences between the two versions of the order plan",
        "How did the order plan change?",
    ],
)
def test_what_changed_is_told_with_its_places(base: KnowledgeBase, question: str) -> None:
    answer = asked(base, question)
    lead = "From “Order plan” (2026-03-10) to “Order plan” (2026-03-20): "
    assert answer.answer == f"{lead}{'; '.join(ALL[:3])}; {ALL[3]}, {ALL[4]}."
    places = [(one.board.source[-8], one.nodes) for one in answer.citations]
    assert places == [
        ("2", ("btax",)),
        ("1", ("book",)),
        ("1", ("bill",)),
        ("2", ("bbill",)),
        ("1", ("pay", "mail")),
        ("2", ("bship", "bmail")),
    ]


@pytest.mark.parametrize(
    ("question", "told", "board"),
    [
        ("What is new on the order plan compared to last time?", NEW, "orders 2"),
        ("Compared to the last version, what's new in the order plan?", NEW, "orders 2"),
        ("What was added to the order plan in March 2026?", NEW, "orders 2"),
        (
            "What was removed from the order plan?",
            "no longer there: “Book the revenue” [1]",
            "orders 1",
        ),
        ("发布计划跟上次比多了什么？", "新增“压力测试” [1]", "plan 2"),
        ("相比上个版本，发布计划新增了哪些步骤？", "新增“压力测试” [1]", "plan 2"),
        ("发布计划去掉了什么？", "不再有“复盘总结” [1]", "plan 1"),
    ],
)
def test_what_came_or_went_is_told_alone(
    base: KnowledgeBase, question: str, told: str, board: str
) -> None:
    answer = asked(base, question)
    assert re.split(": |：", answer.answer, maxsplit=1)[1].rstrip(".。") == told
    assert [board in one.board.source for one in answer.citations] == [True]


@pytest.mark.parametrize(
    "question", ["发布计划跟上次比有什么变化？", "发布计划三月以来改了什么", "发布计划有变化吗？"]
)
def test_what_changed_in_chinese(base: KnowledgeBase, question: str) -> None:
    lead = "从“发布计划” (2026-03-10)到“发布计划” (2026-03-20)："
    told = "新增“压力测试” [1]；不再有“复盘总结” [2]。"
    assert asked(base, question).answer == lead + told


@pytest.mark.parametrize(
    "question",
    ["What changed on the summer party board?", "What changed on the order plan in 2019?"],
)
def test_without_two_versions_nothing_is_told(base: KnowledgeBase, question: str) -> None:
    answer = asked(base, question)
    assert not answer.answered
    assert answer.note == CHANGES


def test_the_last_two_of_several_versions_are_compared(tmp_path: Path) -> None:
    with open_store(tmp_path / "store") as base:
        put(base, "1.canvas", titled(flow(), "Order plan"), taken=day(1))
        put(base, "2.canvas", titled(later(), "Order plan"), taken=day(10))
        again = titled(renamed(later(), "c"), "Order plan")
        put(base, "3.canvas", again, taken=day(20))
        put(base, "3 again.canvas", renamed(again, "d"), taken=day(20) + 60)
        same = asked(base, "What changed on the order plan?").answer
        assert same.startswith("Nothing differs for sure: ")
        assert "2026-03-10" in same
        first = asked(base, "What changed on the order plan since 1 March 2026?").answer
        assert NEW in first
        assert "(2026-03-01)" in first


def test_boards_of_one_title_are_not_guessed_between(base: KnowledgeBase, tmp_path: Path) -> None:
    del base
    with open_store(tmp_path / "store") as two:
        for folder, things in (("a", flow()), ("b", scene([node(*t) for t in CHINESE]))):
            for number in (1, 2):
                more = [node("z", f"Extra {folder}", (1100, 1000))] if number == 2 else []
                told = things.model_copy(update={"nodes": (*things.nodes, *more)})
                named = titled(renamed(told, folder * number), "Order plan")
                put(two, f"{folder}/{number}.canvas", named, taken=day(number))
        assert "Extra" not in asked(two, "What changed on the order plan?").answer
        assert "“Extra b”" in asked(two, "What changed on the order plan in b?").answer
