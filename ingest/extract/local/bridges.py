"""Gaps in thinned lines: dashes, lines cut by a frame, a pen that was lifted."""

from __future__ import annotations

import math

import cv2
import numpy as np

from ingest.extract.local.seen import Array

_REACH = 30.0  # pixels from end to end, at most
_BACK = 9  # pixels along the line from which its direction is taken
_STRAIGHT = 0.86  # cosine between the line and the gap, at both ends
_MAX_ENDS = 1500  # loose ends: more is texture


def bridge(line: Array, labels: Array) -> None:
    """Draw the missing stretches into `line` (uint8, 0 or 1), in place.

    Args:
        line: thinned ink.
        labels: the component of each pixel; ends of one component are never joined.
    """
    ends = _ends(line)
    if not 2 <= len(ends) <= _MAX_ENDS:
        return
    at = np.array(ends)
    part = labels[at[:, 1], at[:, 0]]
    gap = np.abs(at[None, :, :] - at[:, None, :]).max(axis=2)
    near = np.triu((gap <= _REACH) & (part[:, None] != part[None, :]))
    heading: dict[int, Array] = {}
    pairs = []
    for one, two in zip(*(found.tolist() for found in np.nonzero(near)), strict=True):
        step = at[two] - at[one]
        size = math.hypot(*step)
        for end in (one, two):
            if end not in heading:
                heading[end] = _heading(line, *ends[end])
        if size <= _REACH and min(heading[one] @ step, -heading[two] @ step) >= _STRAIGHT * size:
            pairs.append((size, one, two))
    used: set[int] = set()
    for _, one, two in sorted(pairs):
        if one not in used and two not in used:
            used |= {one, two}
            cv2.line(line, ends[one], ends[two], 1, 1)


def _ends(line: Array) -> list[tuple[int, int]]:
    kernel = np.ones((3, 3), np.float32)
    count = cv2.filter2D(line, cv2.CV_8U, kernel, borderType=cv2.BORDER_CONSTANT)
    rows, columns = np.nonzero((line > 0) & (count == 2))
    return [(int(x), int(y)) for x, y in zip(columns, rows, strict=True)]


def _heading(line: Array, x: int, y: int) -> Array:
    """Return the unit vector in which the line would run on beyond its end at (x, y)."""
    seen = [(x, y)]
    for _ in range(_BACK):
        column, row = seen[-1]
        top, left = max(row - 1, 0), max(column - 1, 0)
        window = line[top : row + 2, left : column + 2]
        near = [(int(c) + left, int(r) + top) for r, c in zip(*np.nonzero(window), strict=True)]
        onward = [pixel for pixel in near if pixel not in seen]
        if not onward:
            break
        seen.append(onward[0])
    step = np.array([x - seen[-1][0], y - seen[-1][1]], dtype=np.float64)
    size = float(np.hypot(*step))
    return step / size if size else step
