"""Crops of a board as another camera, pen and lamp would show it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from evals.training.detector.boards import LONGEST, Board
from ingest.extract.local.eyes.layout import LONGEST as SEEN

Array = npt.NDArray[Any]

_USUAL = 0.55, 1.25  # of the size at which the net sees a board
_RARE = 0.4, 1.7  # boards seen from afar, or only a part of one
_RARE_SHARE = 0.25


def crop(board: Board, size: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Return a random crop, 2×size×size float32 (ink and colour, 0…1), and its 3×3 matrix.

    The matrix takes pixels of the board to pixels of the crop.
    """
    matrix, scale = _way(board, size, rng)
    pixels = _thickened(board.pixels, scale, rng)
    flat = cv2.warpPerspective(pixels, matrix, (size, size), flags=cv2.INTER_LINEAR)
    seen = flat.astype(np.float32) / 255.0
    ink = _worn(seen[..., 0], rng)
    colour = seen[..., 1] * (0.0 if rng.random() < 0.15 else rng.uniform(0.5, 1.4))
    colour += rng.uniform(0, 0.08) * (rng.random() < 0.4)
    return np.clip(np.stack([ink, colour]), 0.0, 1.0).astype(np.float32), matrix


def faded(board: Board, rng: np.random.Generator) -> Board:
    """Return `board` as a fainter, noisier picture: its whole, in its place.

    A net is surer of boards that it learnt from than of others; what learns from its answers is
    shown them like this.
    """
    pixels = board.pixels.astype(np.float32) / 255.0
    height, width = pixels.shape[:2]
    ink = pixels[..., 0] ** np.exp(rng.uniform(-0.2, 0.6)) * rng.uniform(0.55, 1.05)
    cells = rng.random((height // 24 + 1, width // 24 + 1), np.float32)
    patches = cv2.resize(cells, (width, height), interpolation=cv2.INTER_CUBIC)
    ink = ink * np.clip(patches * rng.uniform(1, 3) + rng.uniform(0.1, 0.5), 0.3, 1)
    ink = cv2.GaussianBlur(ink, (0, 0), rng.uniform(0.3, 1.2))
    ink = ink + rng.standard_normal(ink.shape, np.float32) * rng.uniform(0.01, 0.06)
    pixels[..., 0] = ink
    return replace(board, pixels=(np.clip(pixels, 0, 1) * 255).astype(np.uint8))


def _way(board: Board, size: int, rng: np.random.Generator) -> tuple[Array, float]:
    smallest, largest = _RARE if rng.random() < _RARE_SHARE else _USUAL
    scale = float(np.exp(rng.uniform(np.log(smallest), np.log(largest)))) * SEEN / LONGEST
    angle = np.deg2rad(rng.normal(0, 3) if rng.random() < 0.8 else rng.uniform(-9, 9))
    stretch = float(np.exp(rng.uniform(-0.13, 0.13)))
    flips = [-1 if rng.random() < 0.2 else 1, -1 if rng.random() < 0.15 else 1]
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    turn = turn @ np.diag([scale * stretch * flips[0], scale / stretch * flips[1]])
    if rng.random() < 0.12:
        turn = turn[::-1]
    matrix = np.eye(3)
    matrix[:2, :2] = turn
    matrix[:2, 2] = rng.uniform(0.1, 0.9, 2) * size - turn @ _spot(board, rng)
    _keep_inside(matrix, board, size, rng)
    if rng.random() < 0.6:
        matrix = _tilted(size, rng) @ matrix
    return matrix, scale


def _spot(board: Board, rng: np.random.Generator) -> Array:
    """Return a point (x, y) where something is drawn."""
    boxes = [shape.box for shape in board.shapes]
    if not boxes:
        height, width = board.pixels.shape[:2]
        boxes = [(0.0, 0.0, float(width), float(height))]
    x0, y0, x1, y1 = boxes[int(rng.integers(len(boxes)))]
    return np.array([rng.uniform(x0, x1), rng.uniform(y0, y1)])


def _keep_inside(matrix: Array, board: Board, size: int, rng: np.random.Generator) -> None:
    """Move the crop so that it shows board wherever there is enough of it."""
    height, width = board.pixels.shape[:2]
    corners = np.array([[0, width, width, 0], [0, 0, height, height], [1, 1, 1, 1]], float)
    for axis, spots in enumerate((matrix @ corners)[:2]):
        low, high = spots.min(), spots.max()
        if high - low <= size:
            matrix[axis, 2] += rng.uniform(-low, size - high) if rng.random() < 0.8 else 0.0
        elif low > 0:
            matrix[axis, 2] -= low
        elif high < size:
            matrix[axis, 2] += size - high


def _tilted(size: int, rng: np.random.Generator) -> Array:
    tilt, centre = np.eye(3), np.array([[1, 0, size / 2], [0, 1, size / 2], [0, 0, 1.0]])
    tilt[2, :2] = rng.normal(0, 0.06, 2) / size
    return np.asarray(centre @ tilt @ np.linalg.inv(centre))


def _thickened(pixels: Array, scale: float, rng: np.random.Generator) -> Array:
    draw, square = rng.random(), np.ones((2, 2), np.uint8)
    if draw < 0.12:
        return np.dstack([cv2.dilate(pixels[..., 0], square), pixels[..., 1]])
    if draw < 0.2:
        return np.dstack([cv2.erode(pixels[..., 0], square), pixels[..., 1]])
    if scale < 0.75:
        return np.asarray(cv2.GaussianBlur(pixels, (0, 0), 0.45 / scale))
    return pixels


def _worn(ink: Array, rng: np.random.Generator) -> Array:
    size = ink.shape[0]
    if rng.random() < 0.5:
        ink = ink ** np.exp(rng.uniform(-0.5, 0.5))
    ink = ink * rng.uniform(0.6, 1.15)
    if rng.random() < 0.3:
        ink = cv2.GaussianBlur(ink, (0, 0), rng.uniform(0.5, 1.3))
    if rng.random() < 0.25:  # a dry pen
        cells = rng.random((size // 16, size // 16), np.float32)
        patches = cv2.resize(cells, (size, size), interpolation=cv2.INTER_CUBIC)
        ink = ink * np.clip(patches * 3 + 0.1, 0.35, 1)
    if rng.random() < 0.12:
        _rule(ink, rng)
    if rng.random() < 0.3:  # uneven light that was not evened out
        slope = np.linspace(0, rng.uniform(-0.15, 0.15), size, dtype=np.float32)
        ink = ink + (slope[:, None] if rng.random() < 0.5 else slope[None])
    if rng.random() < 0.6:
        ink = ink + rng.standard_normal(ink.shape, np.float32) * rng.uniform(0.005, 0.06)
    if rng.random() < 0.2:
        for _ in range(int(rng.integers(1, 4))):
            (y, x), (high, wide) = rng.integers(0, size, 2), rng.integers(8, 40, 2)
            ink[y : y + high, x : x + wide] = 0.6 if rng.random() < 0.3 else 0.0
    return np.asarray(ink, np.float32)


def _rule(ink: Array, rng: np.random.Generator) -> None:
    """Draw ruled or squared paper into `ink`."""
    size = ink.shape[0]
    step, dark, thick = rng.uniform(12, 40), rng.uniform(0.05, 0.3), int(rng.integers(1, 3))
    ways = [ink, ink.T] if rng.random() < 0.6 else [ink]
    for way in ways:
        for at in np.arange(rng.uniform(0, step), size, step):
            rows = way[int(at) : int(at) + thick]
            np.maximum(rows, dark, out=rows)
