"""Misread words become the words they were; what was seen clearly stays."""

from __future__ import annotations

import re
import string
from itertools import pairwise, product

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.extract.local.lexicon import Lexicon, english
from ingest.extract.local.rescoring import ARROW_SIGNS, Rescorer

SIGNS = ["", *string.ascii_letters, *string.digits, *"_-\"'(),.>→用户登录", " "]
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
    return np.array(steps).reshape(-1, len(SIGNS))


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
    sure = np.eye(len(SIGNS), dtype=np.float32)[seen(text).argmax(axis=1)]
    assert Rescorer(SIGNS, english()).read(sure) == " ".join(text.split())


def apart(*words: str, blanks: int) -> npt.NDArray[np.float32]:
    """Return steps that say `words` with so many empty steps between them, and no space."""
    empty = np.zeros((blanks, len(SIGNS)), np.float32)
    empty[:, 0] = 1
    parts = [part for word in words for part in (seen(word), empty)]
    return np.concatenate(parts[:-1])


@pytest.mark.parametrize(
    ("words", "blanks", "said"),
    [
        (("pay", "ship"), 12, ["pay", "ship"]),
        (("pay", "ship"), 3, ["payship"]),
        (("check ", " claim"), 9, ["check", "claim"]),
        (("pay", "->", "ship"), 4, ["pay", "ship"]),  # an arrow is no letter
        (("pay", " → ", "ship"), 4, ["pay", "ship"]),
        (("1", "-", "9"), 4, ["1-9"]),  # a dash is writing
        (("pay", "x", "ship"), 4, ["payxship"]),
        (("用户", "登录"), 12, ["用户", "登录"]),
        (("用户", ">", "登录"), 5, ["用户", "登录"]),
        (("用户", "登录"), 2, ["用户登录"]),
        (("a", "1", "用"), 12, ["a", "1", "用"]),
        (("", "pay"), 12, ["pay"]),
        (("", ""), 12, []),
        (("->", ">"), 12, ["->>"]),
    ],
)
def test_a_line_is_parted_where_no_letter_is_for_long(
    reader: Rescorer, words: tuple[str, ...], blanks: int, said: list[str]
) -> None:
    assert [piece.text for piece in reader.pieces(apart(*words, blanks=blanks), 10)] == said


def test_each_piece_is_read_with_the_lexicon(reader: Rescorer) -> None:
    steps = np.concatenate([apart("check", "", blanks=12), seen("clain", {4: "m"})])
    assert [piece.text for piece in reader.pieces(steps, 10)] == ["check", "claim"]


HEAD, RUN = set("<>→←"), re.compile(f"[{re.escape(ARROW_SIGNS)}]+")
LATTICES = st.lists(st.sampled_from([*[""] * 8, *"  ab--用户>→1"]), max_size=60).map(
    lambda said: np.eye(len(SIGNS))[[SIGNS.index(sign) for sign in said]].reshape(-1, len(SIGNS))
)


@settings(max_examples=200, deadline=None)
@given(LATTICES, st.integers(1, 30))
def test_pieces_say_together_what_the_line_says(lattice: npt.NDArray[np.float64], gap: int) -> None:
    plain = Rescorer(SIGNS, Lexicon({}))
    whole, pieces = plain.read(lattice), plain.pieces(lattice, gap)
    joined = " ".join(piece.text for piece in pieces)
    bare = str.maketrans("", "", ARROW_SIGNS)  # an arrow between two pieces is in neither
    assert joined.translate(bare) == whole.translate(bare)
    if len(pieces) == 1:
        assert joined == whole
    assert all(piece.text for piece in pieces)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 60))
def test_without_wide_gaps_a_line_is_one_piece(seed: int, steps: int) -> None:
    """The lexicon is asked the same, whatever was seen."""
    lattice = np.random.default_rng(seed).dirichlet(np.full(len(SIGNS), 0.05), steps)
    reader = Rescorer(SIGNS, english())
    assert [piece.text for piece in reader.pieces(lattice, np.inf)] == [
        text for text in [reader.read(lattice)] if text
    ]


