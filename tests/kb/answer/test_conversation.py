from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.answer import ask
from kb.answer.conversation import whole
from kb.base import KnowledgeBase
from kb.evidence import Turn

AFTER = Turn(
    question="What comes after Check stock?",
    answer="After “Check stock”: “Pack the order” (in stock) [1].",
)
OWNER = Turn(question="Who owns the checkout?", answer="“Owner: Aisha” [1].")
ZH_AFTER = Turn(
    question="顾客申请退款之后是什么？", answer="“顾客申请退款”之后是“客服核对订单” [1]。"
)
ZH_OWNER = Turn(question="退款流程谁负责？", answer="“负责人：王芳” [1]。")

HAPPENED = Turn(question="What happened in February?", answer="“Launch” [1].")
DEADLINE = Turn(question="What is the deadline for the checkout?", answer="“20 April” [1].")
ZH_NUMBERS = Turn(question="二月订单号有哪些？", answer="“1041” [1]。")

RISKS = Turn(question="What are the risks?", answer="2 risks: “Bank holiday” [1]; “Delays” [2].")
NO_RISKS = Turn(question="What are the risks?", answer="")
ONE_RISK = Turn(question="What are the risks?", answer="1 risk: “Delays” [1].")
ITS_RISKS = Turn(question="What are the risks of the launch?", answer="1 risk: “Delays” [1].")
ITS_DECISIONS = Turn(question="Which decisions were made about the launch?", answer="")
ZH_RISKS = Turn(question="有哪些风险？", answer="风险（2项）：“重复退款” [1]；“断货” [2]。")
ZH_ITS_RISKS = Turn(question="退款流程有哪些风险？", answer="风险（1项）：“重复退款” [1]。")


@pytest.mark.parametrize(
    ("before", "question", "meant"),
    [
        (AFTER, "And who owns it?", "who owns Pack the order?"),
        (AFTER, "and then?", "What comes after Pack the order?"),
        (AFTER, "What comes before that?", "What comes before Pack the order?"),
        (AFTER, "What about Ship parcel?", "What comes after Ship parcel?"),
        (OWNER, "When is it due?", "When is checkout due?"),
        (
            OWNER,
            "When is that due, and who owns it?",
            "When is checkout due, and who owns checkout?",
        ),
        (OWNER, "What else does she have to do?", "What else does Aisha have to do?"),
        (OWNER, "and the refund?", "Who owns the refund?"),
        (OWNER, "And the deadline?", "When is checkout?"),
        (OWNER, "What are its risks?", "What are the risks of checkout?"),
        (OWNER, "AND WHO OWNS IT?", "WHO OWNS checkout?"),
        (OWNER, "Does she run the IT budget?", "Does Aisha run the IT budget?"),
        (OWNER, "And in March?", "Who owns the checkout in March?"),
        (OWNER, "What about last week?", "Who owns the checkout last week?"),
        (OWNER, "And since May?", "Who owns the checkout since May?"),
        (AFTER, "And before Ship parcel?", "What comes before Ship parcel?"),
        (OWNER, "And on Monday?", "Who owns the checkout on Monday?"),
        (OWNER, "And the Q3 roadmap?", "Who owns the Q3 roadmap?"),
        (HAPPENED, "And in March?", "What happened in March?"),
        (HAPPENED, "What about last month?", "What happened last month?"),
        (DEADLINE, "And for the refund?", "What is the deadline for the refund?"),
        (ZH_OWNER, "上周呢？", "上周退款流程谁负责？"),
        (ZH_NUMBERS, "那三月呢？", "三月订单号有哪些？"),
        (ZH_OWNER, "那周报呢？", "周报谁负责？"),
        (ZH_OWNER, "谁负责这个步骤？", "谁负责退款流程？"),
        (ZH_OWNER, "那什么时候上线？", "退款流程什么时候上线？"),
        (ZH_OWNER, "她还负责什么？", "王芳还负责什么？"),
        (ZH_OWNER, "截止日期呢？", "退款流程是什么时候？"),
        (ZH_OWNER, "那新品呢？", "新品谁负责？"),
        (ZH_AFTER, "那之后呢？", "客服核对订单之后是什么？"),
        (ZH_AFTER, "然后呢？", "客服核对订单之后是什么？"),
        (ZH_AFTER, "谁负责这一步？", "谁负责客服核对订单？"),
        (ZH_AFTER, "它之前是什么？", "客服核对订单之前是什么？"),
    ],
)
def test_follow_ups_become_whole_questions(before: Turn, question: str, meant: str) -> None:
    assert whole(question, [before]) == meant


