"""Shapes as hurried hands draw them: open, overshot, uneven; hatching and marks on words."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from evals.boards.drawings import drawing
from evals.boards.pen import Floats, smooth
from evals.boards.shapes import Strokes, outline, polygon, turned
from evals.boards.spec import Emphasis, Item
from kb.scene import Box

_CORNERED = ("box", "sticky", "diamond", "round", "document")


def scrawl(item: Item, box: Box, sloppy: float, rng: np.random.Generator) -> Strokes:
    """Return the strokes ``[(n, 2)]`` of an item's shape; none for bare words."""
    if item.shape == "icon":
        strokes = drawing(item.drawing, box)
    elif item.shape in ("box", "diamond"):
        strokes = _corners(polygon(item.shape, box), sloppy, rng)
    elif item.shape == "round":
        strokes = _rounded(box, sloppy, rng)
    elif item.shape == "ellipse":
        strokes = _loop(box, sloppy, rng)
    else:
        strokes = outline(item.shape, box, rng)
    if item.angle:
        strokes = [turned(stroke, box, item.angle) for stroke in strokes]
    return strokes


def _corners(corners: Floats, sloppy: float, rng: np.random.Generator) -> Strokes:
    """Four sides in one to four strokes that miss or pass each other at the corners."""
    span = float(np.ptp(corners, axis=0).min())
    spots = corners + rng.normal(0, min(0.04 * span, 7.0) * sloppy + 0.8, (4, 2))
    start = int(rng.integers(4))
    ring = [spots[(start + i) % 4] for i in range(5)]
    ring[4] = ring[4] + rng.normal(0, min(0.06 * span, 9.0) * sloppy, 2)
    cuts = {1: [0, 4], 2: [0, 2, 4], 3: [0, 3, 4], 4: [0, 1, 2, 3, 4]}[
        int(rng.choice([1, 1, 2, 3, 4]))
    ]
    strokes = []
    for a, b in pairwise(cuts):
        stroke = np.array(ring[a : b + 1])
        for end, back in ((0, 1), (-1, -2)):
            way = stroke[end] - stroke[back]
            way = way / (float(np.hypot(*way)) or 1.0)
            stroke[end] = stroke[end] + way * float(rng.normal(1.5, 5.0)) * sloppy
        strokes.append(_bent(stroke, sloppy, rng))
    return strokes


def _bent(stroke: Floats, sloppy: float, rng: np.random.Generator) -> Floats:
    """Bow each straight piece a little and soften its corners."""
    pieces = []
    for a, b in pairwise(stroke):
        length = float(np.hypot(*(b - a)))
        t = np.linspace(0, 1, max(3, int(length / 12)))[:, None]
        normal = np.array([a[1] - b[1], b[0] - a[0]]) / (length or 1.0)
        bow = float(rng.normal(0, 0.012)) * length * sloppy
        pieces.append(a + (b - a) * t + normal * bow * 4 * t * (1 - t))
    return np.concatenate(pieces)


def _rounded(box: Box, sloppy: float, rng: np.random.Generator) -> Strokes:
    x0, y0, x1, y1 = box
    r = float(rng.uniform(0.15, 0.48)) * min(x1 - x0, y1 - y0)
    quarter = np.linspace(0, np.pi / 2, 6)
    spots = [(x1 - r, y0 + r, -1), (x1 - r, y1 - r, 0), (x0 + r, y1 - r, 1), (x0 + r, y0 + r, 2)]
    arcs = [
        np.stack(
            [x + r * np.cos(quarter + k * np.pi / 2), y + r * np.sin(quarter + k * np.pi / 2)], 1
        )
        for x, y, k in spots
    ]
    path = np.concatenate(arcs)
    start = int(rng.integers(len(path)))
    past = int(rng.integers(1, 4))
    path = np.concatenate([path[start:], path[:start], path[start : start + past]])
    open_by = rng.normal(0, 3.0 * sloppy, 2)
    return [path + np.linspace(0, 1, len(path))[:, None] * open_by]