def without_shafts(groups: list[list[int]], signs: dict[int, str]) -> list[list[int]]:
    """Join numbers around a dash; elsewhere take dashes before a gap away, unless they are all."""
    joined: list[list[int]] = []
    for group in groups:
        before = "".join(signs[step] for step in joined[-1]) if joined else ""
        behind = "".join(signs[step] for step in group)
        if re.fullmatch(r"\d+-+", before) and re.fullmatch(r"\d+", behind):
            joined[-1] = joined[-1] + group
        else:
            joined.append(group)
    for group in joined[:-1]:
        while signs[group[-1]] == "-" and any(signs[step] != "-" for step in group):
            group.pop()
    return joined


@settings(max_examples=200, deadline=None)
@given(LATTICES, st.integers(1, 30))
def test_pieces_reach_from_letter_to_letter(lattice: npt.NDArray[np.float64], gap: int) -> None:
    best = ["", *(SIGNS[number] for number in lattice.argmax(axis=1))]
    signs = [(s, at) for at, (before, s) in enumerate(pairwise(best)) if s not in ("", before)]
    said = "".join(sign for sign, _ in signs)
    arrows = {at for run in RUN.finditer(said) if HEAD & set(run[0]) for at in range(*run.span())}
    letters = [step for at, (sign, step) in enumerate(signs) if at not in arrows and sign != " "]
    groups: list[list[int]] = []
    for step in letters:
        if not groups or step - groups[-1][-1] >= gap:
            groups.append([])
        groups[-1].append(step)
    pieces = Rescorer(SIGNS, english()).pieces(lattice, gap)
    if not arrows:
        groups = without_shafts(groups, dict(zip(letters, said.replace(" ", ""), strict=True)))
    if letters and ("-" not in said or not arrows):
        assert [(p.first, p.last) for p in pieces] == [(g[0], g[-1]) for g in groups]
    elif not letters:
        assert len(pieces) <= 1
    steps = [step for piece in pieces for step in (piece.first, piece.last)]
    assert steps == sorted(steps)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("one -          two", ["one", "two"]),
        ("one-          two", ["one", "two"]),
        ("2020 -          2024", ["2020 - 2024"]),
        ("2020 -          two", ["2020", "two"]),
        ("Room 1 -          2 Test", ["Room 1", "2 Test"]),
        ("- one          - two", ["- one", "- two"]),
    ],
)
def test_a_dash_before_a_gap_is_an_arrows_unless_numbers_are_around_it(
    text: str, pieces: list[str]
) -> None:
    assert [p.text for p in Rescorer(SIGNS, english()).pieces(seen(text), 7)] == pieces


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


@pytest.mark.parametrize("pitch", [4, 5, 6, 7, 9])
@pytest.mark.parametrize("text", ["下一步骤", "统一标准", "第一步"])
def test_a_written_stroke_stays(text: str, pitch: int) -> None:
    """一 as far from its neighbours as they are from one another is a sign."""
    assert _parted([(sign, pitch) for sign in text], 10.2) == [text]


def test_a_stroke_in_a_gap_is_the_shaft_of_an_arrow() -> None:
    assert _parted([("登", 3), ("录", 4), ("一", 6), ("支", 8), ("付", 4)], 10.2) == [
        "登录",
        "支付",
    ]


def _parted(signs: list[tuple[str, int]], gap: float) -> list[str]:
    """Read `signs`, each so many steps behind the one before."""
    names = ["", *dict.fromkeys(sign for sign, _ in signs)]
    said = np.zeros(sum(step for _, step in signs) + 3, int)
    at = 0
    for sign, step in signs:
        at += step
        said[at] = names.index(sign)
    return [
        piece.text for piece in Rescorer(names, Lexicon({})).pieces(np.eye(len(names))[said], gap)
    ]
