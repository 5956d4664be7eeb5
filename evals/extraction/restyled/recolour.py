"""The same ink in other colours on another board."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from evals.extraction.restyled.photo import Array

_MARKERS = ((28, 30, 38), (20, 60, 170), (190, 35, 40), (15, 120, 70), (95, 45, 140))
_CHALKS = ((240, 240, 232), (250, 226, 140), (170, 215, 250), (250, 180, 190))
_COARSE = 4
_WIDEST_INK = 0.03  # of the longer side: what is wider is no ink


def recoloured(picture: Array, rng: np.random.Generator) -> tuple[Array, str]:
    """Return `picture` (h×w×3, RGB, uint8) in other colours, and what it is drawn on now."""
    name = str(rng.choice(["whiteboard", "coloured paper", "blackboard"], p=[0.5, 0.25, 0.25]))
    ink = ink_share(picture)[:, :, None]
    surface = _SURFACES[name](ink.shape[0], ink.shape[1], rng)
    inks = _CHALKS if name == "blackboard" else _MARKERS
    one, two = (np.array(inks[i], np.float32) for i in rng.choice(len(inks), 2, replace=False))
    where = (_clouds(ink.shape[0], ink.shape[1], 3, rng) > 0.3)[:, :, None]
    colour = np.where(where, two, one)
    strength = rng.uniform(0.75, 0.95)
    drawn = surface * (1 - ink * strength) + colour * ink * strength
    return np.clip(drawn, 0, 255).astype(np.uint8), name


def ink_share(picture: Array) -> Array:
    """Return how much ink lies on each pixel of a light board: h×w, 0 to 1, rules left out."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    height, width = grey.shape
    small = (max(1, width // _COARSE), max(1, height // _COARSE))
    board = cv2.resize(grey, small, interpolation=cv2.INTER_AREA)
    side = max(3, round(max(small) * _WIDEST_INK) | 1)
    board = cv2.morphologyEx(board, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8))
    board = cv2.resize(cv2.blur(board, (side, side)), (width, height))
    depth = np.clip(1 - grey.astype(np.float32) / np.maximum(board, 1), 0, 1)
    bold = max(float(np.percentile(depth, 99.0)), 0.1)
    return np.asarray(np.clip((depth / bold - 0.22) / 0.5, 0, 1), np.float32)


def _clouds(height: int, width: int, cells: int, rng: np.random.Generator) -> Array:
    """Return smooth noise of about unit size, h×w, with patches of a `cells`-th of the board."""
    coarse = rng.normal(0, 1, (cells + 2, cells + 2)).astype(np.float32)
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC))


def _whiteboard(height: int, width: int, rng: np.random.Generator) -> Array:
    smear = np.abs(_clouds(height, width, 7, rng)) * rng.uniform(1, 5)  # wiped, but not well
    return _even(height, width, rng.uniform(222, 246) + rng.uniform(-4, 4, 3)) - smear[:, :, None]


def _paper(height: int, width: int, rng: np.random.Generator) -> Array:
    tones = ((214, 190, 150), (250, 236, 170), (205, 222, 235), (235, 205, 205))
    grain = rng.normal(0, 4, (height, width, 1))
    return _even(height, width, np.array(tones[int(rng.integers(len(tones)))])) + grain


def _blackboard(height: int, width: int, rng: np.random.Generator) -> Array:
    tone = np.array([(38, 62, 52), (44, 46, 50), (28, 48, 66)][int(rng.integers(3))])
    dust = np.abs(_clouds(height, width, 5, rng)) * rng.uniform(2, 9)
    return _even(height, width, tone) + dust[:, :, None]


def _even(height: int, width: int, tone: Array) -> Array:
    return np.full((height, width, 3), tone, np.float32)


_SURFACES: dict[str, Callable[[int, int, np.random.Generator], Array]] = {
    "whiteboard": _whiteboard,
    "coloured paper": _paper,
    "blackboard": _blackboard,
}
