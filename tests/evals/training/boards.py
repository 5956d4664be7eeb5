"""Boards made by hand, for the detector."""

from __future__ import annotations

import numpy as np

from evals.training.detector.boards import Board, TrueLine, TrueShape


def plain_board() -> Board:
    """A white board with a black box and an arrow to another one."""
    pixels = np.zeros((400, 600, 2), np.uint8)
    for x0, x1 in ((50, 200), (400, 550)):
        pixels[150:250, x0:x1, 0] = 255
        pixels[154:246, x0 + 4 : x1 - 4, 0] = 0
    pixels[198:202, 200:400, 0] = 255
    boxes = [TrueShape(0, (50.0, 150.0, 200.0, 250.0)), TrueShape(0, (400.0, 150.0, 550.0, 250.0))]
    line = TrueLine(np.array([[200.0, 200.0], [400.0, 200.0]]), source=0, target=1)
    return Board("plain", pixels, tuple(boxes), (line,))