def _loop(box: Box, sloppy: float, rng: np.random.Generator) -> Strokes:
    """Draw an ellipse that isn't quite one and whose ends don't meet, once or twice around."""
    start = float(rng.uniform(0, 2 * np.pi))
    rounds = 2 * np.pi * (2 if rng.random() < 0.08 else 1)
    angle = np.linspace(start, start + rounds + float(rng.normal(0.12, 0.2 * sloppy)), 70)
    wave = 1 + 0.035 * sloppy * smooth(rng, 70, 18)
    wave = wave * np.linspace(1.0, 1 + float(rng.normal(0, 0.05)) * sloppy, 70)
    half = np.array([(box[2] - box[0]) / 2, (box[3] - box[1]) / 2])
    centre = np.array([(box[0] + box[2]) / 2, (box[1] + box[3]) / 2])
    lean = float(rng.normal(0, 0.06)) * sloppy
    ring = np.stack([np.cos(angle) + lean * np.sin(angle), np.sin(angle)], axis=1)
    return [centre + ring * wave[:, None] * half]


def hatching(box: Box, rng: np.random.Generator, *, oval: bool) -> Strokes:
    """Return slanted lines that fill a box or the ellipse within it."""
    step = float(rng.uniform(7, 16))
    x0, y0, x1, y1 = box
    middle, half = np.array([(x0 + x1) / 2, (y0 + y1) / 2]), np.array([x1 - x0, y1 - y0]) / 2
    half = np.maximum(half - 3, 2.0)
    strokes: Strokes = []
    lean = float(rng.uniform(0.5, 1.4))
    tall = half[1]
    for at in np.arange(-half[0] - tall * lean, half[0] + tall * lean, step):
        t = np.linspace(-1, 1, 30)
        line = np.stack([at - t * tall * lean, t * tall], axis=1) / half
        inside = (np.hypot(*line.T) < 1) if oval else (np.abs(line[:, 0]) < 1)
        if inside.sum() > 2:
            strokes.append(line[inside][[0, -1]] * half + middle)
    return strokes


def emphasised(kind: Emphasis, box: Box, size: float, rng: np.random.Generator) -> Strokes:
    """Return strokes that mark the words in `box`; `size` is that of the letters."""
    x0, y0, x1, y1 = box
    if kind == "underline":
        lines = [np.array([(x0 - 4, y1 + 3), (x1 + 8, y1 + 3 + rng.normal(0, 3))])]
        if rng.random() < 0.25:
            lines.append(lines[0] + (rng.normal(0, 6), 6.0))
        return lines
    if kind == "wave":
        xs = np.linspace(x0 - 3, x1 + 5, max(12, int((x1 - x0) / 4)))
        return [np.stack([xs, y1 + 5 + 3.2 * np.sin(xs / 4.5)], axis=1)]
    if kind == "strike":
        y = (y0 + y1) / 2 + rng.normal(0, 2)
        if rng.random() < 0.6:
            return [np.array([(x0 - 6, y + rng.normal(0, 4)), (x1 + 6, y + rng.normal(0, 4))])]
        xs = np.linspace(x0 - 3, x1 + 3, max(6, int((x1 - x0) / (0.22 * size))))
        high = np.where(np.arange(len(xs)) % 2, 0.4, -0.4) * min(y1 - y0, 1.3 * size)
        return [np.stack([xs, y + high + rng.normal(0, 2, len(xs))], axis=1)]
    if kind == "bracket":
        side, way = (x0 - 8, 9.0) if rng.random() < 0.5 else (x1 + 8, -9.0)
        if rng.random() < 0.5:
            return [
                np.array(
                    [(side + way, y0 - 3), (side, y0 - 3), (side, y1 + 3), (side + way, y1 + 3)]
                )
            ]
        t = np.linspace(-np.pi / 2, np.pi / 2, 14)
        curve = np.stack(
            [side + way - way * np.cos(t), (y0 + y1) / 2 + (y1 - y0) * 0.55 * np.sin(t)], 1
        )
        return [curve]
    grown = (x0 - 0.4 * size, y0 - 0.25 * size, x1 + 0.4 * size, y1 + 0.3 * size)
    return _loop(grown, 1.4, rng)
