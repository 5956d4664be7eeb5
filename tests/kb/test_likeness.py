from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kb.likeness import ALIKE, likeness, sketch_of

ORDER = ["Order flow", "Check stock", "Take payment", "Ship parcel", "Back order", "Send invoice"]
HIRING = ["Hiring", "Screen the letters", "Phone interview", "Trial day", "Make an offer"]
ZH = [
    "退款流程",
    "客户申请退款",
    "客服审核",
    "原路退款给客户",
    "负责人：王芳",
    "风险：重复退款两次",
]


@given(st.permutations(ORDER))
def test_order_does_not_count(texts: list[str]) -> None:
    assert sketch_of(texts) == sketch_of(ORDER)


def test_a_misread_board_is_alike_and_another_one_is_not() -> None:
    misread = [
        "Order f1ow",
        "Check stock",
        "Take payrnent",
        "Ship parcel",
        "Back order",
        "Send invoice",
    ]
    assert likeness(sketch_of(ORDER), sketch_of(misread)) >= ALIKE
    assert likeness(sketch_of(ZH), sketch_of([*ZH[:-1], "风险：重复退款"])) >= ALIKE
    assert likeness(sketch_of(ORDER), sketch_of(HIRING)) < 0.2
    assert likeness(sketch_of(ORDER), sketch_of(ZH)) < 0.2


def test_boards_that_say_next_to_nothing_are_not_compared() -> None:
    assert sketch_of(["Plan", "Do"]) == ""
    assert likeness("", "") == 0.0


@given(st.lists(st.text(max_size=30), max_size=12))
def test_any_texts_are_like_themselves(texts: list[str]) -> None:
    sketch = sketch_of(texts)
    assert likeness(sketch, sketch) == (1.0 if sketch else 0.0)
