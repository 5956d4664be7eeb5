"""What the text detector sees of a picture."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from ingest.extract.local import ocr
from ingest.extract.local.seen import Array, Deadline


@pytest.mark.parametrize(
    ("size", "seen"),
    [
        ((1600, 1200), (1280, 960)),  # as large as it gets
        ((640, 480), (640, 480)),  # never enlarged
        ((1600, 1600), (1120, 1120)),  # a square one is bounded by its area
        ((6000, 40), (1280, 32)),  # a strip by its side
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


def _quad(width: float, height: float) -> Array:
    return np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
