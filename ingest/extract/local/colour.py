"""Colours by name, measured against the bare board so that warm light does not tint the ink."""

from __future__ import annotations

import colorsys

import numpy as np

from ingest.extract.local.seen import Array, View
from kb.scene import Box

_HUES = (  # upper end in degrees, name
    (15, "red"),
    (43, "orange"),
    (66, "yellow"),
    (165, "green"),
    (188, "teal"),
    (256, "blue"),
    (300, "purple"),
    (342, "pink"),
    (360, "red"),
)
_INK_CHROMA = 45  # of 255: less is black, grey or white
_FILL_CHROMA = 20
_BROWN_VALUE = 0.62
_SAMPLE = 20_000  # pixels: enough for a median


def name_of(red: float, green: float, blue: float, *, chroma: float = _INK_CHROMA) -> str:
    """Name a colour (0-255 each) that was already balanced against the board."""
    high, low = max(red, green, blue), min(red, green, blue)
    if high - low < chroma:
        return "black" if high < 115 else "gray" if high < 238 else "white"
    hue, saturation, value = colorsys.rgb_to_hsv(red / 255, green / 255, blue / 255)
    name = next(name for upper, name in _HUES if hue * 360 <= upper)
    if name in ("orange", "red") and hue * 360 > 8 and value < _BROWN_VALUE and saturation > 0.25:
        return "brown"
    if name == "red" and hue * 360 > 330 and value > 0.8 and saturation < 0.55:
        return "pink"
    return name


def balanced(pixels: Array, view: View) -> Array:
    """Return `pixels` (n×3 BGR) as float RGB with the light of the board taken out.

    On a light board each channel is stretched so that the bare board becomes white; on a dark
    board the colours stay as they are.
    """
    board = np.asarray(view.background, dtype=np.float32)
    values = pixels.astype(np.float32)
    if board.min() > 90:
        values = values * (np.float32(board.max()) / board)
        values = values * (255.0 / max(float(board.max()), 1.0))
    return np.clip(values, 0, 255)[:, ::-1]


def ink_colour(view: View, box: Box) -> str | None:
    """Name the colour of the ink in `box`, or None where there is none."""
    x0, y0, x1, y1 = (round(v) for v in box)
    x0, y0 = max(x0, 0), max(y0, 0)
    strength = view.contrast[y0 : y1 + 1, x0 : x1 + 1]
    inked = view.ink[y0 : y1 + 1, x0 : x1 + 1] > 0
    if not inked.any():
        return None
    # The rim of a stroke is mixed with the board; its core is not.
    core = inked & (strength >= np.percentile(strength[inked], 60))
    pixels = view.bgr[y0 : y1 + 1, x0 : x1 + 1][core]
    red, green, blue = np.median(balanced(_thinned(pixels), view), axis=0)
    return name_of(float(red), float(green), float(blue))


def fill_colour(view: View, box: Box) -> str | None:
    """Name the colour of the surface in `box`, or None where it is the bare board."""
    x0, y0, x1, y1 = (round(v) for v in box)
    x0, y0 = max(x0, 0), max(y0, 0)
    inside = view.bgr[y0 : y1 + 1, x0 : x1 + 1]
    bare = view.ink[y0 : y1 + 1, x0 : x1 + 1] == 0
    if inside.size == 0 or not bare.any():
        return None
    patch = np.median(_thinned(inside[bare]), axis=0)
    board = np.asarray(view.background)
    if float(np.abs(patch - board).max()) < _FILL_CHROMA:
        return None
    red, green, blue = balanced(patch[None, :], view)[0]
    name = name_of(float(red), float(green), float(blue), chroma=_FILL_CHROMA)
    # A grey patch on a photo is a shadow.
    return name if view.clean or name not in ("gray", "white", "black") else None


def _thinned(pixels: Array) -> Array:
    return np.asarray(pixels[:: max(1, len(pixels) // _SAMPLE)])
