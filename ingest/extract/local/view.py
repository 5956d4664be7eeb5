"""The working copy: a picture brought to a readable size, and where its ink is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np
from PIL import Image

from ingest.extract.local.geometry import stretch_of
from ingest.extract.local.polarity import is_dark_board
from ingest.extract.local.seen import Array, Line, View

if TYPE_CHECKING:
    from kb.scene import Box, Point

MAX_SIDE = 2000  # of the working copy; of an elongated one up to twice that
_MIN_SHORT_SIDE = 736  # small pictures are enlarged: letters below 10 pixels are not read
_MAX_STROKE = 13  # pixels of the working copy; a thicker line is a filled shape
_FAINTEST = 16  # contrast below this is paper grain or JPEG noise
_BOLD_SHARE = 0.4  # ink stands out at least this share of what the boldest ink does
_FAINT_PEN = 60.0  # contrast that is ink on any board without rules
_RULED = 0.65  # the paper is ruled if three quarters of the marks are below this share of the bold
_SQUARED = 60  # empty cells alike in size are squared paper
_SMALLEST_CELL, _LARGEST_CELL = 14, 120  # pixels of the working copy; eyes of letters are smaller
_DENSE = 0.05  # of the picture: rules this close together ink at least as much
_ROOM = 0.6  # line heights around a line of words in which is seen what runs on …
_PASSING = 0.35  # … of whose ink so much lies outside …
_THIN = 0.2  # … and which in the line is thinner than so much of its length
_CORE = 0.94  # of a line's place: a reader draws it wide
_GRAIN = 0.3  # mean grey step between bare neighbours: less is a drawn picture, without paper
_CLEAN_NOISE = 1.5  # the same: drawn and scanned boards 0-1, photos 1.5-8
_DRAWN_NOISE = 0.8  # the same: screenshots and exports stay below, scans don't


def view_of(picture: Image.Image, part: Box | None = None) -> View:
    """Make the working copy of `picture`: longest side at most `MAX_SIDE`, ink found.

    An elongated picture is longer, see `stretch_of`.

    The original is never copied whole: it may have 100 million pixels. `part`: of it, in its
    pixels, None for all.
    """
    x0, y0, x1, y1 = part or (0.0, 0.0, float(picture.width), float(picture.height))
    size = _work_size(x1 - x0, y1 - y0)
    small = picture.resize(size, Image.Resampling.BICUBIC, (x0, y0, x1, y1), reducing_gap=2.0)
    bgr = np.asarray(cv2.cvtColor(np.asarray(small.convert("RGB")), cv2.COLOR_RGB2BGR))
    scale = ((x1 - x0) / size[0], (y1 - y0) / size[1])
    grey = _board_grey(bgr)
    contrast = _contrast(grey)
    noise = _noise(grey, contrast)
    ink = _ink(contrast, noise)
    return View(
        bgr=bgr,
        scale=scale,
        origin=(x0, y0),
        ink=ink,
        contrast=contrast,
        background=_background(bgr, ink),
        stroke=_stroke_width(ink),
        clean=noise < _CLEAN_NOISE,
        drawn=noise < _DRAWN_NOISE,
    )


def fitted(view: View, lines: Sequence[Line]) -> list[Line]:
    """Return `lines` with boxes drawn tight around their ink: a reader draws them wide."""
    return [_fitted(view.ink, line, _CORE) for line in lines]


def ink_in(view: View, box: Box) -> Box:
    """Return where in `box` ink is, without rules that run past; all of it where none is."""
    return _fitted(view.ink, Line(quad_of(box), box, "", 0.0), 1.0).box


def quad_of(box: Box) -> Array:
    """Return the corners of `box`, 4×2, clockwise from the top left one."""
    x0, y0, x1, y1 = box
    return np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], np.float32)


def _fitted(ink: Array, line: Line, share: float) -> Line:
    """Return `line` drawn tight around the ink in so much of it, around its middle."""
    height, width = ink.shape
    room = max(_ROOM * min(line.height, line.length), 3.0)
    x0, y0 = (max(0, int(v - room)) for v in line.box[:2])
    x1, y1 = min(width, int(line.box[2] + room) + 1), min(height, int(line.box[3] + room) + 1)
    if x0 >= x1 or y0 >= y1:
        return line  # off the picture
    around = np.ascontiguousarray(ink[y0:y1, x0:x1])
    mask = np.zeros_like(around)
    middle = line.quad.mean(axis=0)
    core = middle + (line.quad - middle) * share - (x0, y0)
    cv2.fillPoly(mask, [np.round(core).astype(np.int32)], 255)
    rows, columns = np.nonzero(_of_letters(around, mask))
    if rows.size < 4:
        return line
    # Specks and the rim of a neighbour don't count.
    (left, right), (top, bottom) = (
        np.percentile(columns, (0.2, 99.8)),
        np.percentile(rows, (0.2, 99.8)),
    )
    box = (x0 + float(left), y0 + float(top), x0 + float(right) + 1, y0 + float(bottom) + 1)
    return replace(line, box=box)


def _of_letters(ink: Array, inside: Array) -> Array:
    """Return the ink that is `inside` a line's place, without rules that run past it.

    A rule is thin for its length; a letter that an arrow touches is not. Where most of the ink
    runs on, as of letters that touch a frame, all of it counts.
    """
    count, places, found, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    sizes = found[:, cv2.CC_STAT_AREA]
    held = np.bincount(places[inside > 0], minlength=count)
    left, top, wide, high = found[:, :4].T
    at_rim = (left <= 0) | (top <= 0) | (left + wide >= ink.shape[1]) | (top + high >= ink.shape[0])
    longest = _extents(places, inside, count)
    passing = at_rim & (held < (1 - _PASSING) * sizes) & (held < _THIN * longest**2)
    passing[0] = True  # no ink
    if held[~passing].sum() < held[1:].sum() / 2:
        passing[1:] = False
    return np.asarray((inside > 0) & ~passing[places])


def _extents(places: Array, inside: Array, count: int) -> Array:
    """Return the longer side of what is `inside` of each of `count` pieces of ink: (count,)."""
    rows, columns = np.nonzero(inside)
    of = places[rows, columns]
    sides = []
    for at in (rows, columns):
        low, high = np.full(count, np.inf), np.full(count, -np.inf)
        np.minimum.at(low, of, at)
        np.maximum.at(high, of, at)
        sides.append(np.maximum(high - low + 1, 0))
    return np.asarray(np.maximum(*sides))


def to_original(view: View, box: Box) -> Box:
    """Map a box of the working copy to pixels of the original."""
    (sx, sy), (left, top), (x0, y0, x1, y1) = view.scale, view.origin, box
    return (left + x0 * sx, top + y0 * sy, left + x1 * sx, top + y1 * sy)


def point_to_original(view: View, point: Point, width: int, height: int) -> Point:
    """Map a point of the working copy to a point inside the original."""
    x = min(max(view.origin[0] + point[0] * view.scale[0], 0.0), float(width))
    y = min(max(view.origin[1] + point[1] * view.scale[1], 0.0), float(height))
    return (min(round(x, 1), width), min(round(y, 1), height))


def _work_size(width: float, height: float) -> tuple[int, int]:
    longer, shorter = max(width, height), min(width, height)
    larger = min(MAX_SIDE / longer, _MIN_SHORT_SIDE / shorter)
    scale = min(MAX_SIDE * stretch_of(width, height) / longer, max(1.0, larger))
    # Tiny pictures hold no words: enlarging dots tenfold would only cost time.
    scale = min(scale, 4.0)
    return max(1, round(width * scale)), max(1, round(height * scale))


def _board_grey(bgr: Array) -> Array:
    """Return one channel with dark ink on a light board, whatever the board's colours are."""
    blue, green, red = cv2.split(bgr)
    if is_dark_board(bgr):
        grey = cv2.bitwise_not(cv2.max(cv2.max(blue, green), red))
    else:  # yellow ink is faint in luminance and strong in blue
        grey = cv2.min(cv2.min(blue, green), red)
    return np.asarray(grey, dtype=np.uint8)


