from __future__ import annotations

import numpy as np
import pytest

from kb.answer.matching import Matcher, pool_of
from kb.answer.meaning import Meaning
from kb.answer.words import words_of
from kb.base import KnowledgeBase

Told = tuple[KnowledgeBase, dict[str, str]]


def surfaces(text: str) -> list[str]:
    return [word.surface for word in words_of(text)]


def test_content_words_as_written() -> None:
    assert surfaces("Who is the owner of the Check-in desk?") == ["owner", "check-in", "desk"]
    assert surfaces("退款流程由谁负责？") == ["退款", "流程", "负责"]
    berlin = {word.surface: word.name for word in words_of("When does Berlin open? API v2")}
    assert berlin["berlin"]
    assert berlin["api"]
    assert not berlin["open"]


def test_words_are_held_as_written_misread_or_in_part() -> None:
    matcher = Matcher(None, lambda _: 1.0)
    assert matcher.share(words_of("payment"), "Take paymemt") == pytest.approx(0.9)
    assert matcher.share(words_of("drain"), "Train support") == 0.0
    assert matcher.share(words_of("退款"), "退款流程") == 1.0
    assert matcher.share(words_of(""), "x") == 0.0
    assert pool_of("a the").words == ()


def test_meaning_reaches_across_languages_but_not_from_name_to_name(told: Told) -> None:
    base, _ = told
    matcher = Matcher(base.meaning, lambda _: 1.0)
    assert matcher.share(words_of("risk"), "风险") > 0.8
    assert matcher.share(words_of("risk"), "会议") == 0.0
    assert matcher.share(words_of("the Berlin office"), "the Rotterdam office") <= 0.5
    assert matcher.share(words_of("sprint 12"), "sprint 13") == 0.5


def test_many_texts_give_what_each_gives_alone(told: Told) -> None:
    matcher = Matcher(told[0].meaning, lambda _: 1.0)
    wanted = words_of("Which risk delays the refund?")
    texts = ["风险：重复退款", "Refund desk", "", "late payment"]
    for held, text in zip(matcher.many(wanted, texts), texts, strict=True):
        assert np.allclose(held, matcher.degrees(wanted, text, meant=False))


def test_vectors_are_kept(told: Told) -> None:
    class Counting:
        texts = 0

        def passages(self, texts: list[str]) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
            self.texts += len(texts)
            return told[0].embedder.passages(texts)

    counting = Counting()
    meaning = Meaning(counting)  # type: ignore[arg-type]  # all that it uses of an embedder
    meaning.nearness(words_of("refund"), words_of("退款 风险"))
    before = counting.texts
    meaning.nearness(words_of("refund"), words_of("退款 风险"))
    assert counting.texts == before
