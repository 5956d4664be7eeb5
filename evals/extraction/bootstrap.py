"""95 % confidence intervals: pictures drawn anew with replacement, a thousand times, seeded."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

DRAWS = 1000
SEED = 20
BINS = 10  # of confidences, equally wide


class Estimate(NamedTuple):
    """A figure and its 95 % interval; None where there is nothing to measure."""

    value: float | None
    low: float | None = None
    high: float | None = None


def draws_of(pictures: int, *, draws: int = DRAWS, seed: int = SEED) -> Array:
    """Return how often each picture stands in each draw: draws×pictures."""
    rng = np.random.default_rng(seed)
    return rng.multinomial(pictures, np.full(pictures, 1 / pictures), size=draws).astype(float)


def ratio(above: Array, below: Array, draws: Array) -> Estimate:
    """Estimate the sum of `above` over the sum of `below`, both one number a picture."""
    return _estimate(above.sum(), below.sum(), draws @ above, draws @ below)


def bins_of(confidences: Array, right: Array) -> Array:
    """Return a picture's part in `calibration`: `BINS`×2, sum of (right - confidence), and count.

    Args:
        confidences: 0 to 1, one a thing found.
        right: 1 where it is right, else 0.
    """
    places = np.minimum((confidences * BINS).astype(int), BINS - 1)
    gap = np.bincount(places, weights=right - confidences, minlength=BINS)
    return np.stack([gap, np.bincount(places, minlength=BINS)], axis=1)


def calibration(bins: Array, draws: Array) -> Estimate:
    """Estimate the expected calibration error from the `bins_of` all pictures: pictures×`BINS`×2.

    The gap between confidence and share of right ones in each bin, weighed by the bin's count.
    """
    gaps, counts = bins[:, :, 0], bins[:, :, 1].sum(axis=1)
    drawn = np.abs(draws @ gaps).sum(axis=1)
    return _estimate(float(np.abs(gaps.sum(axis=0)).sum()), counts.sum(), drawn, draws @ counts)


def _estimate(above: float, below: float, drawn_above: Array, drawn_below: Array) -> Estimate:
    if below <= 0:
        return Estimate(None)
    told = drawn_below > 0
    low, high = np.percentile(drawn_above[told] / drawn_below[told], (2.5, 97.5))
    return Estimate(float(above / below), float(low), float(high))
