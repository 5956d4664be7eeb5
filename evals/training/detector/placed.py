"""Boards where they are learnt from: pixels and truth as tensors and arrays, ready to be cut."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from evals.training.detector.boards import DOUBT, Board, TrueLine, TrueShape
from ingest.extract.local.eyes.layout import KINDS

Array = npt.NDArray[Any]

_ROUND = frozenset({"ellipse", "diamond"})
_AHEAD = 0.05  # of the usual depth: what is nearer is at the camera, or behind it
_NOWHERE = -1e5  # pixels: a place outside of every crop


@dataclass(frozen=True)
class Placed:
    """One board.

    Attributes:
        pixels: 2×h×w, uint8, on the device that trains.
        kinds: s, places in `KINDS`, or `DOUBT`.
        boxes: s×4, pixels.
        corners: s×4×2, the points that span a box when it is turned.
        points: p×2, the paths of all lines, one after the other; `owners` p, whose each is.
        heads: l, 0, 1 or 2; `dashed` l; `exact` l: whether it is known how the line runs.
    """

    pixels: Tensor
    kinds: Array
    boxes: Array
    corners: Array
    points: Array
    owners: Array
    heads: Array
    dashed: Array
    exact: Array


def placed(board: Board, device: str = "cpu") -> Placed:
    """Return `board` on `device`."""
    pixels = torch.from_numpy(np.ascontiguousarray(board.pixels.transpose(2, 0, 1)))
    lines = board.lines
    return Placed(
        pixels=pixels.to(device),
        kinds=np.array([shape.kind for shape in board.shapes], int),
        boxes=np.array([shape.box for shape in board.shapes], float).reshape(-1, 4),
        corners=np.array([_corners(shape) for shape in board.shapes], float).reshape(-1, 4, 2),
        points=np.concatenate([np.zeros((0, 2)), *(line.path for line in lines)]).astype(float),
        owners=np.repeat(np.arange(len(lines)), [len(line.path) for line in lines]),
        heads=_of(lines, "heads"),
        dashed=_of(lines, "dashed"),
        exact=_of(lines, "exact"),
    )


def moved(points: Array, matrices: Array) -> tuple[Array, Array]:
    """Return where ``points (…, 2)`` are once ``matrices (…, 3, 3)`` moved them.

    Beside them stands which are before the camera; others are at no place that a crop shows.
    """
    deep = np.concatenate([points, np.ones_like(points[..., :1])], -1)[..., None]
    spots = (matrices @ deep)[..., 0]
    ahead = spots[..., 2] >= _AHEAD
    spots[~ahead] = _NOWHERE, _NOWHERE, 1.0
    return spots[..., :2] / spots[..., 2:], ahead


def _corners(shape: TrueShape) -> list[tuple[float, float]]:
    x0, y0, x1, y1 = shape.box
    # Corners of what is round are empty: turned, the box stays small.
    if shape.kind != DOUBT and KINDS[shape.kind] in _ROUND:
        x, y = (x0 + x1) / 2, (y0 + y1) / 2
        return [(x0, y), (x1, y), (x, y0), (x, y1)]
    return [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]


def _of(lines: tuple[TrueLine, ...], name: str) -> Array:
    return np.array([getattr(line, name) for line in lines], int)
