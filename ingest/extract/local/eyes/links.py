"""From judged pairs to links: which nodes a line joins, whether it points, and how it runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ingest.extract.local.eyes.judge import Joined
from ingest.extract.local.eyes.layout import DASHED, STRIDE
from ingest.extract.local.eyes.pairs import Pairs

Array = npt.NDArray[Any]

_FEW = 24  # points of a path that are kept
_ARROWS = (Joined.THERE, Joined.BACK, Joined.TWO, Joined.BOTH)


@dataclass(frozen=True, slots=True)
class SeenLink:
    """A line between two nodes by their places. `heads`: 0, 1 (at the target) or 2.

    `path`: k×2, pixels the net saw, from source to target. `score`: how likely an arrow leads from
    source to target, with two heads both ways, without a head that any line joins them.
    """

    source: int
    target: int
    heads: int
    score: float
    path: Array
    dashed: bool


def find_links(
    maps: Array, pairs: Pairs, scores: Array, *, arrow: float, line: float
) -> list[SeenLink]:
    """Return the links among judged `pairs`.

    Args:
        maps: `CHANNELS`×h×w.
        pairs: k candidates.
        scores: k×6, how likely each of `Joined` is.
        arrow: chance of any arrow from which there is one, the likeliest, be a plain line likelier.
        line: chance of any line from which a pair without an arrow is joined by a plain one.
    """
    links = []
    for (one, two), score in zip(pairs.places.tolist(), scores, strict=True):
        for source, target, heads, sure in _kinds(one, two, score, arrow, line):
            path = _thinned(pairs.courses.between(source, target).path)
            links.append(SeenLink(source, target, heads, sure, path, _is_dashed(maps, path)))
    return links


def _kinds(
    one: int, two: int, score: Array, arrow: float, line: float
) -> list[tuple[int, int, int, float]]:
    """Return (source, target, heads, score) of what joins two nodes: nothing, one line or two.

    That an arrow leads there is as likely as one there, two arrows and one with two heads together.
    """
    pointing = float(score[list(_ARROWS)].sum())
    there, back = (
        float(score[[way, Joined.TWO, Joined.BOTH]].sum()) for way in (Joined.THERE, Joined.BACK)
    )
    if pointing > arrow:
        kind = max(_ARROWS, key=lambda kind: score[kind])
        if kind == Joined.TWO:
            return [(one, two, 1, there), (two, one, 1, back)]
        if kind == Joined.BOTH:
            return [(one, two, 2, float(score[[Joined.TWO, Joined.BOTH]].sum()))]
        return [(one, two, 1, there) if kind == Joined.THERE else (two, one, 1, back)]
    joined = pointing + float(score[Joined.PLAIN])
    return [(one, two, 0, joined)] if joined > line else []


def _thinned(path: Array) -> Array:
    kept = np.unique(np.linspace(0, len(path) - 1, min(_FEW, len(path))).round().astype(int))
    return np.asarray(path[kept])


def _is_dashed(maps: Array, path: Array) -> bool:
    height, width = maps.shape[1:]
    columns, rows = np.clip((path / STRIDE).astype(int), 0, (width - 1, height - 1)).T
    return bool(np.median(maps[DASHED, rows, columns]) > 0)
