"""Questions and boards of different Chinese scripts meet; what is quoted stays as written."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kb.answer import ask
from kb.answer.conversation import whole
from kb.answer.served.claims import currencies, denies, figures
from kb.answer.served.days import days_in
from kb.answer.served.direction import turned
from kb.base import KnowledgeBase
from kb.evidence import Turn
from kb.scene import Scene
from tests.kb.answer.boards import arrow, node, put, scene_of
from tests.stores import open_store

PLAIN = scene_of(
    "退货流程",
    "zh",
    [
        node("a", "顾客申请退货", 0),
        node("b", "客服核对订单", 1),
        node("c", "仓库验收", 2),
        node("w", "负责人：王芳", 5, kind="text"),
        node("r", "风险：重复退款", 8, kind="text"),
    ],
    [arrow("1", "a", "b"), arrow("2", "b", "c", "没问题")],
)
FULL = scene_of(
    "出貨流程",
    "zh",
    [
        node("a", "檢查庫存", 0),
        node("b", "列印運單", 1),
        node("c", "聯繫貨運", 2),
        node("w", "負責人：張偉", 5, kind="text"),
        node("r", "風險：颱風延誤", 8, kind="text"),
        node("d", "決定採用聯合倉", 11, kind="text"),
        node("k", "待辦：買阿嬤の店蛋糕", 14, kind="text"),
    ],
    [arrow("1", "a", "b"), arrow("2", "b", "c")],
)
TWIN = scene_of(
    "仓库",
    "zh",
    [node("a", "联系货运", 0), node("b", "装车离场", 1)],
    [arrow("1", "a", "b")],
)
BOARDS: dict[str, Scene] = {"plain.png": PLAIN, "full.png": FULL, "twin.png": TWIN}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeBase]:
    with open_store(tmp_path_factory.mktemp("scripts")) as store:
        for name, scene in BOARDS.items():
            put(store, "w", name, scene)
        yield store


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("顧客申請退貨之後是什麼？", "“顾客申请退货”之後是“客服核对订单” [1]"),
        ("客服核對訂單之後是什麼？", "“客服核对订单”之後是“仓库验收” (没问题) [1]"),
        ("检查库存之后是什么？", "“檢查庫存”之后是“列印運單” [1]"),
        ("檢查庫存之後是什麼？", "“檢查庫存”之後是“列印運單” [1]"),
        ("退貨流程有哪些風險？", "風險（1項）：“风险：重复退款” [1]"),
        ("出货流程有哪些风险？", "风险（1项）：“風險：颱風延誤” [1]"),
        ("出货流程做了哪些决定？", "决定（1项）：“決定採用聯合倉” [1]"),
        ("哪些白板提到了貨運？", "提到“貨運”的白板："),
        ("從檢查庫存到裝車離場經過哪些步驟？", "“装车离场”"),  # by the one name of two boards
    ],
)
def test_a_question_finds_boards_of_the_other_script(
    base: KnowledgeBase, question: str, words: str
) -> None:
    answer = ask(base, question, workspace="w")
    assert words in answer.answer
    assert answer.question == question


@pytest.mark.parametrize("thing", ["联系货运", "聯繫貨運"])
def test_both_scripts_of_a_thing_are_mentions_of_it(base: KnowledgeBase, thing: str) -> None:
    answer = ask(base, f"哪些白板提到{thing}？", workspace="w")
    assert {one.board.title for one in answer.citations} == {"出貨流程", "仓库"}
    assert f"“{thing}”" in answer.answer


def test_a_kana_in_a_text_does_not_hide_its_script(base: KnowledgeBase) -> None:
    told = ask(base, "出貨流程的待辦有哪些？", workspace="w").answer
    assert "待辦（1項）：“待辦：買阿嬤の店蛋糕” [1]" in told


def test_what_is_unknown_is_said_in_the_script_of_the_question(base: KnowledgeBase) -> None:
    assert ask(base, "火星基地谁负责？", workspace="w").answer == "白板上没有这个问题的答案。"
    assert ask(base, "火星基地誰負責？", workspace="w").answer == "白板上沒有這個問題的答案。"


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("那之後呢？", "客服核对订单之後是什麼？"),  # the board's words stay the board's
        ("誰負責？", "客服核对订单的負責人是誰？"),
        ("還有呢？", "顧客申請退貨之後是什麼？"),
        ("更多", "顧客申請退貨之後是什麼？"),
        ("檢查庫存呢？", "檢查庫存之後是什麼？"),
        ("出貨流程有哪些風險？", "出貨流程有哪些風險？"),
    ],
)
def test_follow_ups_in_traditional_signs_become_whole(question: str, meant: str) -> None:
    before = Turn(
        question="顧客申請退貨之後是什麼？", answer="“顾客申请退货”之後是“客服核对订单” [1]。"
    )
    assert whole(question, [before]) == meant


@pytest.mark.parametrize(
    ("asked", "question", "meant"),
    [
        ("乾隆展由谁负责？", "台北館呢？", "台北館由谁负责？"),
        ("乾隆展由谁负责？", "那之后呢？", "乾隆展之后是什么？"),
        ("範本由誰負責？", "乾隆展呢？", "乾隆展由誰負責？"),
        ("范冰負責什麼？", "台北館的乾隆展呢", "台北館的乾隆展負責什麼？"),
        ("范冰與台北館的關係是什麼？", "還有呢？", "范冰與台北館的關係是什麼？"),
        ("乾隆展由谁负责？", "還有嗎？", "乾隆展由谁负责？"),
        ("乾隆展之後是什麼？", "那之前呢？", "乾隆展之前是什麼？"),  # "before that" has no script
        ("檢查庫存之後是什麼？", "谁负责？", "檢查庫存的负责人是谁？"),
        ("檢查庫存之後是什麼？", "那风险呢？", "檢查庫存有哪些风险？"),
    ],
)
def test_a_follow_up_keeps_what_it_takes_over_as_written(
    asked: str, question: str, meant: str
) -> None:
    assert whole(question, [Turn(question=asked, answer="")]) == meant


@pytest.mark.parametrize(
    ("asked", "question", "words"),
    [
        ("誰負責火星基地？", "更多", "白板上沒有"),
        ("誰負責火星基地？", "月球基地呢？", "白板上沒有"),
        ("谁负责火星基地？", "月球基地呢？", "白板上没有"),
        ("誰負責火星基地？", "谁负责木星？", "白板上没有"),
        ("谁负责火星基地？", "還有呢？", "白板上沒有"),
        ("顧客申請退貨之後是什麼？", "那之後呢？", "“客服核对订单”之後是“仓库验收”"),
    ],
)
def test_an_answer_is_in_the_script_last_spoken(
    base: KnowledgeBase, asked: str, question: str, words: str
) -> None:
    history = [Turn(question=asked, answer="“顾客申请退货”之後是“客服核对订单” [1]。")]
    assert words in ask(base, question, workspace="w", history=history).answer


def test_what_a_served_model_writes_is_checked_in_either_script() -> None:
    assert figures("兩萬個訂單，三張單") == figures("两万个订单，三张单") == {"20000", "3"}
    assert currencies("預算五百萬美元，三十歐元") == {"USD", "EUR"}
    assert denies("沒有風險")
    assert [day.text for day in days_in("3月15號上線")] == ["3月15號"]
    assert turned("裝車之後是檢查庫存", [("檢查庫存", "裝車")])
    assert not turned("檢查庫存之後是裝車", [("檢查庫存", "裝車")])
