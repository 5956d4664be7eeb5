"""Dark ink in a dim room is not chalk on slate."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from ingest.extract.local.polarity import is_dark_board


def written(board: int, ink: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    picture = Image.new("L", (900, 600), board)
    pen = ImageDraw.Draw(picture)
    for i in range(5):
        pen.rectangle((60 + 160 * i, 100, 180 + 160 * i, 200), outline=ink, width=3)
        pen.line((60, 300 + 40 * i, 800, 320 + 40 * i), fill=ink, width=4)
    return np.dstack([np.asarray(picture)] * 3)


@pytest.mark.parametrize(
    ("board", "ink", "dark"),
    [(250, 20, False), (70, 20, False), (30, 240, True), (70, 200, True), (120, 240, True)],
)
def test_the_side_that_ink_stands_out_to_tells(board: int, ink: int, dark: bool) -> None:
    assert is_dark_board(written(board, ink)) == dark


def test_an_empty_board_is_light() -> None:
    assert not is_dark_board(np.zeros((40, 40, 3), np.uint8))
