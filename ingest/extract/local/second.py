"""Chinese lines are looked at by two recognisers.

Training on handwriting taught ours English hands and cost it some of the Chinese ones that the
bundled network knew; the mean of what both see reads better than either.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property

import numpy as np

from ingest.extract.local.seen import Array
from kb.text import is_han

Look = Callable[[Array], Array]
"""From pictures of lines (b, 3, h, w) to how likely each sign is at each step (b, steps, signs)."""


class WithSecond:
    """A recogniser's look with another beside it, for lines in which it sees a Chinese sign.

    Args:
        first: what looks at all lines.
        second: opens what looks at those, when the first comes up; its signs are the same.
        signs: what each column of the probabilities stands for.
        weight: of the second, from 0 to 1.
    """

    def __init__(
        self, first: Look, second: Callable[[], Look], signs: Sequence[str], weight: float
    ) -> None:
        self._first, self._open, self._weight = first, second, weight
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
            seen[chinese] *= 1.0 - self._weight
            seen[chinese] += self._weight * self._second(lines[chinese])
        return seen
