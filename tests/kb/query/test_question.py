from __future__ import annotations

import time

import pytest

from kb.errors import WrongUse
from kb.query.patterns import FIGURE
from kb.query.question import understand


@pytest.mark.parametrize(
    ("text", "intent", "x", "y"),
    [
        ("What comes after Check stock?", "follows", "Check stock", ""),
        ("What happens if the payment is declined?", "follows", "payment is declined", ""),
        ("What does the order service publish to?", "follows", "order service", ""),
        ("Which step is before 'Ship'?", "leads", "Ship", ""),
        ("What leads to the refund step?", "leads", "refund", ""),
        ("How do we get from Cart to Order confirmed?", "path", "Cart", "Order confirmed"),
        ("How is the browser connected to Postgres?", "path", "browser", "Postgres"),
        ("What is the first step of the order flow?", "first", "order flow", ""),
        ("Who owns the checkout?", "owner", "checkout", ""),
        ("What does Tom have to do?", "owned", "Tom", ""),
        ("When is the launch?", "date", "launch", ""),
        ("Could you please tell me who owns the checkout?", "owner", "checkout", ""),
        ("What is in Services?", "holds", "Services", ""),
        ("What is the latency of the event bus?", "attribute", "event bus", "latency"),
        ("What is the event bus?", "about", "event bus", ""),
        ("Why is it slow?", "lookup", "Why is it slow", ""),
        ("客服核对订单之后是什么？", "follows", "客服核对订单", ""),
        ("请问主管审批的下一步是什么？", "follows", "主管审批", ""),
        ("关闭工单之前要做什么？", "leads", "关闭工单", ""),
        ("什么会导致超时？", "leads", "超时", ""),
        ("从下单到退款要经过哪些步骤？", "path", "下单", "退款"),
        ("支付和库存有什么关系？", "path", "支付", "库存"),
        ("谁负责退款流程？", "owner", "退款流程", ""),
        ("退款流程的负责人是谁？", "owner", "退款流程", ""),
        ("李强要做什么？", "owned", "李强", ""),
        ("退款流程什么时候上线？", "date", "退款流程", ""),
        ("包装有哪些想法？", "holds", "包装", "想法"),
    ],
)  # fmt: skip
def test_forms(text: str, intent: str, x: str, y: str) -> None:
    asked = understand(text)
    assert (asked.intent, asked.x, asked.y) == (intent, x, y)
    assert asked.language == ("en" if text.isascii() else "zh")


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("Which risks are open?", "risk"),
        ("How many risks are there?", "risk"),
        ("What are the open questions?", "question"),
        ("有哪些风险？", "risk"),
        ("退款流程有几个待办？", "todo"),
        ("What did we decide about the provider?", "decision"),
    ],
)
def test_questions_for_what_carries_a_tag(text: str, tag: str) -> None:
    asked = understand(text)
    assert (asked.intent, asked.tags) == ("tagged", (tag,))


def test_marks() -> None:
    assert understand("How long does it take?").number
    assert understand("单盒多少钱？").number
    assert understand("Does A lead to B?").yes_no
    assert not understand("What is A?").yes_no


@pytest.mark.parametrize("text", ["", " \n ", "x" * 2001])
def test_senseless_questions_are_refused(text: str) -> None:
    with pytest.raises(WrongUse):
        understand(text)


@pytest.mark.parametrize(
    "part", ["from a to ", "what ", "between a and ", "从到", "什么", "的", " ", "有"]
)
def test_hostile_questions_take_no_time(part: str) -> None:
    started = time.process_time()
    for length in (280, 1_900):
        understand("what " + (part * 2_000)[:length] + "x")
        understand("在" + (part * 2_000)[:length] + "x")
    assert time.process_time() - started < 2.0


def test_can_you_is_polite_or_asks_whether() -> None:
    assert understand("Can you list the risks?").tags == ("risk",)
    assert not understand("Can you list the risks?").yes_no
    assert understand("Can you pay by card?").yes_no


@pytest.mark.parametrize(
    ("text", "held"),
    [("统一口径", False), ("唯一入口", False), ("一致", False), ("一周", True), ("十一天", True)],
)
def test_a_one_within_a_word_is_no_figure(text: str, held: bool) -> None:
    assert bool(FIGURE.search(text)) is held
