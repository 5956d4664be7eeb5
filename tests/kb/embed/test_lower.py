"""What e5's lower layers make of words: the same alone, in a batch, and among threads."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
import torch

from kb.embed import Embedder, lower, open_embedder
from kb.embed.embedder import MAX_ASKED
from kb.embed.lower import LOWER, MAX_WORDS, LowerLayers, States
from kb.settings import load_settings

TEXTS = ["Ship parcel", "库存预警：低于安全库存时通知采购", "Owner: Aisha", "退款"]
LONG = "the parcel waits in the hall " * 20


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return open_embedder(load_settings(), threads=1)


@pytest.fixture
def layers(embedder: Embedder) -> LowerLayers:
    """Layers that have read nothing yet."""
    return LowerLayers(embedder._model())


def whole(embedder: Embedder, text: str) -> States:
    """What e5 itself has of all tokens after its lower layers."""
    model: Any = embedder._model()
    told = model.tokenizer(text, return_tensors="pt")
    with torch.no_grad():
        seen = model[0].auto_model(**told, output_hidden_states=True).hidden_states
    states: States = seen[LOWER][0].float().numpy().astype(np.float16)
    return states


def near(one: States, other: States) -> bool:
    if one.shape != other.shape:
        return False
    one, other = one.astype(np.float32), other.astype(np.float32)
    cosine = (one * other).sum(1) / np.linalg.norm(one, axis=1) / np.linalg.norm(other, axis=1)
    return bool(cosine.min() > 0.999)


def test_states_are_those_that_e5_has_half_way(embedder: Embedder, layers: LowerLayers) -> None:
    for text, states in zip(TEXTS, layers.rows(TEXTS), strict=True):
        own = embedder._model().tokenizer(text, add_special_tokens=False)["input_ids"]
        read = whole(embedder, f"passage: {text}")
        assert near(states, read[-1 - len(own) : -1])  # without the prompt and the ends
    (asked,) = layers.asked(["谁负责退款？"])
    assert near(asked, whole(embedder, "query: 谁负责退款？"))  # with them


def test_neighbours_change_nothing_beyond_rounding(layers: LowerLayers) -> None:
    together = layers.rows([*TEXTS, LONG])
    questions = ["Who?", "What comes after the order was packed, and who is told of it?"]
    assert all(
        near(one, layers._read([f"passage: {text}"], 99)[0][-1 - len(one) : -1])
        for text, one in zip(TEXTS, together, strict=False)
    )
    for question, one in zip(questions, layers.asked(questions), strict=True):
        assert near(one, layers.asked([question])[0])


def test_long_texts_are_cut(embedder: Embedder, layers: LowerLayers) -> None:
    (row,), (asked,) = layers.rows([LONG]), layers.asked([LONG])
    assert len(row) == MAX_WORDS
    assert len(asked) == MAX_ASKED
    # What is cut ends as if there had been no more.
    tokenizer = embedder._model().tokenizer
    kept = tokenizer(f"query: {LONG}")["input_ids"][1 : MAX_ASKED - 1]
    assert near(asked, whole(embedder, tokenizer.decode(kept)))


def test_a_text_without_words_has_none(layers: LowerLayers) -> None:
    nothing, blank, one = layers.rows(["", "\u3000 ", "a"])
    assert nothing.shape == blank.shape == (0, one.shape[1])
    assert len(one) == 1


@pytest.mark.parametrize("text", ["", " ", "\ud800", "\0", "库" * 20_000])
def test_any_text_has_states(layers: LowerLayers, text: str) -> None:
    (row,), (asked,) = layers.rows([text]), layers.asked([text])
    assert len(row) <= MAX_WORDS
    assert 2 <= len(asked) <= MAX_ASKED
    assert np.isfinite(row).all()
    assert np.isfinite(asked).all()


@pytest.fixture
def read(layers: LowerLayers, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """All texts that the layers have read."""
    every: list[str] = []
    plain = layers._read

    def listed(texts: Sequence[str], most: int) -> list[States]:
        every.extend(texts)
        return plain(texts, most)

    monkeypatch.setattr(layers, "_read", listed)
    return every


def test_a_row_is_read_once(layers: LowerLayers, read: list[str]) -> None:
    first = layers.rows(["Ship parcel", "退款", "Ship parcel"])
    again = layers.rows(["退款", "Ship parcel"])
    assert sorted(read) == ["passage: Ship parcel", "passage: 退款"]
    assert np.array_equal(first[0], first[2])
    assert np.array_equal(first[0], again[1])
    assert np.array_equal(first[1], again[0])


def test_what_was_not_asked_for_longest_is_forgotten(
    layers: LowerLayers, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lower, "MOST_KEPT", 3)
    layers.rows(["a", "b", "c"])
    layers.rows(["a"])
    assert len(layers.rows(["d", "e", "f", "g"])) == 4  # more than are kept
    layers.rows(["a", "e"])
    layers.rows(["e", "a", "d"])
    assert read[3:] == [f"passage: {text}" for text in "defgad"]
    assert len(layers._kept) == 3


def test_no_more_is_kept_than_a_texts_own_words(layers: LowerLayers) -> None:
    layers.rows([*TEXTS, LONG])
    held = sum((one if one.base is None else one.base).nbytes for one in layers._kept.values())
    assert held == sum(one.nbytes for one in layers._kept.values())


def test_weights_are_kept_once_for_both(embedder: Embedder, layers: LowerLayers) -> None:
    own = {id(one) for one in layers._bert.parameters()}
    every = {id(one) for one in embedder._model().parameters()}
    assert own < every
    assert embedder.lower() is embedder.lower()


def test_passages_are_cut_as_ever(embedder: Embedder) -> None:
    backend = embedder._model().tokenizer._tokenizer
    embedder.passages([LONG])
    before = backend.truncation, backend.padding
    layers = LowerLayers(embedder._model())
    layers.rows([LONG])
    layers.asked([LONG])
    assert (backend.truncation, backend.padding) == before


def test_threads_at_once_read_as_one_does(embedder: Embedder, layers: LowerLayers) -> None:
    rows = [f"{text} {n}" for n in range(10) for text in TEXTS]
    want = dict(zip(rows, LowerLayers(embedder._model()).rows(rows), strict=True))
    passage = embedder.passages([LONG])[0]

    def same(text: str) -> bool:
        asked = layers.asked([f"{text} {LONG}"])[0]
        meanwhile = embedder.passages([LONG])[0]
        read = near(layers.rows([text])[0], want[text])
        return read and len(asked) == MAX_ASKED and bool(meanwhile @ passage > 0.9999)

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(same, [*rows, *rows]))
