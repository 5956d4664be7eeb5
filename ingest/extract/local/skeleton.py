"""Thinning of ink to lines of one pixel, and ways along them."""

from __future__ import annotations

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
        before = cv2.countNonZero(line)
        for table in (first, second):
            code = cv2.filter2D(line, cv2.CV_8U, _weights(), borderType=cv2.BORDER_CONSTANT)
            line = np.bitwise_and(line, np.asarray(cv2.LUT(code, table), np.uint8))
        if cv2.countNonZero(line) == before:
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


class Walk:
    """The shortest ways along a component from one of its pixels to all others."""

    def __init__(self, pixels: list[Pixel], back: list[int], steps: list[int], last: int) -> None:
        self._pixels = pixels
        self._back = back
        self._steps = steps
        self._last = last

    @property
    def farthest(self) -> Pixel:
        """The pixel with the longest way."""
        return self._pixels[self._last]

    @property
    def length(self) -> int:
        """Steps to the farthest pixel."""
        return self._steps[self._last]

    def steps_to(self, pixel: Pixel) -> int:
        """Return the steps to `pixel`."""
        return self._steps[self._pixels.index(pixel)]

    def way_to(self, pixel: Pixel) -> list[Pixel]:
        """Return the pixels from the start of the walk to `pixel`."""
        at = self._pixels.index(pixel)
        way = [at]
        while self._steps[at]:
            at = self._back[at]
            way.append(at)
        return [self._pixels[place] for place in reversed(way)]


class Ways:
    """The pixels of one thinned component and the shortest ways along them."""

    def __init__(self, rows: Array, columns: Array) -> None:
        self.pixels: list[Pixel] = list(zip(columns.tolist(), rows.tolist(), strict=True))
        self._near = _neighbours(rows, columns)

    def from_(self, start: Pixel) -> Walk:
        """Walk everywhere from `start`."""
        first = self.pixels.index(start)
        back, steps = [-1] * len(self.pixels), [-1] * len(self.pixels)
        steps[first] = 0
        order = [first]
        for place in order:  # grows while it is gone through
            further = steps[place] + 1
            for other in self._near[place]:
                if steps[other] < 0:
                    steps[other] = further
                    back[other] = place
                    order.append(other)
        return Walk(self.pixels, back, steps, order[-1])

    def ends(self) -> list[Pixel]:
        """Return the loose ends: pixels with one neighbour, or two that touch each other."""
        found = []
        for pixel, places in zip(self.pixels, self._near, strict=True):
            near = [self.pixels[place] for place in places[:3]]
            beside = (
                len(near) == 2
                and max(abs(near[0][0] - near[1][0]), abs(near[0][1] - near[1][1])) == 1
            )
            if len(near) == 1 or beside:
                found.append(pixel)
        return found


_AROUND = ((0, -1), (1, 0), (0, 1), (-1, 0), (1, -1), (1, 1), (-1, 1), (-1, -1))  # (x, y)


def _neighbours(rows: Array, columns: Array) -> list[list[int]]:
    """Return, for each pixel, the places of its neighbours in the list; straight ones first."""
    top, left = int(rows.min()) - 1, int(columns.min()) - 1
    places = np.full((int(rows.max()) - top + 2, int(columns.max()) - left + 2), -1, np.int32)
    places[rows - top, columns - left] = np.arange(len(rows), dtype=np.int32)
    near = np.stack([places[rows - top + y, columns - left + x] for x, y in _AROUND], axis=1)
    return [[place for place in row if place >= 0] for row in near.tolist()]
