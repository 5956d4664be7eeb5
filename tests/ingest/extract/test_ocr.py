"""What the text detector sees of a picture."""

from __future__ import annotations

import numpy as np
import pytest

from ingest.extract.local import ocr


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
