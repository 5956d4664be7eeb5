"""What the text detector sees of a picture, and where what was read stands."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from ingest import draw
from ingest.extract.local import ocr
from ingest.extract.local.rescoring import Piece
from ingest.extract.local.second import Look, WithSecond
from ingest.extract.local.seen import Array, Deadline
from ingest.extract.local.sessions import open_session


@pytest.mark.parametrize(
    ("size", "seen"),
    [
        ((1600, 1200), (1280, 960)),  # as large as it gets
        ((640, 480), (640, 480)),  # never enlarged
        ((1600, 1600), (1120, 1120)),  # a square one is bounded by its area
        ((6000, 40), (2560, 32)),  # a strip by its side, twice that of others
        ((4000, 1000), (1824, 448)),  # a panorama, fewer pixels than a square one
        ((33, 32), (32, 32)),
    ],
)
def test_the_detector_sees_a_bounded_picture(size: tuple[int, int], seen: tuple[int, int]) -> None:
    width, height = size
    prepared = ocr._prepared(np.zeros((height, width, 3), np.uint8))
    assert prepared.shape == (1, 3, seen[1], seen[0])


def test_brightness_is_from_minus_one_to_one() -> None:
    picture = np.zeros((32, 64, 3), np.uint8)
    picture[:, 32:] = (0, 128, 255)
    prepared = ocr._prepared(picture)
    assert prepared.dtype == np.float32
    assert np.allclose(prepared[0, :, 0, 0], -1)
    assert np.allclose(prepared[0, :, 0, -1], (-1, 0.5 / 127.5, 1), atol=1e-6)


@pytest.mark.parametrize("turns", [0, 1, 3])
def test_words_that_stand_on_end_are_read_either_way(turns: int) -> None:
    picture = Image.new("RGB", (420, 120), "white")
    ImageDraw.Draw(picture).text((40, 20), "Customer", fill="black", font_size=64)
    bgr = np.ascontiguousarray(np.rot90(np.asarray(picture), turns))
    lines, complete = ocr.PaddleReader().read(bgr, Deadline(None))
    assert ([line.text for line in lines], complete) == (["Customer"], True)


def test_a_single_sign_does_not_stand_on_end() -> None:
    assert len(ocr._crops(np.zeros((100, 100, 3), np.uint8), _quad(20, 40))) == 3
    assert len(ocr._crops(np.zeros((100, 100, 3), np.uint8), _quad(20, 80))) == 2
    assert len(ocr._crops(np.zeros((100, 100, 3), np.uint8), _quad(80, 20))) == 1


@pytest.mark.parametrize("words", [("one", "two"), ("登录", "支付")])
def test_words_on_either_side_of_an_arrow_are_two_lines(words: tuple[str, str]) -> None:
    picture = Image.new("RGB", (520, 140), "white")
    pen = ImageDraw.Draw(picture)
    font = ImageFont.truetype(Path(draw.__file__).parent / "fonts" / "lxgw-wenkai.ttf", 48)
    end = 40 + pen.textlength(words[0], font)
    pen.text((40, 40), words[0], "black", font)
    pen.line((end + 20, 66, end + 100, 66), "black", 3)
    pen.line((end + 85, 56, end + 100, 66, end + 85, 76), "black", 3)
    pen.text((end + 120, 40), words[1], "black", font)
    lines, _ = ocr.PaddleReader().read(np.asarray(picture), Deadline(None))
    left, right = sorted(lines, key=lambda line: line.box[0])
    assert (left.text, right.text) == words
    assert left.box[2] < end + 40
    assert right.box[0] > end + 85


@pytest.mark.parametrize("text", ["9:00 — 17:00", "Total  =  100", "2020 —— 2024", "价格 = 数量"])
def test_dashes_and_equals_signs_are_writing(text: str) -> None:
    picture = Image.new("RGB", (620, 140), "white")
    font = ImageFont.truetype(Path(draw.__file__).parent / "fonts" / "lxgw-wenkai.ttf", 48)
    ImageDraw.Draw(picture).text((40, 40), text, "black", font)
    (line,), _ = ocr.PaddleReader().read(np.asarray(picture), Deadline(None))
    first, last = text.split()[0], text.split()[-1]
    assert line.text.startswith(first)
    assert line.text.endswith(last)
    assert len(line.text.replace(" ", "")) > len(first + last)


def placed(quad: Array, *said: Piece) -> list[tuple[str, int, int]]:
    """Return words of one line, and from where to where they stand in the picture."""
    (crop, *_) = ocr._crops(np.zeros((200, 900, 3), np.uint8), quad)
    lines = ocr._lines(quad, crop, list(said), 0.9)
    return [(line.text, round(line.box[0]), round(line.box[2])) for line in lines]


@pytest.mark.parametrize(
    ("said", "lines"),
    [
        ((Piece("word", 2, 47),), [("word", 0, 400)]),
        ((Piece("word", 10, 47),), [("word", 65, 400)]),  # ends where its letters end
        ((Piece("word", 2, 20),), [("word", 0, 183)]),
        ((Piece("订单", 10, 20),), [("订单", 65, 183)]),
        ((Piece("-> word ->", 20, 30),), [("word", 145, 263)]),
        ((Piece("- word", 6, 47),), [("- word", 0, 400)]),  # of a list
        ((Piece("one", 1, 8), Piece("two", 30, 48)), [("one", 0, 87), ("two", 225, 400)]),
        ((Piece("登录→", 1, 8), Piece("支付", 30, 48)), [("登录", 0, 87), ("支付", 225, 400)]),
        ((Piece("> 5 days", 1, 47),), [("> 5 days", 0, 400)]),
        ((Piece("— done", 20, 47),), [("— done", 145, 400)]),  # no head: writing
        ((Piece("->", 20, 20),), []),
        ((Piece(" ", 3, 3),), []),
        ((), []),
    ],
)
def test_a_line_is_where_its_letters_are(
    said: tuple[Piece, ...], lines: list[tuple[str, int, int]]
) -> None:
    assert placed(_quad(400, 48), *said) == lines


def test_words_that_stand_on_end_stay_together() -> None:
    pieces = (Piece("one", 1, 8), Piece("two", 30, 48))
    assert placed(_quad(48, 400), *pieces) == [("one two", 0, 48)]


@settings(max_examples=200, deadline=None)
@given(
    st.tuples(st.floats(4, 600), st.floats(4, 100), st.floats(-0.7, 0.7)),
    st.lists(st.integers(0, 400), min_size=2, max_size=8, unique=True).map(sorted),
)
def test_pieces_stay_within_their_line(size: tuple[float, float, float], steps: list[int]) -> None:
    """Also a slanted one, and where signs are seen in what pads a short crop."""
    width, height, turn = size
    across, down = np.array([np.cos(turn), np.sin(turn)]), np.array([-np.sin(turn), np.cos(turn)])
    far = np.array([[0, 0], [width, 0], [width, height], [0, height]])
    quad = (np.array([450, 100]) + far @ np.stack([across, down])).astype(np.float32)
    pieces = [Piece("ab", *pair) for pair in zip(steps[::2], steps[1::2], strict=False)]
    (crop, *_) = ocr._crops(np.zeros((200, 900, 3), np.uint8), quad)
    lines = ocr._lines(quad, crop, pieces, 0.9)
    assert " ".join(line.text for line in lines) == " ".join(piece.text for piece in pieces)
    low, high = quad.min(axis=0) - 0.01, quad.max(axis=0) + 0.01
    for line in lines:
        assert (low <= line.quad).all()
        assert (line.quad <= high).all()
        assert line.box[0] < line.box[2]
        assert line.box[1] < line.box[3]
        assert line.height == pytest.approx(height, abs=0.01)


def _quad(width: float, height: float) -> Array:
    return np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)


def test_nothing_is_loaded_to_read_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "_load", lambda _threads: pytest.fail("loaded"))
    crop = np.full((20, 20, 3), 255, np.uint8)
    assert ocr.PaddleReader().read_crops([], Deadline(None)) == ([], True)
    assert ocr.PaddleReader().read_crops([crop], Deadline(0)) == ([("", 0.0)], False)


def test_lines_with_chinese_signs_are_looked_at_twice() -> None:
    signs = ["", "a", "登"]
    first = np.array([[[0.1, 0.9, 0.0]], [[0.2, 0.2, 0.6]]], np.float32)
    opened: list[int] = []

    def other() -> Look:
        opened.append(1)
        return lambda lines: np.full((len(lines), 1, 3), (0.0, 0.8, 0.2), np.float32)

    look = WithSecond(lambda lines: first[: len(lines)], other, signs)
    english = look(np.zeros((1, 3, 48, 160), np.float32))
    assert not opened  # what isn't needed takes no memory
    assert np.array_equal(english, first[:1])
    both = look(np.zeros((2, 3, 48, 160), np.float32))
    assert np.array_equal(both[0], first[0])
    assert np.allclose(both[1], [[0.1, 0.5, 0.4]])
    look(np.zeros((2, 3, 48, 160), np.float32))
    assert len(opened) == 1


def test_both_recognisers_have_the_same_signs() -> None:
    ours, others = (
        open_session(file, 1).get_modelmeta().custom_metadata_map["character"]
        for file in (ocr._RECOGNISER, ocr._CHINESE)
    )
    assert ours == others
