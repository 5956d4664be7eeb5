"""Gaps in thinned lines: dashes, lines cut by a frame, a pen that was lifted."""

from __future__ import annotations

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
    at = np.array(ends, dtype=np.float64)
    heading = np.array([_heading(line, x, y) for x, y in ends])
    part = np.array([labels[y, x] for x, y in ends])
    gap = at[None, :, :] - at[:, None, :]
    size = np.hypot(gap[:, :, 0], gap[:, :, 1])
    along = (gap * heading[:, None, :]).sum(axis=2) / np.maximum(size, 1e-6)
    fits = (size <= _REACH) & (size > 0) & (part[:, None] != part[None, :])
    fits &= (along >= _STRAIGHT) & (along.T >= _STRAIGHT)
    pairs = sorted((size[i, j], i, j) for i, j in zip(*np.nonzero(np.triu(fits)), strict=True))
    used: set[int] = set()
    for _, i, j in pairs:
        if int(i) not in used and int(j) not in used:
            used |= {int(i), int(j)}
            cv2.line(line, ends[int(i)], ends[int(j)], 1, 1)


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