def _contrast(grey: Array) -> Array:
    """Black-hat: how much darker a pixel is than the lightest way across a thin line."""
    size = 2 * _MAX_STROKE + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (size, size))
    return np.asarray(cv2.morphologyEx(grey, cv2.MORPH_BLACKHAT, kernel), dtype=np.uint8)


def _ink(contrast: Array, noise: float) -> Array:
    seen = contrast[contrast > _FAINTEST]
    if seen.size < 20:
        return np.zeros_like(contrast)
    sample = np.ascontiguousarray(seen[:: max(1, seen.size // 50_000)]).reshape(-1, 1)
    most, bold = np.percentile(sample, (75, 95))
    level = min(max(_BOLD_SHARE * bold, _FAINTEST), _FAINT_PEN)
    if noise > _GRAIN and most < _RULED * bold:
        # Squared and ruled paper: most of what stands out is faint beside the pen.
        split, _ = cv2.threshold(sample, 0, 255, cv2.THRESH_OTSU)
        level = min(max(split, 0.5 * bold), 0.65 * bold)
    ink = np.asarray(contrast > level, dtype=np.uint8)
    if noise > _GRAIN and _is_squared(ink):
        # The rules are as bold as ink elsewhere: only what is bolder still was drawn.
        level, _ = cv2.threshold(contrast[ink > 0][::7].reshape(-1, 1), 0, 255, cv2.THRESH_OTSU)
        ink = np.asarray(contrast > level, dtype=np.uint8)
    return ink * np.uint8(255)


def _is_squared(ink: Array) -> bool:
    """Tell whether `ink` (0 or 1) encloses many empty cells of one size: squared paper."""
    if cv2.countNonZero(ink) < _DENSE * ink.size:
        return False
    bare = np.asarray(ink == 0, dtype=np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(bare, connectivity=4)
    sides = stats[1:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]]
    cells = sides[(sides.min(axis=1) >= _SMALLEST_CELL) & (sides.max(axis=1) <= _LARGEST_CELL)]
    if len(cells) < _SQUARED:
        return False
    usual = float(np.median(cells.min(axis=1)))
    return int((np.abs(cells - usual) < 0.3 * usual).all(axis=1).sum()) >= _SQUARED


def _background(bgr: Array, ink: Array) -> tuple[float, float, float]:
    bare = bgr[::4, ::4][ink[::4, ::4] == 0]
    if bare.size == 0:
        bare = bgr.reshape(-1, 3)
    b, g, r = np.median(bare.reshape(-1, 3), axis=0)
    return float(b), float(g), float(r)


def _stroke_width(ink: Array) -> float:
    area = int(np.count_nonzero(ink))
    if area == 0:
        return 2.0
    # Area over half the outline of a long thin band is its width.
    edge = int(np.count_nonzero(ink > cv2.erode(ink, np.ones((3, 3), np.uint8))))
    return float(min(max(2.0 * area / max(edge, 1), 1.0), _MAX_STROKE))


def _noise(grey: Array, contrast: Array) -> float:
    """Return the mean grey step between neighbours where nothing is drawn."""
    rows, bare = grey[::4].astype(np.int16), contrast[::4, 1:] <= _FAINTEST
    step = np.abs(np.diff(rows, axis=1))[bare]
    return float(step.mean()) if step.size else 0.0
