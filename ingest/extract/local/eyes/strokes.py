"""Short straight arrows, seen before anything is joined: readers take them for signs."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ingest.extract.local.eyes.layout import LINE, WAY
from ingest.extract.local.eyes.nodes import logistic
from ingest.extract.local.eyes.votes import Ends

Array = npt.NDArray[Any]

_LEAST = 0.13  # score of both ends; what is read on both sides of the arrow confirms it
_SHORTEST, _LONGEST = 3.0, 40.0  # cells
_SURE = 0.35  # mean of the line map between them
_COURSE = 0.45  # mean cosine between the way of the line and from tail to head
_SAMPLES = 24


def short_arrows(maps: Array, ends: Ends) -> list[tuple[Array, Array]]:
    """Return (tail, head) of short straight arrows in pixels the net saw, one for each head."""
    line = logistic(maps[LINE])
    sure = ends.scores >= _LEAST
    tails = np.nonzero(sure & ~ends.headed)[0]
    found = []
    for head in np.nonzero(sure & ends.headed)[0]:
        far = np.hypot(*(ends.cells[head] - ends.cells[tails]).T)
        order = np.argsort(far, kind="stable")
        for place in order[(far[order] >= _SHORTEST) & (far[order] <= _LONGEST)]:
            if _is_line(maps, line, ends.cells[tails[place]], ends.cells[head]):
                found.append((ends.points[tails[place]], ends.points[head]))
                break
    return found


def _is_line(maps: Array, line: Array, tail: Array, head: Array) -> bool:
    steps = np.linspace(0, 1, _SAMPLES)[:, None]
    columns, rows = np.rint(tail + steps * (head - tail)).astype(int).T
    course = (head - tail) / np.hypot(*(head - tail))
    along = maps[WAY, rows, columns].T @ course
    return bool(line[rows, columns].mean() > _SURE and along.mean() > _COURSE)
