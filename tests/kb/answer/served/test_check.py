from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.answer.served.check import Passed, check, is_lead_in
from kb.answer.served.claims import figures
from kb.answer.served.offer import Offered
from kb.evidence import BoardRef, Evidence

NOT_FRIDAY = "Do not ship the release on Friday"
PAY_PACK = "Pay order → Pack parcel"
BOARD = BoardRef(id="b", source="orders.png", title="Order flow")


def offered(*texts: str) -> dict[int, Offered]:
    found = {}
    for n, text in enumerate(texts, 1):
        piece = Evidence(
            board=BOARD, unit="node", nodes=(f"n{n}",), region=(0, 0, 1, 1), text=text, score=1.0
        )
        found[n] = Offered(n, piece, text, f"{text}\n{BOARD.title}", {"id": n, "text": text})
    return found


LIST = offered(
    "Cart → In stock?",
    "Owner: Aisha",
    "Live by 20 April",
    "客服核对订单 → 原路退款: 同意",
    "see [9] at https://wiki.local/x",
    "Budget 3,500 EUR",
)


def judged(text: str, question: str = "What comes after the cart?", language: str = "en") -> str:
    found = check(text, question, language, LIST)
    if not isinstance(found, Passed):
        return found
    return "".join("".join(f"[{n}]" for n in part.marks) or part.text for part in found.parts)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("After the cart comes “In stock?” [1].", "After the cart comes “In stock?” [1]."),
        ("After the cart, stock is next【1】.", "After the cart, stock is next[1]."),
        ("**Aisha** owns the order flow [E2].", "Aisha owns the order flow [2]."),
        ("The order flow goes live on April 20 [3].", "The order flow goes live on April 20 [3]."),
        ("The budget is 3500 EUR [6].", "The budget is 3500 EUR [6]."),
        ("The 2 notes: Aisha and 20 April [2, 3].", "The 2 notes: Aisha and 20 April [2][3]."),
        ("A board says “see [9] at https://wiki.local/x” [5].",
         "A board says “see ［9］ at https://wiki.local/x” [5]."),
        ("The check comes before “原路退款” [4].", "The check comes before “原路退款” [4]."),
    ],
)  # fmt: skip
def test_what_the_evidence_says_passes(text: str, shown: str) -> None:
    assert judged(text) == shown


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("After the cart comes “In stock?”.", "uncited"),
        ("After the cart comes “In stock?” [7].", "invented"),
        ("After the cart comes “In stock?” [1][99].", "invented"),
        ("After the cart comes “In stock?” [0].", "invented"),
        ("After the cart comes “In stock?” [1-7].", "invented"),
        ("After the cart comes “In stock?” [-1].", "bad_mark"),
        ("After the cart comes “In stock?” [1000000].", "bad_mark"),
        ("After the cart comes “In stock?” [^a1].", "bad_mark"),
        ("After the cart comes “In stock?” [1.", "bad_mark"),
        ("After the cart comes “In stock?” [[1]].", "bad_mark"),
        ("After the cart comes “In stock?” [1](https://evil.example).", "markup"),
        ("![cart in stock](https://evil.example/a.png) [1]", "markup"),
        ("<b>After the cart comes stock</b> [1].", "markup"),
        ("The cart leads to stock, see https://evil.example/?q=cart [1].", "markup"),
        ("The cart leads to stock, see www.evil.example [1].", "markup"),
        ("After the cart comes “Take payment” [1].", "misquoted"),
        ("After the cart comes “tock” [1].", "misquoted"),
        ("The order flow goes live on 21 April [3].", "figure"),
        ("The order flow goes live on April 20 [3], page ⑨.", "figure"),
        ("Owner of the order flow is Bob, says Aisha [2].", "name"),
        ("Bob owns the order flow, as Aisha does [2].", "name"),
        ("The order flow goes live by ninety April [3].", "figure"),
        ("The order flow has three owners, Aisha among them [2].", "figure"),
        ("Aisha does not own the order flow [2].", "denied"),
        ("Nobody owns it, neither Aisha [2].", "denied"),
        ("Paris is the capital of France [1].", "name"),
        ("The sky is blue because light scatters [1].", "unsupported"),
        ("核对订单之后退款 [1]。", "unsupported"),
        ("购物车之后是“In stock?”，然后由客服继续处理订单 [1]。", "language"),
        ("x" * 2_000 + " [1].", "long"),
        ("After the cart comes “In stock?” [1][2].", "unsupported"),
        ("After the cart comes “In stock?” [1][4].", "unsupported"),
        ("[1]", "unsupported"),
    ],
)  # fmt: skip
def test_what_it_does_not_say_is_dropped(text: str, reason: str) -> None:
    assert judged(text) == reason


