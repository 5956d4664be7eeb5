from __future__ import annotations

import pytest

from kb.answer import matching
from kb.answer.matching import TRANSLATED, Matcher, same_word
from kb.answer.words import words_of


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


@pytest.mark.parametrize(
    ("word", "text", "held"),
    [
        ("risk", "风险登记", TRANSLATED),
        ("risks", "风险登记", TRANSLATED),
        ("风险", "Risk register", TRANSLATED),
        ("risk", "風險登記", TRANSLATED),
        ("風險", "Risk register", TRANSLATED),
        ("risk", "risk 风险", 1.0),
        ("risk", "预算", 0.0),
        ("负责人", "a person", 0.0),  # in charge?
        ("risk", "hazard", 0.0),  # one language: what is near in meaning is no translation
    ],
)
def test_a_word_is_held_by_its_translation(word: str, text: str, held: float) -> None:
    match = Matcher(None, lambda _: 1.0)
    assert match.degrees(words_of(word), text) == [held]
    assert match.many(words_of(word), [text]).tolist() == [[held]]


@pytest.mark.parametrize(
    ("question", "text", "held"),
    [
        ("ask Berlin", "柏林仓库", TRANSLATED),
        ("ask Mark", "标记", 0.0),
        ("ask Mark", "客戶馬克", TRANSLATED),  # where 馬 and 克 are no terms
        ("to mark", "标记", TRANSLATED),
        ("ask Hope", "希望", 0.0),
        ("ask Bill", "账单", 0.0),
        ("the bill", "账单", TRANSLATED),
    ],
)
def test_a_name_is_held_by_the_same_name_only(question: str, text: str, held: float) -> None:
    match = Matcher(None, lambda _: 1.0)
    assert match.degrees(words_of(question)[-1:], text) == [held]


def test_no_dictionary_is_loaded_for_texts_of_one_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matching, "ways_of", lambda word: pytest.fail(f"{word} was looked up"))
    match = Matcher(None, lambda _: 1.0)
    assert match.degrees(words_of("risk"), "Budget 2026") == [0.0]
    assert match.degrees(words_of("风险"), "预算 2026") == [0.0]
