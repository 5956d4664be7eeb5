"""A line at a small shape and its name: the judge can't tell which it ends at, and need not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ingest.extract.local.eyes.judge import OTHER_WAY, Joined
from ingest.extract.local.geometry import gap_between, short_side
from ingest.extract.local.wishes import NAMED_OUTSIDE, SMALL

if TYPE_CHECKING:
    from ingest.extract.local.things import Thing

Array = npt.NDArray[Any]

_NEAR = 1.0  # line heights from a shape to its name


def names_of(things: Sequence[Thing]) -> dict[int, int]:
    """Return for each of the words beside a small shape the place of the nearest such shape."""
    shapes = [
        (place, thing)
        for place, thing in enumerate(things)
        if thing.shape is not None and not thing.text
    ]
    found = {}
    for place, words in enumerate(things):
        if words.shape is not None or not words.text or not words.height:
            continue
        beside = [
            (gap_between(thing.box, words.box), at)
            for at, thing in shapes
            if thing.kind == "icon"
            or (
                thing.kind in NAMED_OUTSIDE | {"diamond"}
                and short_side(thing.box) < SMALL * words.height
            )
        ]
        gap, nearest = min(beside, default=(np.inf, -1))
        if gap < _NEAR * words.height:
            found[place] = nearest
    return found


def told_together(places: Array, scores: Array, names: Mapping[int, int], arrow: float) -> Array:
    """Return `scores` where a line that ends at a shape or at its name is one line.

    Which of both is meant is told later (`names.name_and_label`). Only where neither is likely
    enough, and both together are, the likelier one takes the other's share.

    Args:
        places: k×2, pairs of things.
        scores: k×6, how likely each of `Joined` is.
        names: of words, the shape that they may name.
        arrow: chance of any arrow from which there is one.
    """
    rows = {(int(one), int(two)): row for row, (one, two) in enumerate(places)}
    told = scores.copy()
    for (one, two), row in rows.items():
        for words, other in ((one, two), (two, one)):
            shape = names.get(words, other)
            twin = rows.get((min(shape, other), max(shape, other)))
            if twin is None:
                continue
            alone = 1 - scores[[row, twin], Joined.NOT] - scores[[row, twin], Joined.PLAIN]
            if alone.max() <= arrow < alone.sum():
                best, added = (row, twin) if alone[0] >= alone[1] else (twin, row)
                alike = (words < other) == (shape < other)
                told[best] = scores[best] + (scores[added] if alike else scores[added][OTHER_WAY])
                told[best, Joined.NOT] = max(0.0, 1 - told[best, Joined.NOT + 1 :].sum())
    return told
