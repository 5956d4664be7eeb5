from __future__ import annotations

import time

import pytest

from kb.answer.words import words_of
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
        ("When a payment fails, what happens?", "follows", "payment fails", ""),
        ("If a payment fails, what happens?", "follows", "payment fails", ""),
        ("What if the payment fails?", "follows", "payment fails", ""),
        ("Once paid, where does it go?", "follows", "paid", ""),
        ("How many steps follow Pay?", "follows", "Pay", ""),
        ("支付失败之后呢？", "follows", "支付失败", ""),
        ("要是支付失败会怎样？", "follows", "支付失败", ""),
        ("支付失败怎么办？", "follows", "支付失败", ""),
        ("How many steps are there before Pay?", "leads", "Pay", ""),
        ("什么情况下需要退款？", "leads", "退款", ""),
        ("什么时候才能发货？", "leads", "发货", ""),
        ("什么时候会发布新版本？", "date", "发布新版本", ""),
        ("什么时候要交付报告？", "date", "交付报告", ""),
        ("什么时候需要续约？", "date", "续约", ""),
        ("When is the launch, roughly?", "date", "launch, roughly", ""),
        ("Who else owns the checkout?", "owner", "checkout", ""),
        ("Who approves the refund?", "owner", "refund", "approves"),
        ("Who signs off on the budget?", "owner", "budget", "signs off on"),
        ("谁审批退款？", "owner", "退款", "审批"),
        ("退款由谁审批？", "owner", "退款", "审批"),
        ("Who decided on the vendor?", "lookup", "Who decided on the vendor", ""),
        ("Who is the landlord?", "about", "landlord", ""),
        ("Are Payment and Orders connected?", "path", "Payment", "Orders"),
        ("支付和订单有关系吗？", "path", "支付", "订单"),
        ("Which boards mention pricing last week?", "mentions", "pricing", ""),
        ("Which boards mention Q3?", "mentions", "Q3", ""),
        ("上周哪些白板提到了定价？", "mentions", "定价", ""),
        ("哪些白板上周提到了定价？", "mentions", "定价", ""),
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


@pytest.mark.parametrize(
    ("text", "tags", "topic", "state"),
    [
        ("What are the risks of pay from last month?", ("risk",), "pay", ""),
        ("上个月支付有哪些风险？", ("risk",), "支付", ""),
        ("What are the latest risks of pay?", ("risk",), "pay", ""),
        ("What risks of pay are in red?", ("risk",), "pay", ""),
        ("List the risks and to-dos of pay", ("risk", "todo"), "pay", ""),
        ("支付有哪些风险和待办？", ("risk", "todo"), "支付", ""),
        ("What are the open questions about risk scoring?", ("question",), "risk scoring", ""),
        ("Which to-dos of pay are still open?", ("todo",), "pay", "open"),
        ("支付的哪些待办还没完成？", ("todo",), "支付", "open"),
        ("支付的哪些待办完成了？", ("todo",), "支付", "done"),
        ("Which finished to-dos does pay have?", ("todo",), "pay", "done"),
        ("What is left to do for pay?", ("todo",), "pay", "open"),
        ("Which to-dos of pay are overdue?", ("todo",), "pay", "late"),
        ("支付有哪些逾期的待办？", ("todo",), "支付", "late"),
        ("What are the risks of overdue pay?", ("risk",), "overdue pay", ""),
        ("张伟有哪些待办？", ("todo",), "张伟", ""),
    ],
)
def test_what_stands_beside_the_topic_is_no_part_of_it(
    text: str, tags: tuple[str, ...], topic: str, state: str
) -> None:
    asked = understand(text)
    assert (asked.intent, asked.tags, asked.state) == ("tagged", tags, state)
    assert [word.surface for word in words_of(asked.x)] == [w.surface for w in words_of(topic)]


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("What are the risks?", ""),
        ("What are the risks of the launch?", "launch"),
        ("Which decisions were made about the launch?", "launch"),
        ("What are the risks of going to market?", "going to market"),
        ("退款流程有哪些风险？", "退款流程"),
    ],
)
def test_a_topic_stands_alone(text: str, topic: str) -> None:
    assert understand(text).x == topic


@pytest.mark.parametrize(
    ("text", "either"),
    [
        ("Is Payment connected to Orders?", True),
        ("Is Payment linked with Orders?", True),
        ("支付和订单相连吗？", True),
        ("Does Payment lead to Orders?", False),
        ("Does Payment point to Orders?", False),
        ("支付会触发发货吗？", False),
    ],
)
def test_joined_heeds_no_direction(text: str, either: bool) -> None:
    asked = understand(text)
    assert (asked.intent, asked.yes_no, asked.either) == ("path", True, either)


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
    "part",
    ["from a to ", "what ", "between a and ", "从到", "什么", "的", " ", "有", "when a, ", "open ",
     "还没", "和风险", "risks and ", "1 March to ", "3月到", "last year "],
)  # fmt: skip
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
