"""Misread words become the words they were; what was seen clearly stays."""

from __future__ import annotations

import string
from itertools import product

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.extract.local.lexicon import Lexicon, english
from ingest.extract.local.rescoring import Rescorer

SIGNS = ["", *string.ascii_letters, *string.digits, *"_-\"'(),.用户登录", " "]
CLEAR = 0.995


def seen(text: str, unsure: dict[int, str] | None = None) -> npt.NDArray[np.float32]:
    """Return steps that say `text`; at the places of `unsure` another sign is nearly as likely."""
    steps = []
    for place, sign in enumerate(text):
        other = (unsure or {}).get(place)
        for wanted, doubt in ((sign, other), ("", None)):
            step = np.full(len(SIGNS), (1 - CLEAR) / len(SIGNS), np.float32)
            step[SIGNS.index(wanted)] = CLEAR if doubt is None else 0.6
            if doubt is not None:
                step[SIGNS.index(doubt)] = 0.38
            steps.append(step)
    return np.array(steps)


@pytest.fixture(scope="module")
def reader() -> Rescorer:
    return Rescorer(SIGNS, english())


@pytest.mark.parametrize(
    ("guess", "unsure", "said"),
    [
        ("check clain", {10: "m"}, "check claim"),
        ("CLAIN", {4: "M"}, "CLAIM"),
        ('"Clain",', {5: "m"}, '"Claim",'),
        ("ordor note", {3: "e"}, "order note"),
        ("c1aim", {1: "l"}, "claim"),
    ],
)
def test_a_misread_word_is_the_word_that_it_nearly_was(
    reader: Rescorer, guess: str, unsure: dict[int, str], said: str
) -> None:
    assert reader.read(seen(guess, unsure)) == said


@pytest.mark.parametrize(
    "text", ["Qdrant", "user_id", "auth0 KYC", "用户abc登录", "Lakshmi", "(x)"]
)
def test_names_and_codes_that_are_seen_clearly_stay(reader: Rescorer, text: str) -> None:
    assert reader.read(seen(text)) == text


def test_a_name_with_a_doubtful_letter_stays(reader: Rescorer) -> None:
    assert reader.read(seen("Qdrant", {1: "o"})) == "Qdrant"


@settings(max_examples=60, deadline=None)
@given(st.text(st.sampled_from(SIGNS[1:]), max_size=24))
def test_what_is_seen_clearly_is_read_as_it_is(text: str) -> None:
    sure = np.array([np.eye(len(SIGNS), dtype=np.float32)[s.argmax()] for s in seen(text)])
    sure = sure.reshape(-1, len(SIGNS))
    assert Rescorer(SIGNS, english()).read(sure) == " ".join(text.split())


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_likelihoods_are_sums_over_all_ways_to_say_a_text(data: st.DataObject) -> None:
    signs = ["", "a", "b"]
    steps = data.draw(st.integers(1, 5))
    rng = np.random.default_rng(data.draw(st.integers(0, 1000)))
    lattice = rng.dirichlet(np.ones(3), steps)
    texts = ["a", "ab", "aa", "aba"]
    found = Rescorer(signs, Lexicon({"ab": 1}))._likelihoods(lattice, texts)
    for text, value in zip(texts, found, strict=True):
        ways = [way for way in product(range(3), repeat=steps) if _said(way) == text]
        total = sum(np.prod([lattice[t, k] for t, k in enumerate(way)]) for way in ways)
        if total > 1e-6:
            assert np.isclose(value, np.log(total), atol=1e-5)
        else:
            assert value < -10


def _said(way: tuple[int, ...]) -> str:
    kept = [k for t, k in enumerate(way) if k and (t == 0 or way[t - 1] != k)]
    return "".join(" ab"[k] for k in kept)


def test_words_of_the_lexicon() -> None:
    words = english()
    assert "Claim" in words
    assert "qdrant" not in words
    assert words.worth("the") > words.worth("claimant") > words.worth("qdrant") == 0
    assert "claim" in words.near("clain")
    assert "claim" not in words.near("claim")