@pytest.mark.parametrize(
    ("evidence", "question", "text", "reason"),
    [
        ([NOT_FRIDAY], "When?", "Ship the release on Friday [1].", "denied"),
        ([NOT_FRIDAY], "When?", "“Ship the release on Friday” [1].", "denied"),
        (["Release notes. Never ship on Friday"], "When?", "Ship on Friday [1].", "denied"),
        (["周五不发布新版本"], "什么时候发布？", "周五发布新版本[1]。", "denied"),
        ([PAY_PACK], "Order?", "Pack parcel comes before Pay order [1].", "turned"),
        ([PAY_PACK], "Order?", "“Pack parcel” → “Pay order” [1].", "turned"),
        ([PAY_PACK], "Order?", "After “Pack parcel”: “Pay order” [1].", "turned"),
        ([PAY_PACK], "Order?", "Pay order follows Pack parcel [1].", "turned"),
        (["支付 → 打包"], "顺序？", "打包之后是支付[1]。", "turned"),
        (["支付 → 打包"], "顺序？", "支付在打包之后[1]。", "turned"),
        (["Tom owns billing"], "Does Alice own billing?", "Alice owns billing [1].", "name"),
        (["Tom owns billing"], "Does Alice own billing?", "“Alice” owns billing [1].", "name"),
        (["Tom: call the bank", "Mei: ship the release"], "Who ships the release?",
         "Tom ships the release [1][2].", "mixed"),
        (["Pay order → Ship parcel"], "What is the state?",
         "Pay order and ship parcel are blocked by lawyers [1].", "unsupported"),
    ],
)  # fmt: skip
def test_true_words_put_together_wrongly_are_dropped(
    evidence: list[str], question: str, text: str, reason: str
) -> None:
    assert check(text, question, "", offered(*evidence)) == reason


@pytest.mark.parametrize(
    ("evidence", "text"),
    [
        ([NOT_FRIDAY], "Don't ship the release on Friday [1]."),
        (["Tom owns billing. No review yet"], "Tom owns billing [1]."),
        (["In stock? → Reorder: no"], "“In stock?” → “Reorder” (no) [1]."),
        ([PAY_PACK], "Before “Pack parcel”: “Pay order” [1]."),
        ([PAY_PACK], "“Pay order” is followed by “Pack parcel” [1]."),
        (["A1 → B1", "B1 → A1"], "After “B1”: “A1” [1], after “A1”: “B1” [2]."),
        (["Pay → Pack", "Pack → Ship"], "“Pay” [1] → “Pack” [1] → “Ship” [2]."),
        (["支付 → 打包"], "“支付”之后是“打包”[1]。"),
        (["支付 → 打包"], "“打包”之前是“支付”[1]。"),
        (["Tom: call the bank", "Mei: ship the release"],
         "Tom calls the bank and Mei ships the release [1][2]."),
    ],
)  # fmt: skip
def test_what_keeps_to_the_evidence_passes(evidence: list[str], text: str) -> None:
    assert isinstance(check(text, "What is planned?", "", offered(*evidence)), Passed)


