"""Evens out the light: what the net looks at is ink and colour, not the lamp above the board."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from ingest.extract.local.polarity import is_dark_board

Array = npt.NDArray[Any]

_WIDEST_INK = 0.035  # of the longer side: what is wider is board, not ink
_FAINTEST = 0.12  # contrast that counts as full ink on an empty board
_COARSE = 4


def even_out(bgr: Array) -> Array:
    """Return ink and colour of a picture.

    Args:
        bgr: h×w×3, uint8.

    Returns:
        h×w×2, uint8: how much darker (on a dark board: lighter) than its surroundings a pixel is,
        255 as dark as the boldest ink; and how far its colour is from the board's.
    """
    if is_dark_board(bgr):
        bgr = cv2.bitwise_not(bgr)
    return np.dstack([_ink(bgr), _colour(bgr)])


def _ink(bgr: Array) -> Array:
    blue, green, red = cv2.split(bgr.astype(np.float32) / np.maximum(_board(bgr), 8.0))
    mean, least = (blue + green + red) / 3, np.minimum(np.minimum(blue, green), red)
    # Yellow ink is faint in luminance and strong in blue; single channels are noisier.
    depth = 1.0 - np.minimum(mean, 0.25 * mean + 0.75 * least)
    np.clip(depth, 0.0, 1.0, out=depth)
    bold = max(_FAINTEST, float(np.percentile(depth[::3, ::3], 99.0)))
    return np.asarray(np.clip(depth / bold / 1.15, 0.0, 1.0) * 255, np.uint8)


def _board(bgr: Array) -> Array:
    """Return the picture without its ink: h×w×3, float32."""
    height, width = bgr.shape[:2]
    coarse = (max(1, width // _COARSE), max(1, height // _COARSE))
    small = cv2.resize(bgr, coarse, interpolation=cv2.INTER_AREA)
    size = max(7, int(max(coarse) * _WIDEST_INK) | 1)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    small = cv2.morphologyEx(small, cv2.MORPH_CLOSE, kernel)
    small = cv2.GaussianBlur(small, (0, 0), size / 2.0)
    board = cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(board, np.float32)


def _colour(bgr: Array) -> Array:
    soft = cv2.GaussianBlur(bgr, (0, 0), 2.0).astype(np.float32)
    board = np.median(bgr[::8, ::8].reshape(-1, 3), axis=0)
    blue, green, red = cv2.split(soft / np.maximum(board, 16.0).astype(np.float32))
    spread = np.maximum(np.maximum(blue, green), red) - np.minimum(np.minimum(blue, green), red)
    return np.asarray(np.clip(spread * 1.5, 0.0, 1.0) * 255, np.uint8)
