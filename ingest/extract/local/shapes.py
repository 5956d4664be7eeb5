"""Closed figures and patches of colour by OpenCV: boxes, ellipses, diamonds, sticky notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import cv2
import numpy as np

from ingest.extract.local.colour import fill_colour
from ingest.extract.local.geometry import area_of, grown, holds, overlap_share, overlap_union
from ingest.extract.local.seen import Array, Line, Shape, View
from kb.scene import Box, NodeKind

_MIN_SIDE = 15  # pixels of the working copy
_PAGE_SHARE = 0.85  # of the picture: that is the sheet, not something drawn on it
_MIN_FIT = 0.84
_GAPS = (3, 9, 17)  # pixels that a pen may leave open, tried one after the other
_SURE_WORD = 0.55  # OCR score from which ink in a line of words is taken for letters
_GRID = 12  # this many empty cells side by side are ruled paper
_RASTER = 48
_PATCH_STEP = 4  # patches of colour are looked for at a quarter of the size
_MIN_PATCH = 26


@dataclass(frozen=True, slots=True)
class Figure:
    """A shape with the polygon of its outline (n×2, working copy)."""

    shape: Shape
    outline: Array


def find_figures(view: View, lines: Sequence[Line]) -> list[Figure]:
    """Return the figures of `view`, largest first; letters and the sheet itself are left out."""
    outlined = _outlined(view, lines)
    figures = _with_patches(outlined, _patches(view), view)
    figures.sort(key=lambda figure: -area_of(figure.shape.box))
    return _without_grid(_without_between(figures), lines)


def _outlined(view: View, lines: Sequence[Line]) -> list[Figure]:
    found: list[Figure] = []
    wordless = _without_words(view, lines)
    for bare, gap in zip((view.ink, wordless, wordless), _GAPS, strict=True):
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (gap, gap))
        ink = cv2.morphologyEx(bare, cv2.MORPH_CLOSE, kernel)
        for contour in _holes(ink):
            figure = _figure(contour, view)
            if figure is not None and not _is_letter(figure.shape.box, lines):
                _add(found, figure, view.stroke)
    return found


def _holes(ink: Array) -> list[Array]:
    """Return the outlines of everything that `ink` encloses."""
    contours, tree = cv2.findContours(ink, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    if not contours:
        return []
    parents = np.asarray(tree).reshape(-1, 4)[:, 3]
    return [contour for contour, parent in zip(contours, parents, strict=True) if parent >= 0]


def _without_words(view: View, lines: Sequence[Line]) -> Array:
    """Return the ink without the words, which may cut a box in two where they touch its border."""
    ink = view.ink.copy()
    for line in lines:
        if len(line.text) > 2 and line.score > _SURE_WORD:
            # The reader's quads are drawn wide of the letters: a border must not be cut.
            middle = line.quad.mean(axis=0)
            quad = middle + (line.quad - middle) * (0.96, 0.72)
            cv2.fillPoly(ink, [np.round(quad).astype(np.int32)], 0)
    return ink


def _add(found: list[Figure], figure: Figure, stroke: float) -> None:
    """Keep the better of two readings of one outline: pens go round twice, words cut boxes."""
    box = figure.shape.box
    for index, other in enumerate(found):
        if overlap_union(box, other.shape.box) > 0.7:
            if figure.shape.confidence > other.shape.confidence + 0.02:
                found[index] = figure
            return
        shared = _shared_sides(box, other.shape.box, 2 * stroke + 3)
        if shared >= 2 and overlap_share(box, other.shape.box) > 0.9:
            return
        if shared >= 2 and overlap_share(other.shape.box, box) > 0.9:
            found[index] = figure
            return
    found.append(figure)


def _shared_sides(one: Box, two: Box, within: float) -> int:
    return sum(abs(a - b) <= within for a, b in zip(one, two, strict=True))


def _figure(contour: Array, view: View) -> Figure | None:
    x, y, w, h = cv2.boundingRect(contour)
    height, width = view.ink.shape
    if min(w, h) < _MIN_SIDE or w * h > _PAGE_SHARE * width * height:
        return None
    if w >= 0.97 * width and h >= 0.5 * height:
        return None
    hull = cv2.convexHull(contour).reshape(-1, 2)
    solidity = cv2.contourArea(contour) / max(cv2.contourArea(hull), 1.0)
    kind, fit = _kind_of(hull, (x, y, w, h))
    if solidity < 0.72 or fit < _MIN_FIT:
        return None
    confidence = round(min(0.99, fit * min(1.0, solidity + 0.08)), 3)
    box = grown((x, y, x + w - 1, y + h - 1), view.stroke, width, height)
    return Figure(Shape(kind, box, confidence), hull)


def _kind_of(hull: Array, frame: tuple[int, int, int, int]) -> tuple[NodeKind, float]:
    """Compare a convex outline with the three ideal figures of the same frame."""
    x, y, w, h = frame
    scale = np.array([(_RASTER - 1) / max(w - 1, 1), (_RASTER - 1) / max(h - 1, 1)])
    raster = np.zeros((_RASTER, _RASTER), np.uint8)
    cv2.fillConvexPoly(raster, np.round((hull - (x, y)) * scale).astype(np.int32), 1)
    fits: dict[NodeKind, float] = {}
    for kind, ideal in _ideals().items():
        both = int(np.count_nonzero(raster & ideal))
        fits[kind] = both / max(int(np.count_nonzero(raster | ideal)), 1)
    (_, _), (side_a, side_b), _ = cv2.minAreaRect(hull.astype(np.float32))
    upright = cv2.contourArea(hull.astype(np.float32)) / max(side_a * side_b, 1.0)
    if fits["box"] > 0.7:  # a little askew is still a box; a square on its corner is not
        fits["box"] = max(fits["box"], upright)
    kind = max(fits, key=lambda k: fits[k])
    return kind, fits[kind]


@cache
def _ideals() -> dict[NodeKind, Array]:
    last, middle = _RASTER - 1, (_RASTER - 1) // 2
    box = np.ones((_RASTER, _RASTER), np.uint8)
    ellipse = np.zeros_like(box)
    cv2.ellipse(ellipse, (middle, middle), (middle, middle), 0, 0, 360, 1, -1)
    diamond = np.zeros_like(box)
    corners = np.array([[middle, 0], [last, middle], [middle, last], [0, middle]], np.int32)
    cv2.fillConvexPoly(diamond, corners, 1)
    return {"box": box, "ellipse": ellipse, "diamond": diamond}


def _is_letter(box: Box, lines: Sequence[Line]) -> bool:
    """Tell whether a hole is the eye of an o, or the inside of a bracket or a sign."""
    height = box[3] - box[1]
    for line in lines:
        if overlap_share(box, line.box) < 0.8:
            continue
        # A line's box is higher than its letters, and the eye of an O is lower than they are.
        if height < (1.1 if len(line.text) > 3 else 0.6) * line.height:
            return True
    return False


def _patches(view: View) -> list[Figure]:
    """Find patches of saturated colour: sticky notes and filled boxes."""
    small = cv2.resize(
        view.bgr,
        None,
        fx=1 / _PATCH_STEP,
        fy=1 / _PATCH_STEP,
        interpolation=cv2.INTER_AREA,
    )
    if min(small.shape[:2]) < 4:
        return []
    lab = cv2.cvtColor(small, cv2.COLOR_BGR2LAB).astype(np.int16)
    board = np.array([[view.background]]).astype(np.uint8)
    base = cv2.cvtColor(board, cv2.COLOR_BGR2LAB)[0, 0].astype(np.int16)
    shift = lab[:, :, 1:] - base[1:]
    chroma = np.hypot(shift[:, :, 0], shift[:, :, 1])
    hue = np.degrees(np.arctan2(shift[:, :, 1], shift[:, :, 0])) % 360
    found: list[Figure] = []
    # Coloured letters are ink, not paper; what they leave bare on a note is closed again.
    inked = cv2.resize(view.ink, small.shape[1::-1], interpolation=cv2.INTER_AREA)
    coloured = (chroma > (9 if view.clean else 16)) & (inked < 60)
    # Overlapping windows of hue, so that no colour sits on a border between two.
    for start in range(0, 360, 30):
        mask = coloured & ((hue - start) % 360 < 60)
        for figure in _patches_in(np.asarray(mask, np.uint8) * 255, view):
            _add(found, figure, 0)
    return found


def _patches_in(mask: Array, view: View) -> list[Figure]:
    if np.count_nonzero(mask) < 16:
        return []
    kernel = np.ones((3, 3), np.uint8)
    mask = cv2.morphologyEx(cv2.morphologyEx(mask, cv2.MORPH_OPEN, kernel), cv2.MORPH_CLOSE, kernel)
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    height, width = view.ink.shape
    found = []
    for contour in contours:
        x, y, w, h = cv2.boundingRect(contour)
        if min(w, h) * _PATCH_STEP < _MIN_PATCH or w * h > 0.4 * mask.size:
            continue
        at_edge = (x <= 1) + (y <= 1) + (x + w >= mask.shape[1] - 1) + (y + h >= mask.shape[0] - 1)
        if at_edge >= 2:
            continue  # the wall or the table beside the board
        hull = cv2.convexHull(contour).reshape(-1, 2)
        solidity = cv2.contourArea(contour) / max(cv2.contourArea(hull), 1.0)
        kind, fit = _kind_of(hull, (x, y, w, h))
        if solidity < 0.85 or fit < 0.8:
            continue
        box = (x * _PATCH_STEP, y * _PATCH_STEP, (x + w) * _PATCH_STEP, (y + h) * _PATCH_STEP)
        shape = Shape(
            "sticky" if kind == "box" else kind,
            grown(box, 0, width, height),
            round(min(0.97, fit * solidity), 3),
            filled=True,
        )
        found.append(Figure(shape, hull * _PATCH_STEP))
    return found


def _with_patches(outlined: list[Figure], patches: list[Figure], view: View) -> list[Figure]:
    """Give outlined figures their fill; patches without an outline are figures of their own."""
    figures = [
        replace(figure, shape=replace(figure.shape, fill=fill_colour(view, _inner(figure))))
        for figure in outlined
    ]
    for patch in patches:
        box = patch.shape.box
        if any(overlap_union(box, figure.shape.box) > 0.6 for figure in outlined):
            continue
        fill = fill_colour(view, _inner(patch))
        if fill is not None:
            figures.append(replace(patch, shape=replace(patch.shape, fill=fill)))
    return figures


def _inner(figure: Figure) -> Box:
    x0, y0, x1, y1 = figure.shape.box
    inset = 0.22 if figure.shape.kind == "diamond" else 0.12
    dx, dy = inset * (x1 - x0), inset * (y1 - y0)
    return (x0 + dx, y0 + dy, x1 - dx, y1 - dy)


def _without_between(figures: list[Figure]) -> list[Figure]:
    """Drop the spaces that arrows and boxes enclose together: they cut into their neighbours."""
    kept: list[Figure] = []
    for figure in figures:
        cut = [
            other
            for other in figures
            if other is not figure
            and area_of(other.shape.box) < 0.8 * area_of(figure.shape.box)
            and 0.08 < overlap_share(other.shape.box, figure.shape.box) < 0.85
        ]
        if len(cut) < 2 and not (cut and figure.shape.confidence < 0.9):
            kept.append(figure)
    return kept


def _without_grid(figures: list[Figure], lines: Sequence[Line]) -> list[Figure]:
    """Drop the cells of ruled and squared paper: many, alike, touching and empty."""
    boxes = [line.box for line in lines]
    empty = [f for f in figures if not any(holds(f.shape.box, box) for box in boxes)]
    cells = {
        id(figure)
        for figure in empty
        if sum(_neighbours(figure.shape.box, other.shape.box) for other in empty) >= 3
    }
    return figures if len(cells) < _GRID else [f for f in figures if id(f) not in cells]


def _neighbours(one: Box, two: Box) -> bool:
    wide, high = one[2] - one[0], one[3] - one[1]
    alike = 0.6 < (two[2] - two[0]) / wide < 1.6 and 0.6 < (two[3] - two[1]) / high < 1.6
    dx = max(one[0], two[0]) - min(one[2], two[2])
    dy = max(one[1], two[1]) - min(one[3], two[3])
    return one is not two and alike and max(dx, dy) < 8
