"""Misread Chinese words become the words they were; signs that were seen clearly stay."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.extract.local import chinese
from ingest.extract.local.chinese import corrected
from kb.text import is_han

SIGNS = ["", *"校按验较匹区配租户产类美型软件张伟口風险險资資料", *"aA1():-"]
ASIDE = 0.02  # what a sign that was hardly seen has of the chance


def seen(text: str, others: dict[int, str] | None = None, share: float = 0.3) -> npt.NDArray[Any]:
    """Return two steps for each sign of `text`; at places of `others` those have `share`."""
    steps = []
    for at, sign in enumerate(text):
        step = np.full(len(SIGNS), 1e-6)
        step[SIGNS.index(sign)] = 1.0
        if at in (others or {}):
            for other in (others or {})[at]:
                step[SIGNS.index(other)] = share
        blank = np.full(len(SIGNS), 1e-6)
        blank[0] = 1.0
        steps += [step / step.sum(), blank]
    return np.array(steps).reshape(-1, len(SIGNS))


def read(text: str, others: dict[int, str] | None = None, share: float = 0.3) -> str:
    return corrected(seen(text, others, share), text, range(0, 2 * len(text), 2), SIGNS)


@pytest.mark.parametrize(
    ("guess", "others", "said"),
    [
        ("按验", {0: "校较"}, "校验"),
        ("区配租产", {0: "匹", 3: "户"}, "匹配租户"),
        ("(较件)", {1: "软"}, "(软件)"),
        ("a:美型1", {2: "类"}, "a:类型1"),
    ],
)
def test_signs_that_make_no_word_are_those_they_nearly_were(
    guess: str, others: dict[int, str], said: str
) -> None:
    assert read(guess, others) == said


@pytest.mark.parametrize(
    ("guess", "others", "share", "said"),
    [
        ("按验", {0: "校"}, 0.05, "按验"),  # seen clearly, as a name may be
        ("資料", {0: "资"}, 0.6, "資料"),  # Traditional, as likely as not
        ("風險", {1: "险"}, 0.6, "風險"),
        ("資料", {0: "资较"}, 0.99, "资料"),  # as likely as two others
    ],
)
def test_clear_signs_stay_and_traditional_ones_where_they_are_likely(
    guess: str, others: dict[int, str], share: float, said: str
) -> None:
    assert read(guess, others, share) == said


def test_what_was_hardly_seen_is_not_said() -> None:
    assert read("按验", {0: "校"}, share=1e-5) == "按验"


@pytest.mark.parametrize("text", ["张伟", "租户类型", "口", "(口)", "", "A1:a-"])
def test_names_words_and_other_signs_stay(text: str) -> None:
    assert read(text, dict.fromkeys(range(len(text)), "口按"), ASIDE) == text


def test_a_sign_alone_stays_whatever_is_more_common() -> None:
    assert read("美", {0: "类"}, share=0.9) == "美"


@settings(max_examples=100, deadline=None)
@given(st.text(st.sampled_from(SIGNS[1:]), max_size=10), st.integers(0, 2**32 - 1))
def test_one_sign_is_said_for_each_and_only_chinese_ones_change(text: str, seed: int) -> None:
    lattice = seen(text) + np.random.default_rng(seed).random((2 * len(text), len(SIGNS))) * 0.3
    said = corrected(lattice, text, range(0, 2 * len(text), 2), SIGNS)
    assert len(said) == len(text)
    for was, now in zip(text, said, strict=True):
        assert was == now or (is_han(was) and is_han(now))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.sampled_from("校验按匹配租户产类型"), min_size=1, max_size=3,
                         unique=True), min_size=1, max_size=5), st.integers(0, 999))  # fmt: skip
def test_no_other_chain_of_words_is_likelier(signs: list[list[str]], seed: int) -> None:
    rng = np.random.default_rng(seed)
    slots = [
        [(sign, -3 * float(rng.random()) * (at > 0)) for at, sign in enumerate(slot)]
        for slot in signs
    ]
    chances = [dict(slot) for slot in slots]

    def worth(said: str) -> float:
        ways = (chinese._COMMON * sum(map(chinese._worth, words)) for words in cuts(said))
        return sum(c[s] for c, s in zip(chances, said, strict=True)) + max(ways)

    best = max(worth("".join(way)) for way in product(*signs))
    assert worth(chinese._likeliest(slots)) == pytest.approx(best)


def cuts(text: str) -> Sequence[list[str]]:
    """Return every way to cut `text` into words and single signs."""
    if not text:
        return [[]]
    heads = [text[:n] for n in range(1, min(len(text), chinese._LONGEST) + 1)]
    words = [head for head in heads if len(head) == 1 or chinese._is_word(head)]
    return [[word, *rest] for word in words for rest in cuts(text[len(word) :])]
