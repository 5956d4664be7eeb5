"""Colours by name, measured against the bare board so that warm light does not tint the ink."""

from __future__ import annotations

import colorsys
from collections.abc import Sequence

import cv2
import numpy as np

from ingest.extract.local.geometry import overlap_share
from ingest.extract.local.seen import Array, View
from kb.scene import Box, Point

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
_GREYS = (None, "black", "gray", "white")
_RIM = 5  # pixels around words, or across a line, that are theirs
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
    rows, columns = _slices(box)
    return _colour_of(view, rows, columns, view.ink[rows, columns] > 0)


def thing_colour(view: View, box: Box, words: Box | None) -> str | None:
    """Name the colour of a thing's ink: of its words, or of its frame where that has a hue.

    A red frame around black words is red: who takes another pen for a frame means something.
    """
    if words is None:
        return ink_colour(view, box)
    written = ink_colour(view, words)
    if written not in _GREYS or not _is_within(words, box):
        return written
    rows, columns = _slices(box)
    around = view.ink[rows, columns] > 0
    top, left = rows.start, columns.start
    word_rows, word_columns = _slices(words)
    around[
        max(0, word_rows.start - top - _RIM) : max(0, word_rows.stop - top + _RIM),
        max(0, word_columns.start - left - _RIM) : max(0, word_columns.stop - left + _RIM),
    ] = False
    frame = _colour_of(view, rows, columns, around)
    return written if frame in _GREYS else frame


def line_colour(view: View, path: Sequence[Point]) -> str | None:
    """Name the colour of the ink along `path`, or None where there is none."""
    if len(path) < 2:
        return None
    points = np.asarray(path, dtype=np.float32)
    (x0, y0), (x1, y1) = points.min(axis=0) - _RIM, points.max(axis=0) + _RIM
    rows, columns = _slices((float(x0), float(y0), float(x1), float(y1)))
    ink = view.ink[rows, columns]
    along = np.zeros(ink.shape, np.uint8)
    corners = np.round(points - (columns.start, rows.start)).astype(np.int32)
    cv2.polylines(along, [corners], isClosed=False, color=1, thickness=_RIM)
    return _colour_of(view, rows, columns, (ink > 0) & (along > 0))


def _is_within(inner: Box, outer: Box) -> bool:
    """Tell whether there is room between the two: a frame that is not the words themselves."""
    return inner != outer and overlap_share(inner, outer) > 0.5


def _slices(box: Box) -> tuple[slice, slice]:
    x0, y0, x1, y1 = (max(0, round(v)) for v in box)
    return slice(y0, y1 + 1), slice(x0, x1 + 1)


def _colour_of(view: View, rows: slice, columns: slice, inked: Array) -> str | None:
    """Name the colour of the pixels that are `inked` in a part of the view."""
    if not inked.any():
        return None
    strength = view.contrast[rows, columns]
    # The rim of a stroke is mixed with the board; its core is not.
    core = inked & (strength >= np.percentile(strength[inked], 60))
    pixels = view.bgr[rows, columns][core]
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
