"""What is drawn on: whiteboard, screen, paper, squared and ruled paper; and what lies around it."""

from __future__ import annotations

import cv2
import numpy as np

from evals.boards.pen import Bytes, Floats
from evals.boards.spec import SurfaceName

_PAPER = {"paper", "squared", "ruled"}


def is_paper(name: SurfaceName) -> bool:
    """Tell paper on a desk from a board on a wall."""
    return name in _PAPER


def make(name: SurfaceName, width: int, height: int, rng: np.random.Generator) -> Bytes:
    """Return an empty surface, ``(height, width, 3)`` uint8 RGB."""
    if name == "screen":
        return np.full((height, width, 3), 255, np.uint8)
    tint = (250, 249, 243) if name in _PAPER else (246, 248, 249)
    base = np.full((height, width, 3), tint, np.float64)
    if name in _PAPER:
        base += clouds(rng, height, width, 3)[:, :, None] * 1.2
        base += rng.normal(0, 1.3, (height, width, 1))
    else:
        base += clouds(rng, height, width, 2)[:, :, None] * 1.6
    sheet = np.clip(base, 0, 255).astype(np.uint8)
    if name in ("squared", "ruled"):
        _rule(sheet, name, rng)
    return sheet


def _rule(sheet: Bytes, name: SurfaceName, rng: np.random.Generator) -> None:
    height, width = sheet.shape[:2]
    step = int(rng.integers(30, 38)) if name == "squared" else int(rng.integers(50, 58))
    color = (206, 216, 230) if name == "squared" else (190, 206, 230)
    for y in range(step, height, step):
        cv2.line(sheet, (0, y), (width, y), color, 1)
    if name == "squared":
        for x in range(step, width, step):
            cv2.line(sheet, (x, 0), (x, height), color, 1)
    else:
        cv2.line(sheet, (64, 0), (64, height), (236, 168, 168), 2)


def ghost(sheet: Bytes, strength: float, rng: np.random.Generator) -> None:
    """Leave traces of what was wiped off: faint smears and old lines, in place."""
    height, width = sheet.shape[:2]
    layer = np.zeros((height, width), np.float32)
    for _ in range(int(4 + 8 * strength)):
        spot = rng.uniform((0, 0), (width, height))
        turns = rng.normal(0, 60, (5, 2)).cumsum(axis=0) + spot
        dots = [np.round(turns).astype(np.int32)]
        cv2.polylines(layer, dots, False, float(rng.uniform(8, 22)), int(rng.integers(3, 26)))
    layer = np.asarray(cv2.GaussianBlur(layer, (0, 0), 5), np.float32) * strength
    np.copyto(sheet, np.clip(sheet - layer[:, :, None], 0, 255).astype(np.uint8))


def clouds(rng: np.random.Generator, height: int, width: int, cells: int) -> Floats:
    """Return smooth noise ``(height, width)`` with about `cells` blobs a side."""
    knots = rng.normal(size=(cells + 2, cells + 2)).astype(np.float32)
    return np.asarray(cv2.resize(knots, (width, height), interpolation=cv2.INTER_CUBIC), np.float64)


def surroundings(name: SurfaceName, width: int, height: int, rng: np.random.Generator) -> Bytes:
    """Return a wall, or a wooden desk where paper lies on it, ``(height, width, 3)`` uint8."""
    if is_paper(name):
        tone = np.array([(148, 104, 66), (96, 70, 50), (188, 156, 118)][int(rng.integers(3))])
        streaks = np.zeros((height, width), np.float64)
        for fine, share in ((4, 0.35), (11, 0.6), (40, 0.8)):
            grain = rng.normal(size=(height // fine + 1, 7)).astype(np.float32)
            streaks += share * cv2.resize(grain, (width, height), interpolation=cv2.INTER_CUBIC)
        waves = clouds(rng, height, width, 5)
        value = 1 + 0.055 * streaks + 0.05 * waves
    else:
        tone = np.array([(206, 202, 192), (188, 196, 204), (220, 214, 200)][int(rng.integers(3))])
        rough = rng.normal(size=(height // 2 + 1, width // 2 + 1)).astype(np.float32)
        value = 1 + 0.012 * np.asarray(cv2.resize(rough, (width, height)), np.float64)
        value = value + 0.03 * clouds(rng, height, width, 3)
    return np.clip(tone * value[:, :, None], 0, 255).astype(np.uint8)