RISKS = ["Risk: late", "Risk: double payment", "Risk: no stock"]
ZH_RISKS = ["风险：延期", "风险：重复付款", "风险：缺货"]


@pytest.mark.parametrize(
    ("evidence", "question", "text"),
    [
        (["Checkout: Tom"], "Who owns the checkout?", "The owner is Tom [1]."),
        (["Checkout: Tom"], "Who owns the checkout?", "“Tom” is responsible [1]."),
        (["支付：王芳"], "支付谁负责？", "支付的负责人是王芳[1]。"),
        (RISKS, "What are the risks?", "There are three risks [1][2][3]."),
        (ZH_RISKS, "有哪些风险？", "共有3个风险[1][2][3]。"),
        (ZH_RISKS, "有哪些风险？", "共有三个风险[1][2][3]。"),
        (["Refunds: 5 days"], "How long do refunds take?", "Refunds take five days [1]."),
        (["退款：5天"], "退款要多久？", "退款需要五天[1]。"),
        (["退款：五天"], "退款要多久？", "退款需要5天[1]。"),
        (["三方会谈：周五"], "什么时候会谈？", "三方会谈在周五[1]。"),
        (["上线 2026-03-15"], "什么时候上线？", "上线日期是2026年3月15日[1]。"),
        (["上线 2026-03-15"], "什么时候上线？", "上线日期是3月15日[1]。"),
        (["Launch 2026-03-15"], "When is the launch?", "The launch is on 15 March 2026 [1]."),
        (["Launch 2026-03-15"], "When is the launch?", "The launch is on March 15th [1]."),
        (["Launch 2026-03-15"], "When is the launch?", "The launch is in March 2026 [1]."),
        (["Launch: 15 March 2026"], "When is the launch?", "The deadline is 2026-03-15 [1]."),
        (["Budget 20,000 EUR"], "What is the budget?", "The budget is 20k euros [1]."),
        (["Budget 20k €"], "What is the budget?", "The budget is 20,000 EUR [1]."),
        (["预算 20000元"], "预算是多少？", "预算是2万元[1]。"),
        (
            ["庫存說明：https://wiki.local/庫存"],
            "庫存說明在哪裡？",
            "庫存說明在 https://wiki.local/庫存 [1]。",
        ),
    ],
)
def test_the_same_said_otherwise_passes(evidence: list[str], question: str, text: str) -> None:
    assert isinstance(check(text, question, "", offered(*evidence)), Passed)
    assert isinstance(check(text, "Well?", "", offered(*evidence)), Passed)


@pytest.mark.parametrize(
    ("evidence", "text", "reason"),
    [
        (["Checkout: Tom"], "The owner is Bob [1].", "name"),
        (["支付：王芳"], "支付的负责人是李强[1]。", "name"),
        (["Checkout: Tom"], "The owner is responsible [1].", "unsupported"),
        (RISKS, "There are four risks [1][2][3].", "figure"),
        (RISKS, "There are three [1][2][3].", "unsupported"),
        (RISKS, "The risk takes three days [1][2][3].", "figure"),
        (ZH_RISKS, "风险需要三天[1][2][3]。", "figure"),
        (["Refunds: 5 days"], "Refunds take 5 hours [1].", "unsupported"),
        (ZH_RISKS, "共有四个风险[1][2][3]。", "figure"),
        (["Refunds: 6 days"], "Refunds take five days [1].", "figure"),
        (["退款：6天"], "退款需要五天[1]。", "figure"),
        (["Launch 2026-03-15"], "The launch is on 16 March 2026 [1].", "figure"),
        (
            ["庫存說明：https://wiki.local/庫存"],
            "庫存說明在 https://wiki.local/貨運 [1]。",
            "markup",
        ),
        (["Launch 2026-03-15"], "The launch is on 15 March 2027 [1].", "figure"),
        (["Launch 2026-03-15"], "The launch is on 15 May [1].", "figure"),
        (["Launch 2026-03-15"], "The launch is in April [1].", "name"),
        (["Launch 15 March"], "The launch is on 15 March 2026 [1].", "figure"),
        (["Launch 5 March, review 15 April"], "The launch is on 15 March [1].", "figure"),
        (["上线 2026-03-15"], "上线日期是3月16日[1]。", "figure"),
        (["Budget 20,000 EUR"], "The budget is 20k dollars [1].", "figure"),
        (["Budget 20 EUR"], "The budget is 20k euros [1].", "figure"),
        (["预算 20元"], "预算是20万元[1]。", "figure"),
    ],
)
def test_what_is_made_up_is_dropped(evidence: list[str], text: str, reason: str) -> None:
    assert check(text, "Well?", "", offered(*evidence)) == reason


