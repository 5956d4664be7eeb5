from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.listed import box_of, items_of, name_of, on_one_line, unmarked


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("- one", "one"),
        ("* one\n• 二", "one\n二"),
        ("### Goals", "Goals"),
        ("[X] done", "☑ done"),
        ("- [ ] open", "☐ open"),
        ("□ 联系", "☐ 联系"),
        ("✓ we use it", "✓ we use it"),
        (". read by a machine", "read by a machine"),
        (".重复退款", "重复退款"),
        ("[]", "☐"),
        ("- - nested", "- nested"),
    ],
)
def test_marks_that_open_a_line(text: str, bare: str) -> None:
    assert unmarked(text) == bare


@pytest.mark.parametrize(
    "text",
    ["-5 degrees", "#release", ".env", "+ cheap", "1. first", "3 - 4", "[x](y)", "[draft] a", "",
     "a\nb", "> 5 users", "…", "*"],
)  # fmt: skip
def test_what_is_no_mark_stays(text: str) -> None:
    assert unmarked(text) == text


def test_a_list_on_one_line() -> None:
    text = "## Goals\n- fast\n  checkout\n- [x] fewer\nreturns"
    assert items_of(text) == ["Goals", "fast checkout", "☑ fewer returns"]
    assert on_one_line(text) == "Goals · fast checkout · ☑ fewer returns"
    assert on_one_line("wrapped\nwords") == "wrapped words"
    assert name_of(text) == "Goals"
    assert name_of("- [ ] 联系\n供应商") == "☐ 联系供应商"
    assert name_of("[ ] a\n[x] b") == "☐ a ☑ b"


@pytest.mark.parametrize(
    ("item", "box", "words"),
    [("☑ a", "☑", "a"), ("✓ a", "✓", "a"), ("a ☑", "", "a ☑"), ("☐", "☐", "")],
)
def test_a_box_and_its_words(item: str, box: str, words: str) -> None:
    assert box_of(item) == (box, words)


@given(st.text())
def test_no_word_is_lost(text: str) -> None:
    letters = [sign for sign in text if sign.isalpha() and sign not in "xX"]
    for told in (unmarked(text), on_one_line(text)):
        assert [sign for sign in told if sign.isalpha() and sign not in "xX"] == letters
