"""Arrows and pen strokes: where a line meets a shape, its heads, and smooth ink."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from PIL import ImageDraw

from ingest.draw.colours import RGB
from kb.scene import Box, Point


def border_point(box: Box, kind: str, toward: Point) -> Point:
    """Return where the line from the centre of `box` to `toward` crosses the shape's border."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    dx, dy = toward[0] - x, toward[1] - y
    half_w, half_h = (box[2] - box[0]) / 2 or 0.5, (box[3] - box[1]) / 2 or 0.5
    across, down = abs(dx) / half_w, abs(dy) / half_h
    if kind == "ellipse":
        reach = math.hypot(across, down)
    elif kind == "diamond":
        reach = across + down
    else:
        reach = max(across, down)
    if reach <= 1:  # `toward` lies inside the shape
        return (x, y)
    return (x + dx / reach, y + dy / reach)


def straight_path(source: tuple[Box, str], target: tuple[Box, str]) -> list[Point]:
    """Return the line between two shapes, each given as (box, kind), from border to border."""
    if source == target:
        return _loop(source[0])
    (a, _), (b, _) = source, target
    centre_a = ((a[0] + a[2]) / 2, (a[1] + a[3]) / 2)
    centre_b = ((b[0] + b[2]) / 2, (b[1] + b[3]) / 2)
    return [border_point(*source, centre_b), border_point(*target, centre_a)]


def _loop(box: Box) -> list[Point]:
    reach = min(box[2] - box[0], box[3] - box[1], 80.0) / 2
    right, top = box[2], box[1]
    return [
        (right, top + reach),
        (right + reach, top + reach),
        (right + reach, top - reach),
        (right - reach, top - reach),
        (right - reach, top),
    ]


def midpoint(path: Sequence[Point]) -> Point:
    """Return the point half way along `path` (at least one point)."""
    steps = [math.dist(a, b) for a, b in pairwise(path)]
    left = sum(steps) / 2
    for (a, b), step in zip(pairwise(path), steps, strict=True):
        if step >= left and step > 0:
            return _between(a, b, left / step)
        left -= step
    return path[0]


def draw_line(
    pen: ImageDraw.ImageDraw, points: Sequence[Sequence[float]], colour: RGB, width: float
) -> None:
    """Draw a polyline with round joints and ends; a single point becomes a dot."""
    flat = [(point[0], point[1]) for point in points]
    stroke = max(1, round(width))
    if len(flat) > 1:
        pen.line(flat, fill=colour, width=stroke, joint="curve")
    if stroke > 2 or len(flat) == 1:
        for x, y in (flat[0], flat[-1]):
            radius = max(stroke / 2, 0.5)
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)


def draw_dashed(
    pen: ImageDraw.ImageDraw, points: Sequence[Point], colour: RGB, width: float, dash: float
) -> None:
    """Draw a polyline in dashes of `dash` pixels with gaps nearly as long."""
    left, drawn = dash, True
    for a, b in pairwise(points):
        far = math.dist(a, b)
        at = 0.0
        while at < far:
            step = min(left, far - at)
            if drawn:
                ends = [_between(a, b, at / far), _between(a, b, (at + step) / far)]
                pen.line(ends, fill=colour, width=max(1, round(width)))
            at, left = at + step, left - step
            if left <= 0:
                drawn = not drawn
                left = dash if drawn else dash * 0.8


def _between(a: Point, b: Point, share: float) -> Point:
    return (a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share)


def draw_head(
    pen: ImageDraw.ImageDraw, path: Sequence[Point], colour: RGB, width: float, length: float
) -> None:
    """Draw an open arrow head of `length` pixels at the end of `path`."""
    tip = path[-1]
    back = next((p for p in reversed(path[:-1]) if math.dist(p, tip) >= length / 2), path[0])
    if back == tip:
        return
    angle = math.atan2(back[1] - tip[1], back[0] - tip[0])
    for turn in (-0.45, 0.45):
        wing = (tip[0] + length * math.cos(angle + turn), tip[1] + length * math.sin(angle + turn))
        draw_line(pen, [tip, wing], colour, width)
