"""Chinese lines are looked at by two recognisers.

Training on handwriting teaches the first English hands and costs it some of the Chinese ones that
it knew before; the second kept more of these. The mean of what both see reads better than either.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from ingest.extract.local.seen import Array
from ingest.extract.local.sessions import open_session
from kb.text import is_han

Look = Callable[[Array], Array]
"""From pictures of lines (b, 3, h, w) to how likely each sign is at each step (b, steps, signs)."""


class WithSecond:
    """A recogniser's look with another beside it, for lines in which it sees a Chinese sign.

    Args:
        first: what looks at all lines.
        second: opens what looks at those, when the first comes up; its signs are the same.
        signs: what each column of the probabilities stands for.
    """

    def __init__(self, first: Look, second: Callable[[], Look], signs: Sequence[str]) -> None:
        self._first, self._open = first, second
        self._han = np.array([is_han(sign) for sign in signs])

    @cached_property
    def _second(self) -> Look:
        return self._open()

    def __call__(self, lines: Array) -> Array:
        """Return what is seen on ``lines (b, 3, h, w)``."""
        seen = self._first(lines)
        chinese = self._han[seen.argmax(axis=-1)].any(axis=-1)
        if chinese.any():
            seen = np.array(seen)
            seen[chinese] = (seen[chinese] + self._second(lines[chinese])) / 2
        return seen


def look_through(model: Path, threads: int) -> Look:
    """Open a recogniser's `model` and return its look."""
    return look_of(open_session(model, threads))


def look_of(session: Any) -> Look:
    """Return the look of an open recogniser."""

    def look(lines: Array) -> Array:
        seen: Array = session.run(None, {session.get_inputs()[0].name: lines})[0]
        return seen

    return look
