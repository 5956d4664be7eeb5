"""Peaks of the kind maps to boxes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from ingest.extract.local.eyes.layout import BOX, FRAME_BOX, FRAMES, KIND, KINDS, STRIDE, UNIT

Array = npt.NDArray[Any]

_SAME = 0.45  # overlap over union from which two boxes are one node
_WITHIN = 0.75  # of the smaller box in the larger: the same
_MOST = 600  # the surest; more is noise

_FRAME_PLACES = [place for place, kind in enumerate(KINDS) if kind in FRAMES]
_SHAPE_PLACES = [place for place, kind in enumerate(KINDS) if kind not in FRAMES | {"text"}]
_NODE_PLACES = [place for place, kind in enumerate(KINDS) if kind not in FRAMES]


@dataclass(frozen=True, slots=True)
class Seen:
    """Nodes the net saw, the surest first: boxes m×4 in its pixels, kinds and scores (m)."""

    boxes: Array
    kinds: Array
    scores: Array


def logistic(x: Array) -> Array:
    """Return 1 / (1 + e^-x)."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(x, -60, 60))))


def calibrated(score: float, line: tuple[float, float]) -> float:
    """Return how often what scores so is right (Platt 1999). `line`: slope and offset of logits."""
    logit = np.log(score / (1 - score)) if 0 < score < 1 else np.copysign(20.0, score - 0.5)
    return float(logistic(np.asarray(line[0] * logit + line[1])))


def find_nodes(maps: Array, least: float) -> Seen:
    """Return the nodes of `maps` (`CHANNELS`×h×w) with scores of at least `least`, frames too."""
    kinds = logistic(maps[KIND])
    found = [
        _peaks(kinds, places, maps[box], least)
        for places, box in ((_NODE_PLACES, BOX), (_FRAME_PLACES, FRAME_BOX))
    ]
    boxes, names, scores = (np.concatenate(parts) for parts in zip(*found, strict=True))
    order = np.argsort(-scores, kind="stable")
    return Seen(boxes[order], names[order], scores[order])


def shape_within(maps: Array, box: Array) -> float:
    """Return how much the net believes that the middle of a shape is in the middle of `box`.

    A shape may be a box, a document or a note, and is there all the same. `box`: in the net's
    pixels; its middle is the half of each side.
    """
    x0, y0, x1, y1 = box / STRIDE
    dx, dy = (x1 - x0) / 4, (y1 - y0) / 4
    rows = slice(max(0, int(y0 + dy)), int(y1 - dy) + 1)
    columns = slice(max(0, int(x0 + dx)), int(x1 - dx) + 1)
    kinds = logistic(maps[KIND][_SHAPE_PLACES, rows, columns])
    return float((1.0 - np.prod(1.0 - kinds, axis=0)).max(initial=0.0))


def _peaks(
    kinds: Array, places: list[int], logs: Array, least: float
) -> tuple[Array, Array, Array]:
    best = kinds[places].max(axis=0)
    rows, columns = np.nonzero(
        (best >= cv2.dilate(best, np.ones((3, 3), np.uint8))) & (best > least)
    )
    order = np.argsort(-best[rows, columns], kind="stable")[:_MOST]
    rows, columns = rows[order], columns[order]
    sides = np.exp(np.clip(logs[:, rows, columns], -5, 5)) * UNIT * STRIDE
    x, y = (columns + 0.5) * STRIDE, (rows + 0.5) * STRIDE
    boxes = np.stack([x - sides[0], y - sides[1], x + sides[2], y + sides[3]], axis=1)
    names = np.asarray(places)[kinds[places][:, rows, columns].argmax(axis=0)]
    kept = _apart(boxes)
    return boxes[kept], names[kept], best[rows, columns][kept]


def _apart(boxes: Array) -> list[int]:
    """Return the places of `boxes` (the best first) that are no repetition of a better one."""
    kept: list[int] = []
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    for place, box in enumerate(boxes):
        others = boxes[kept]
        wide = np.minimum(others[:, 2], box[2]) - np.maximum(others[:, 0], box[0])
        high = np.minimum(others[:, 3], box[3]) - np.maximum(others[:, 1], box[1])
        both = np.clip(wide, 0, None) * np.clip(high, 0, None)
        union = areas[kept] + areas[place] - both
        within = both / np.maximum(np.minimum(areas[kept], areas[place]), 1e-6)
        if not ((both / union > _SAME) | (within > _WITHIN)).any():
            kept.append(place)
    return kept
