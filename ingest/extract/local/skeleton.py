"""Thinning of ink to lines of one pixel, and ways along them."""

from __future__ import annotations

from collections import deque
from functools import cache

import cv2
import numpy as np

from ingest.extract.local.seen import Array

Pixel = tuple[int, int]  # (x, y)

_ROUNDS = 16  # a stroke of 2 × this many pixels is thinned to one


def thinned(mask: Array) -> Array:
    """Thin `mask` (uint8, 0 or 255) to lines of one pixel (T. Y. Zhang, C. Y. Suen, 1984).

    The eight neighbours of a pixel are gathered into one byte by a convolution, and a table of 256
    entries tells whether the pixel goes: two passes a round, whatever the picture holds.
    """
    line = np.asarray(mask > 0, np.uint8)
    first, second = _tables()
    for _ in range(_ROUNDS):
        before = int(np.count_nonzero(line))
        for table in (first, second):
            code = cv2.filter2D(line, cv2.CV_8U, _weights(), borderType=cv2.BORDER_CONSTANT)
            line = np.bitwise_and(line, np.asarray(cv2.LUT(code, table), np.uint8))
        if int(np.count_nonzero(line)) == before:
            break
    return line


@cache
def _weights() -> Array:
    # Bits 0-7: north, north-east, east … north-west.
    return np.array([[128, 1, 2], [64, 0, 4], [32, 16, 8]], dtype=np.float32)


@cache
def _tables() -> tuple[Array, Array]:
    stays = (np.ones(256, np.uint8), np.ones(256, np.uint8))
    for code in range(256):
        around = [code >> bit & 1 for bit in range(8)]
        turns = sum(around[i] == 0 and around[(i + 1) % 8] == 1 for i in range(8))
        if not (2 <= sum(around) <= 6 and turns == 1):
            continue
        north, east, south, west = around[0], around[2], around[4], around[6]
        if north * east * south == 0 and east * south * west == 0:
            stays[0][code] = 0
        if north * east * west == 0 and north * south * west == 0:
            stays[1][code] = 0
    return stays


class Ways:
    """The pixels of one thinned component and the shortest ways along them."""

    def __init__(self, pixels: list[Pixel]) -> None:
        self._pixels = set(pixels)

    def around(self, pixel: Pixel) -> list[Pixel]:
        """Return the neighbours of `pixel` that are on the line."""
        x, y = pixel
        near = (
            (x, y - 1),
            (x + 1, y),
            (x, y + 1),
            (x - 1, y),
            (x + 1, y - 1),
            (x + 1, y + 1),
            (x - 1, y + 1),
            (x - 1, y - 1),
        )
        return [other for other in near if other in self._pixels]

    def from_(self, start: Pixel) -> tuple[Pixel, dict[Pixel, Pixel], dict[Pixel, int]]:
        """Walk everywhere from `start`: the farthest pixel, each one's way back, and steps."""
        back: dict[Pixel, Pixel] = {}
        steps = {start: 0}
        queue = deque([start])
        last = start
        while queue:
            last = queue.popleft()
            for other in self.around(last):
                if other not in steps:
                    steps[other] = steps[last] + 1
                    back[other] = last
                    queue.append(other)
        return last, back, steps

    def ends(self) -> list[Pixel]:
        """Return the loose ends: pixels with one neighbour, or two that touch each other."""
        found = []
        for pixel in self._pixels:
            near = self.around(pixel)
            beside = (
                len(near) == 2
                and max(abs(near[0][0] - near[1][0]), abs(near[0][1] - near[1][1])) == 1
            )
            if len(near) == 1 or beside:
                found.append(pixel)
        return found


def way_between(start: Pixel, end: Pixel, back: dict[Pixel, Pixel]) -> list[Pixel]:
    """Follow `back` (as of a walk from `start`) from `end` home; returned from start to end."""
    way = [end]
    while way[-1] != start:
        way.append(back[way[-1]])
    return way[::-1]