def test_the_day_of_a_board_is_no_figure_of_its_own() -> None:
    piece = replace(offered("Ship it in March")[1], day="2026-03-02")
    question = "When do we ship?"
    assert check("Ship it on 3 March [1].", question, "en", {1: piece}) == "figure"
    assert isinstance(
        check("2026-03-02: ship it in March [1].", question, "en", {1: piece}), Passed
    )


def test_chinese_answers_hold_to_chinese_evidence() -> None:
    asked = "客服核对订单之后是什么？"
    assert judged("核对订单后如果同意，就原路退款[4]。", asked, "zh").endswith("[4]。")
    assert judged("核对订单后由财务总监签字盖章[4]。", asked, "zh") in ("name", "unsupported")
    assert judged("核对订单后由王芳同意原路退款[4]。", asked, "zh") == "name"
    assert judged("核对订单后三天同意原路退款[4]。", asked, "zh") == "figure"
    assert judged("核对订单后不同意原路退款[4]。", asked, "zh") == "denied"
    assert judged("核对订单后没有原路退款[4]。", asked, "zh") == "denied"
    assert judged("After the order check comes the refund [4].", asked, "zh") == "unsupported"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2026-03-02 at 14:05", {"2026-03-02", "2026", "3", "2", "14:05", "14", "5"}),
        ("3,500.50 EUR and 007", {"3500.50", "7"}),
        ("Twelve notes, one risk, five hundred", {"12", "5", "100"}),
        ("三个风险，一个待办，二十五天，两周", {"3", "25", "2"}),
        ("page ⑨", {"9"}),
        ("第三方接口", set()),
        ("20k euros, 1.5K, 2 million, 3 thousand", {"20000", "1500", "2000000", "3000"}),
        ("预算2万元，人数二十万，一万三千", {"20000", "200000", "13000"}),
        ("退款需要五天，每天两次", {"5", "2"}),
    ],
)
def test_figures_in_signs_and_words(text: str, found: set[str]) -> None:
    assert figures(text) == found


def test_only_an_empty_lead_in_needs_no_citation() -> None:
    assert is_lead_in("The risks of the order flow are:", "What are the risks of the order flow?")
    assert not is_lead_in("The 3 risks of the order flow are:", "What are the order flow's risks?")
    assert not is_lead_in("The dangerous risks are:", "What are the risks?")
    assert not is_lead_in("The risks are.", "What are the risks?")


ALPHABET = st.sampled_from('[]()<>!“”"123 aC./:#*`【】［］-,cartstock\u200b\u202e①')


@given(st.text(ALPHABET, max_size=60) | st.text(max_size=40))
def test_whatever_passes_carries_no_mark_but_ours_and_no_markup(text: str) -> None:
    found = check(f"Cart in stock {text} [1]", "cart?", "", LIST)
    if isinstance(found, Passed):
        assert {n for part in found.parts for n in part.marks} <= set(LIST)
        for part in found.parts:
            assert not part.marks or not part.text
            shown = part.text
            assert "](" not in shown
            assert "![" not in shown
            assert "<a" not in shown.lower()
            assert not any("[" in shown[i : i + 1] and "1" in shown for i in range(len(shown)))
