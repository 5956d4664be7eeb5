"""Another camera: a wall behind the board, perspective, uneven light, glare, grain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from kb.scene import Box, Point

Array = npt.NDArray[Any]

_LONGEST = 1600  # pixels of a photo
_TILT = 0.045  # of a side, how far a corner may be off


@dataclass(frozen=True)
class Shot:
    """A photo and how it came to be.

    Attributes:
        pixels: h×w×3, RGB, uint8.
        matrix: homography 3×3 from board to photo.
        quality: of the JPEG.
    """

    pixels: Array
    matrix: Array
    quality: int

    def path(self, points: Sequence[Point]) -> tuple[Point, ...]:
        """Take points of the board to the photo."""
        if not points:
            return ()
        seen = cv2.perspectiveTransform(np.array([points], np.float64), self.matrix)[0]
        return tuple((float(x), float(y)) for x, y in seen)

    def box(self, box: Box) -> Box:
        """Return the upright box around where a box of the board is seen."""
        x0, y0, x1, y1 = box
        xs, ys = zip(*self.path([(x0, y0), (x1, y0), (x1, y1), (x0, y1)]), strict=True)
        return (min(xs), min(ys), max(xs), max(ys))


def photographed(board: Array, rng: np.random.Generator) -> Shot:
    """Photograph `board` (h×w×3, RGB, uint8)."""
    height, width = board.shape[:2]
    scale = _LONGEST / max(height, width)
    size = (round(width * scale), round(height * scale))
    matrix = _view(width, height, size, rng)
    shade = rng.uniform(90, 215) + rng.uniform(-14, 14, 3)
    wall = np.full((size[1], size[0], 3), shade, np.float32)
    seen = cv2.warpPerspective(board, matrix, size, flags=cv2.INTER_AREA).astype(np.float32)
    whole = np.full((height, width), 255, np.uint8)
    inside = cv2.warpPerspective(whole, matrix, size, flags=cv2.INTER_AREA)
    mask = inside.astype(np.float32) / np.float32(255.0)
    rim = cv2.GaussianBlur(mask, (0, 0), 6)[:, :, None]  # the board's shadow on the wall
    share = mask[:, :, None]
    photo = wall * (1 - 0.35 * rim) * (1 - share) + seen * share
    photo = _lit(photo, share, rng)
    photo = cv2.GaussianBlur(photo, (0, 0), float(rng.uniform(0.4, 1.0)))
    photo = photo + rng.normal(0, rng.uniform(1.0, 4.0), photo.shape)
    pixels = np.clip(photo, 0, 255).astype(np.uint8)
    return Shot(pixels, matrix, int(rng.integers(68, 92)))


def _view(width: int, height: int, size: tuple[int, int], rng: np.random.Generator) -> Array:
    margin = rng.uniform(0.02, 0.06)
    corners = np.array([(0, 0), (1, 0), (1, 1), (0, 1)], np.float64)
    inner = margin + corners * (1 - 2 * margin)
    # corners only move inwards, so that all of the board stays on the photo
    moved = inner + (0.5 - corners) * 2 * rng.uniform(0, _TILT, (4, 2))
    board = (corners * (width, height)).astype(np.float32)
    return np.asarray(cv2.getPerspectiveTransform(board, (moved * size).astype(np.float32)))


def _lit(photo: Array, board: Array, rng: np.random.Generator) -> Array:
    """Darken towards one side and the corners, then let lamps shine on the board."""
    height, width = photo.shape[:2]
    ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)
    xs, ys = xs / width - 0.5, ys / height - 0.5
    angle = rng.uniform(0, 2 * np.pi)
    slope = (np.cos(angle) * xs + np.sin(angle) * ys) * rng.uniform(0.1, 0.45)
    corners = (xs**2 + ys**2) * rng.uniform(0.1, 0.5)
    warm = 1 + rng.uniform(-0.05, 0.05) * np.array([1, 0, -1])
    photo = photo * (1 + slope - corners)[:, :, None] * warm
    for _ in range(int(rng.integers(0, 3))):
        x, y = rng.uniform(-0.4, 0.4, 2)
        wide, high = rng.uniform(0.03, 0.1, 2)
        far = ((xs - x) / wide) ** 2 + ((ys - y) / high) ** 2
        shine = rng.uniform(0.3, 0.75) / (1 + far**2)
        photo = photo + (255 - photo) * shine[:, :, None] * board
    return np.asarray(photo, np.float32)
