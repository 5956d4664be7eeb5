"""Questions are read by what the bundled model was taught; passages are not."""

from __future__ import annotations

import numpy as np
import pytest

from kb.base import KnowledgeBase
from kb.embed import bundled

Told = tuple[KnowledgeBase, dict[str, str]]


def test_a_question_is_read_otherwise_than_e5_reads_it(told: Told) -> None:
    embedder = told[0].embedder
    asked = embedder.asked("Who looks after the shop when Aisha is away?")
    plain = embedder.query("Who looks after the shop when Aisha is away?")
    assert asked.vector.shape == plain.shape == (bundled.DIM,)
    assert asked.tokens.shape[1] == bundled.DIM
    assert float(np.linalg.norm(asked.vector)) == pytest.approx(1.0, abs=1e-3)
    assert 0.5 < float(asked.vector @ plain) < 0.999


def test_passages_stay_as_they_are_once_a_question_was_read(told: Told) -> None:
    embedder = told[0].embedder
    before = embedder.passages(["Ship parcel", "退款"])
    embedder.asked("What follows?")
    assert np.array_equal(before, embedder.passages(["Ship parcel", "退款"]))


def test_words_are_kept_once_for_both(told: Told) -> None:
    embedder = told[0].embedder
    embedder.asked("What follows?")
    tables = [
        next(p for name, p in model.named_parameters() if name.endswith("word_embeddings.weight"))
        for model in (embedder._model(), embedder._question_model())
    ]
    assert tables[0] is tables[1]


def test_the_taught_come_nearer_to_what_answers_in_the_other_language(told: Told) -> None:
    embedder = told[0].embedder
    passages = embedder.passages(["负责人：王芳", "支付失败，重试三次", "库存不足时通知采购"])
    for question, right in (
        ("Who is in charge?", 0),
        ("What do we do when a payment does not go through?", 1),
        ("Whom do we tell when we run out of goods?", 2),
    ):
        assert int((passages @ embedder.asked(question).vector).argmax()) == right