@pytest.mark.parametrize(
    ("before", "question", "meant"),
    [
        (RISKS, "And the decisions?", "What are the decisions?"),
        (NO_RISKS, "And the decisions?", "What are the decisions?"),
        (RISKS, "What about open questions?", "What are the open questions?"),
        (ITS_RISKS, "And the decisions?", "What are the decisions of launch?"),
        (ITS_DECISIONS, "And the risks?", "What are the risks of launch?"),
        (OWNER, "And the risks?", "What are the risks of checkout?"),
        (RISKS, "And the launch?", "What are the risks of the launch?"),
        (RISKS, "And in March?", "What are the risks in March?"),
        (ITS_RISKS, "And the checkout?", "What are the risks of the checkout?"),
        (RISKS, "How do we mitigate them?", "How do we mitigate the risks?"),
        (NO_RISKS, "How do we mitigate them?", "How do we mitigate the risks?"),
        (ITS_RISKS, "Who owns them?", "Who owns the risks of launch?"),
        (RISKS, "What are their owners?", "What are the owners of the risks?"),
        (RISKS, "Which of them is about the printer?", "Which of the risks is about the printer?"),
        (ITS_RISKS, "When is it?", "When is launch?"),
        (ONE_RISK, "Who owns it?", "Who owns Delays?"),
        (RISKS, "And the second one?", "What is Delays?"),
        (RISKS, "第二个呢？", "Delays是什么？"),
        (NO_RISKS, "第二个呢？", "第二个呢？"),
        (ITS_RISKS, "第二个呢？", "第二个呢？"),
        (NO_RISKS, "谁负责？", "风险的负责人是谁？"),
        (ITS_RISKS, "谁负责？", "launch的负责人是谁？"),
        (ZH_RISKS, "那决定呢？", "有哪些决定？"),
        (ZH_ITS_RISKS, "那待办呢？", "退款流程有哪些待办？"),
        (ZH_RISKS, "那新品呢？", "新品有哪些风险？"),
        (ZH_RISKS, "怎么避免它们？", "怎么避免风险？"),
        (ZH_ITS_RISKS, "第二个呢？", "第二个呢？"),
        (OWNER, "What is it that Tom does?", "What is it that Tom does?"),
    ],
)
def test_follow_ups_of_lists(before: Turn, question: str, meant: str) -> None:
    assert whole(question, [before]) == meant


def test_a_list_of_no_topic_is_about_what_the_talk_was() -> None:
    assert whole("When is it due?", [OWNER, RISKS]) == "When is checkout due?"
    assert whole("And the decisions?", [OWNER, RISKS]) == "What are the decisions?"
    assert whole("How do we mitigate them?", [OWNER, RISKS]) == "How do we mitigate the risks?"


@pytest.mark.parametrize(
    "question",
    [
        "Which boards mention refunds?",
        "What is the box that is red?",
        "Is there a board that mentions refunds?",
        "What happens when a payment fails and it is retried?",
        "Does the customer pay again if their card is declined?",
        "Who handles those orders?",
        "Who runs the IT budget?",
        "这个月有哪些待办？",
        "这个季度的目标是什么？",
        "这个项目什么时候上线？",
        "这项目谁负责？",
        "还有其他风险吗？",
        "其他待办有哪些？",
        "其它待办有哪些？",
        "哪些白板提到了退款？",
        "如果支付失败，它会重试吗？",
    ],
)
def test_whole_questions_stay(question: str) -> None:
    for turn in (AFTER, OWNER, ZH_AFTER, ZH_OWNER):
        assert whole(question, [turn]) == question
    assert whole("and who owns it?", []) == "and who owns it?"


@pytest.mark.parametrize(
    "more",
    [
        "Who else?",
        "And who else?",
        "tell me more",
        "Anything else?",
        "还有谁？",
        "还有呢？",
        "继续",
    ],
)
def test_who_wants_more_asks_the_last_question_again(more: str) -> None:
    for turn in (AFTER, OWNER, ZH_OWNER):
        assert whole(more, [turn]) == turn.question
    then = Turn(question="And who owns it?", answer="“Owner: Mei” [1].")
    assert whole(more, [AFTER, then]) == "who owns Pack the order?"


@pytest.mark.parametrize("other", ["", " ", "x" * 3_000])
def test_turns_that_are_no_question_are_passed_over(other: str) -> None:
    turns = [OWNER, Turn(question=other, answer="?")]
    assert whole("When is it due?", turns) == "When is checkout due?"
    assert whole("When is it due?", turns[1:]) == "When is it due?"


def test_a_question_does_not_grow_too_long() -> None:
    turn = Turn(question=f"Who owns {'x' * 280}?", answer="")
    question = "it " * 60 + "?"
    assert whole(question, [turn]) == question


def test_a_chain_of_follow_ups_walks_along_the_arrows(
    told: tuple[KnowledgeBase, dict[str, str]],
) -> None:
    base, _ = told
    turns: list[Turn] = []
    for question, part in [
        ("What comes after Ship parcel?", "Load the van"),
        ("And then?", "Customer's door"),
        ("What comes before that?", "Load the van"),
    ]:
        answer = ask(base, question, workspace="w", history=turns)
        assert part in answer.answer
        turns.append(Turn(question=answer.question, answer=answer.answer))
    turns = [Turn(question=a.question, answer=a.answer)
             for a in [ask(base, "顾客申请退款之后是什么？", workspace="w")]]  # fmt: skip
    assert "原路退款" in ask(base, "那之后呢？", workspace="w", history=turns).answer


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60))
def test_any_talk_is_understood_somehow(before: str, said: str, question: str) -> None:
    turn = Turn(question=before or "x", answer=said)
    if question.strip():
        assert isinstance(whole(question, [turn]), str)


@pytest.mark.parametrize(
    "part",
    ["what about it ", "它呢", "and ", "that is ", "“", "呢", "一年", "周一", "last ", "May "],
)
def test_long_talk_takes_no_time(part: str) -> None:
    text = (part * 2_000)[:1_900]
    started = time.process_time()
    whole(text, [Turn(question=text, answer=text * 10)])
    assert time.process_time() - started < 2.0
