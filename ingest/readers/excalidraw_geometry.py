"""Where Excalidraw's elements lie: turned shapes, curved lines, and the box around them all.

Follows how Excalidraw computes bounds when it exports: corners turned about the middle of the
element; a round line is the cubic spline that rough.js draws through its points (tightness 0).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ingest.readers.native_values import items, number
from kb.scene import Box, Point, union_box

LINEAR = ("arrow", "line", "freedraw", "draw")
_STEPS = 8  # of one span of a curve
_MAX_CURVED = 500  # points; a longer line is dense enough to stay as it is


def outline(element: dict[str, Any]) -> list[Point] | None:
    """Return the points that bound `element` in the scene; None where its numbers are unusable."""
    x, y = number(element.get("x")), number(element.get("y"))
    w, h = number(element.get("width", 0)), number(element.get("height", 0))
    if x is None or y is None or w is None or h is None:
        return None
    angle = number(element.get("angle")) or 0.0
    kind = element.get("type")
    if kind in LINEAR:
        return _turned_line(_line(element, x, y), angle)
    middle = (x + w / 2, y + h / 2)
    if kind == "ellipse":
        across = math.hypot(w / 2 * math.cos(angle), h / 2 * math.sin(angle))
        down = math.hypot(w / 2 * math.sin(angle), h / 2 * math.cos(angle))
        return [
            (middle[0] - across, middle[1] - down),
            (middle[0] + across, middle[1] + down),
        ]
    if kind == "diamond":
        corners = [(x + w / 2, y), (x + w, y + h / 2), (x + w / 2, y + h), (x, y + h / 2)]
    else:
        corners = [(x, y), (x + w, y), (x + w, y + h), (x, y + h)]
    return [_turned(corner, middle, angle) for corner in corners]


def box_of(points: Sequence[Point]) -> Box:
    """Return the box around `points` (at least one)."""
    xs, ys = [point[0] for point in points], [point[1] for point in points]
    return (min(xs), min(ys), max(xs), max(ys))


def bounds_of(elements: Sequence[dict[str, Any]]) -> Box | None:
    """Return the box around all elements that lie somewhere; None where none does."""
    boxes = [box_of(points) for element in elements if (points := outline(element))]
    return union_box(boxes) if boxes else None


def _line(element: dict[str, Any], x: float, y: float) -> list[Point]:
    points: list[Point] = []
    for point in items(element.get("points")):
        pair = items(point)
        if len(pair) < 2:
            continue
        dx, dy = number(pair[0]), number(pair[1])
        if dx is not None and dy is not None:
            points.append((x + dx, y + dy))
    straight = element.get("type") in ("freedraw", "draw") or element.get("elbowed") is True
    if element.get("roundness") and not straight and 2 < len(points) <= _MAX_CURVED:
        return spline(points)
    return points


def spline(points: Sequence[Point]) -> list[Point]:
    """Return the curve through `points` as a polyline, in `_STEPS` pieces a span."""
    padded = [points[0], *points, points[-1]]
    curve = [points[0]]
    for before, start, end, after in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        first = (start[0] + (end[0] - before[0]) / 6, start[1] + (end[1] - before[1]) / 6)
        second = (end[0] + (start[0] - after[0]) / 6, end[1] + (start[1] - after[1]) / 6)
        shares = (step / _STEPS for step in range(1, _STEPS + 1))
        curve.extend(_bezier(start, first, second, end, share) for share in shares)
    return curve


def _bezier(a: Point, b: Point, c: Point, d: Point, t: float) -> Point:
    s = 1 - t
    weights = (s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t)
    return (
        sum(w * p[0] for w, p in zip(weights, (a, b, c, d), strict=True)),
        sum(w * p[1] for w, p in zip(weights, (a, b, c, d), strict=True)),
    )


def _turned_line(points: list[Point], angle: float) -> list[Point]:
    if not points or not angle:
        return points
    box = box_of(points)
    middle = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
    return [_turned(point, middle, angle) for point in points]


def _turned(point: Point, middle: Point, angle: float) -> Point:
    if not angle:
        return point
    dx, dy = point[0] - middle[0], point[1] - middle[1]
    cos, sin = math.cos(angle), math.sin(angle)
    return (middle[0] + dx * cos - dy * sin, middle[1] + dx * sin + dy * cos)
