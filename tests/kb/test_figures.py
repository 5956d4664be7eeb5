from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.figures import figures_of, holds_figures


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("Sprint 12", ("12",)),
        ("Release 2.1", ("2.1",)),
        ("Q3 and 第三季度", ("3", "3")),
        ("Order 2,000 boxes by 2026-04-09", ("2000", "2026", "4", "9")),
        ("第２阶段，第二阶段", ("2", "2")),
        ("四月二十日", ("4", "20")),
        ("十二月廿一日", ("12", "21")),
        ("二〇二六年第十周", ("2026", "10")),
        ("星期三例会", ("3",)),
        ("统一支付的下一步十分重要", ()),
        ("", ()),
    ],
)
def test_figures_in_digits_or_chinese_numerals(text: str, figures: tuple[str, ...]) -> None:
    assert figures_of(text) == figures


@pytest.mark.parametrize(
    ("text", "asked", "held"),
    [
        ("Sprint 12", "Sprint 13", False),
        ("Sprint 12", "Sprint 1", False),
        ("Sprint 12", "the sprint", True),
        ("Sprint", "Sprint 12", False),
        ("Release 2.1", "release 2.2", False),
        ("第2阶段", "第二阶段", True),
        ("第2阶段", "第三阶段", False),
        ("Train team - Tom, 15 April 2026", "2026 April 15", True),
        ("Retro of the staging team", "the retro of autumn 2025", True),
        ("Budget 2026", "the budget of 2025", False),
        ("Sprint 12", "sprint 13 of 2025", False),
    ],
)
def test_all_figures_that_are_asked_must_be_there(text: str, asked: str, held: bool) -> None:
    assert holds_figures(text, asked) == held


@given(st.text())
def test_any_text_holds_its_own_figures(text: str) -> None:
    assert holds_figures(text, text)
