from __future__ import annotations

import pytest

from kb.answer.matching import same_word


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        ("pay", "pay", True),
        ("payment", "paymemt", True),  # a slip of the reader
        ("curious", "curjous", True),
        ("authorisation", "authonsation", True),
        ("drain", "train", False),
        ("post", "postgr", False),
        ("plan", "poland", False),
        ("tuesday", "thursday", False),
        ("123456", "123457", False),
    ],
)
def test_words_are_the_same_but_for_slips(one: str, two: str, same: bool) -> None:
    assert same_word(one, two) is same
    assert same_word(two, one) is same
