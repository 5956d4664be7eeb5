"""Outlines of node shapes as a hand draws them, and where a line meets them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from evals.boards.pen import Floats
from evals.boards.spec import Shape
from kb.scene import Box

Strokes = list[Floats]

# room around the words, in text sizes: left and right, above and below
PADDING: dict[str, tuple[float, float]] = {
    "text": (0.1, 0.0),
    "title": (0.1, 0.1),
    "box": (0.75, 0.5),
    "round": (0.8, 0.5),
    "ellipse": (1.2, 0.85),
    "diamond": (2.0, 1.15),
    "cylinder": (0.8, 0.85),
    "document": (0.7, 0.8),
    "sticky": (0.55, 0.7),
    "cloud": (1.5, 1.0),
    "person": (0.2, 0.0),
    "icon": (0.2, 0.0),
}
PERSON = (1.7, 2.6)  # width and height of the stick figure, in text sizes


def outline(shape: Shape, box: Box, rng: np.random.Generator) -> Strokes:
    """Return the strokes ``[(n, 2)]`` that draw `shape` into `box`; none for bare words."""
    draw = _OUTLINES.get(shape)
    return draw(box, rng) if draw else []


def polygon(shape: Shape, box: Box, angle: float = 0.0) -> Floats:
    """Return the filled area ``(n, 2)`` of a shape, turned by `angle` degrees around its middle."""
    x0, y0, x1, y1 = box
    if shape in ("ellipse", "cloud"):
        around = np.linspace(0, 2 * np.pi, 40, endpoint=False)
        return _ellipse(box, around)
    if shape in ("round", "document"):
        return _OUTLINES[shape](box, np.random.default_rng(0))[0]
    if shape == "cylinder":
        top, sides = _cylinder(box, np.random.default_rng(0))
        return np.concatenate([top[top[:, 1] <= sides[0, 1]], sides[::-1]])
    if shape == "diamond":
        cx, cy = (x0 + x1) / 2, (y0 + y1) / 2
        return np.array([(cx, y0), (x1, cy), (cx, y1), (x0, cy)])
    corners = np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], np.float64)
    return turned(corners, box, angle)


def turned(points: Floats, box: Box, angle: float) -> Floats:
    """Turn `points` around the middle of `box`, counter-clockwise degrees as seen."""
    turn = np.deg2rad(-angle)
    cos, sin = np.cos(turn), np.sin(turn)
    centre = np.array([(box[0] + box[2]) / 2, (box[1] + box[3]) / 2])
    return np.asarray((points - centre) @ np.array([[cos, sin], [-sin, cos]]) + centre)


def border(shape: Shape, box: Box, toward: tuple[float, float], gap: float) -> tuple[float, float]:
    """Return where a line from the middle of `box` to `toward` leaves the shape, plus `gap`."""
    cx, cy = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    hw, hh = max((box[2] - box[0]) / 2, 1.0), max((box[3] - box[1]) / 2, 1.0)
    dx, dy = toward[0] - cx, toward[1] - cy
    length = float(np.hypot(dx, dy))
    if length < 1e-6:
        return cx, cy
    if shape in ("ellipse", "cloud"):
        reach = 1 / float(np.hypot(dx / length / hw, dy / length / hh))
    elif shape == "diamond":
        reach = 1 / (abs(dx) / length / hw + abs(dy) / length / hh)
    else:
        reach = 1 / max(abs(dx) / length / hw, abs(dy) / length / hh)
    reach = min(reach + gap, length)
    return cx + dx / length * reach, cy + dy / length * reach


def _ellipse(box: Box, around: Floats) -> Floats:
    cx, cy = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return np.stack(
        [cx + np.cos(around) * (box[2] - box[0]) / 2, cy + np.sin(around) * (box[3] - box[1]) / 2],
        axis=1,
    )


def _box(box: Box, rng: np.random.Generator) -> Strokes:
    x0, y0, x1, y1 = box
    corners = np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)]) + rng.normal(0, 1.8, (4, 2))
    if rng.random() < 0.5:  # one stroke around, a little past the start
        past = corners[0] + (corners[1] - corners[0]) * 0.04 + rng.normal(0, 2.5, 2)
        return [np.concatenate([corners, corners[:1] + rng.normal(0, 2.5, 2), [past]])]
    left_down = np.array([corners[0], corners[3], corners[2] + rng.normal(0, 2, 2)])
    return [left_down, np.array([corners[0], corners[1], corners[2]])]


def _round(box: Box, _rng: np.random.Generator) -> Strokes:
    x0, y0, x1, y1 = box
    r = min(18.0, (x1 - x0) / 3, (y1 - y0) / 3)
    quarter = np.linspace(0, np.pi / 2, 7)
    corners = [(x1 - r, y0 + r, -np.pi / 2), (x1 - r, y1 - r, 0.0)]
    corners += [(x0 + r, y1 - r, np.pi / 2), (x0 + r, y0 + r, np.pi)]
    arcs = [
        np.stack([cx + r * np.cos(quarter + a), cy + r * np.sin(quarter + a)], axis=1)
        for cx, cy, a in corners
    ]
    path = np.concatenate(arcs)
    return [np.concatenate([path, path[:2] + np.array([2.0, 1.5])])]


def _round_trip(box: Box, rng: np.random.Generator) -> Strokes:
    start = float(rng.uniform(-2.4, -1.4))
    past = float(rng.uniform(0.05, 0.35))
    path = _ellipse(box, np.linspace(start, start + 2 * np.pi + past, 60))
    centre = path.mean(axis=0)
    return [centre + (path - centre) * np.linspace(1.0, rng.uniform(0.96, 1.0), 60)[:, None]]


def _diamond(box: Box, rng: np.random.Generator) -> Strokes:
    corners = polygon("diamond", box) + rng.normal(0, 1.5, (4, 2))
    return [np.concatenate([corners, corners[:1] + rng.normal(0, 2, 2)])]


def _cylinder(box: Box, _rng: np.random.Generator) -> Strokes:
    x0, y0, x1, y1 = box
    lid = min(14.0, (y1 - y0) / 5)
    top = _ellipse((x0, y0, x1, y0 + 2 * lid), np.linspace(-3.3, 3.2, 50))
    foot = _ellipse((x0, y1 - 2 * lid, x1, y1), np.linspace(np.pi, 0, 25))
    sides = np.concatenate([[(x0, y0 + lid)], foot, [(x1, y0 + lid)]])
    return [top, sides]


def _document(box: Box, _rng: np.random.Generator) -> Strokes:
    x0, y0, x1, y1 = box
    xs = np.linspace(x1, x0, 30)
    wave = y1 - 9 + 8 * np.sin((xs - x0) / (x1 - x0) * 2 * np.pi)
    foot = np.stack([xs, wave], axis=1)
    return [np.concatenate([[(x0, y0), (x1, y0)], foot, [(x0, y0 - 1)]])]


def _cloud(box: Box, _rng: np.random.Generator) -> Strokes:
    n = 9
    around = np.linspace(0, 2 * np.pi, n * 14)
    ring = _ellipse(box, around)
    centre = np.array([(box[0] + box[2]) / 2, (box[1] + box[3]) / 2])
    bumps = 0.88 + 0.12 * np.abs(np.sin(around * n / 2))
    return [centre + (ring - centre) * bumps[:, None]]


def _person(box: Box, _rng: np.random.Generator) -> Strokes:
    x0, y0, x1, y1 = box
    cx, h = (x0 + x1) / 2, y1 - y0
    head = _ellipse((cx - h * 0.14, y0, cx + h * 0.14, y0 + h * 0.28), np.linspace(-1.5, 5.0, 30))
    body = np.array([(cx, y0 + h * 0.28), (cx, y0 + h * 0.66)])
    arms = np.array([(x0, y0 + h * 0.52), (cx, y0 + h * 0.38), (x1, y0 + h * 0.52)])
    legs = np.array([(x0 + 3, y1), (cx, y0 + h * 0.66), (x1 - 3, y1)])
    return [head, body, arms, legs]


_OUTLINES: dict[str, Callable[[Box, np.random.Generator], Strokes]] = {
    "box": _box,
    "round": _round,
    "ellipse": _round_trip,
    "diamond": _diamond,
    "cylinder": _cylinder,
    "document": _document,
    "cloud": _cloud,
    "person": _person,
}
