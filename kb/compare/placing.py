"""Where a place on one picture of a board lies on another: cameras move, drawings shift."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kb.scene import Box, Scene

LOOSE = 0.05  # of the picture's diagonal: how far a thing may be off and stand where it stood
FEW, MANY = 2, 8  # anchors for a shift, turn and scale; for a change of perspective too
SURE = 0.6  # share of the anchors that a change of perspective must explain

Points = NDArray[np.float64]


@dataclass(frozen=True)
class Placing:
    """Maps pixels of one picture to pixels of another; `span` is the other's diagonal."""

    matrix: NDArray[np.float64]
    span: float

    def points(self, points: Points) -> Points:
        """Map points of shape (n, 2)."""
        flat = np.column_stack([points, np.ones(len(points))]) @ self.matrix.T
        depth = np.where(np.abs(flat[:, 2:]) < 1e-9, 1e-9, flat[:, 2:])
        mapped: Points = flat[:, :2] / depth
        return mapped

    def box(self, box: Box) -> Box:
        """Map a box: the upright one around its corners."""
        x0, y0, x1, y1 = box
        corners = self.points(np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)]))
        low, high = corners.min(axis=0), corners.max(axis=0)
        return (float(low[0]), float(low[1]), float(high[0]), float(high[1]))

    def off(self, before: Points, after: Points) -> Points:
        """Return how far each mapped point is from its counterpart, as a share of the diagonal."""
        return np.asarray(np.linalg.norm(self.points(before) - after, axis=-1) / self.span)


def middles(boxes: Sequence[Box]) -> Points:
    """Return the middles of boxes, shape (n, 2)."""
    array = np.array(boxes, np.float64).reshape(-1, 4)
    return (array[:, :2] + array[:, 2:]) / 2


def fit(before: Scene, after: Scene, anchors: Sequence[tuple[Box, Box]]) -> Placing:
    """Return the mapping that most anchors agree on: pairs of boxes of one thing, some of it wrong.

    A shift; or a shift, turn and scale; or with many anchors a change of perspective (the latter
    two by RANSAC). The simplest wins unless another explains more anchors.
    """
    span = _span(after)
    start, end = middles([a for a, _ in anchors]), middles([b for _, b in anchors])
    found: list[NDArray[np.float64] | None] = [
        _shift(start, end, scale) for scale in (span / _span(before), 1.0)
    ]
    if len(anchors) >= FEW:
        found.append(_similarity(start, end, span))
    if len(anchors) >= MANY:
        found.append(_perspective(start, end, span))
    placings = [Placing(matrix, span) for matrix in found if matrix is not None]
    return max(placings, key=lambda one: int((one.off(start, end) < LOOSE / 2).sum()))


def _span(scene: Scene) -> float:
    return float(np.hypot(scene.width, scene.height))


def _shift(start: Points, end: Points, scale: float) -> NDArray[np.float64]:
    matrix = np.diag([scale, scale, 1.0])
    if len(start):
        matrix[:2, 2] = np.median(end - start * scale, axis=0)
    return matrix


def _perspective(start: Points, end: Points, span: float) -> NDArray[np.float64] | None:
    import cv2

    matrix, inside = cv2.findHomography(start, end, cv2.RANSAC, LOOSE * span / 2)
    if matrix is None or inside is None or float(inside.mean()) < SURE:
        return None
    # One that nearly folds the picture explains anchors in a row, and nothing else.
    scale = float(np.sqrt(abs(np.linalg.det(matrix[:2, :2]))))
    tilt = float(np.abs(matrix[2, :2]).max()) * span
    return np.asarray(matrix) if 0.1 < scale < 10 and tilt < 1 else None


def _similarity(start: Points, end: Points, span: float) -> NDArray[np.float64] | None:
    import cv2

    matrix, _ = cv2.estimateAffinePartial2D(
        start, end, method=cv2.RANSAC, ransacReprojThreshold=LOOSE * span / 2
    )
    if matrix is None or not np.isfinite(matrix).all():
        return None
    scale = float(np.hypot(matrix[0, 0], matrix[1, 0]))
    upright = matrix[0, 0] > 0  # boards are kept upright: a half turn is a mistake
    return np.vstack([matrix, [0, 0, 1]]) if 0.1 < scale < 10 and upright else None
