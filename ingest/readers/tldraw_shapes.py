"""Sizes, places and words of single tldraw shapes. Nothing here raises."""

from __future__ import annotations

import base64
import binascii
import math
import struct
from typing import Any

from ingest.readers.native_values import items, mapping, number, words
from kb.scene import Box, Point

Frame = tuple[float, float, float]  # x, y, radians

_FONT = {"s": 18.0, "m": 24.0, "l": 36.0, "xl": 44.0}  # px of free text
_LABEL = {"s": 18.0, "m": 22.0, "l": 26.0, "xl": 32.0}  # px in shapes and notes
_STROKE = {"s": 2.0, "m": 3.5, "l": 5.0, "xl": 10.0}
_NOTE = 200.0
_LEADING = 1.35
_DEEPEST = 30  # lists within lists of a text
MAX_PEN_POINTS = 200_000


def placed(shape: dict[str, Any], frame: Frame) -> Frame | None:
    """Return the origin and turn of `shape` on the page, given those of its parent."""
    x, y = number(shape.get("x", 0)), number(shape.get("y", 0))
    if x is None or y is None:
        return None
    left, top = on_page((x, y), frame)
    return (left, top, frame[2] + (number(shape.get("rotation")) or 0.0))


def on_page(point: Point, frame: Frame) -> Point:
    """Return where a point of a shape whose origin and turn are `frame` lies on the page."""
    x, y, angle = frame
    if not angle:
        return (x + point[0], y + point[1])
    cos, sin = math.cos(angle), math.sin(angle)
    return (x + point[0] * cos - point[1] * sin, y + point[0] * sin + point[1] * cos)


def font_size(props: dict[str, Any], kind: str) -> float:
    """Return the height of the letters in page units."""
    sizes = _FONT if kind == "text" else _LABEL
    return sizes.get(words(props.get("size")), sizes["m"]) * _scale(props)


def stroke_width(props: dict[str, Any]) -> float:
    """Return the width of a shape's lines in page units."""
    return _STROKE.get(words(props.get("size")), 3.5) * _scale(props)


def box_of(shape: dict[str, Any], frame: Frame, text: str) -> Box | None:
    """Return the box around a shape on the page; None where its size is unusable."""
    props = mapping(shape.get("props"))
    size = _size(shape, props, text)
    if size is None:
        return None
    w, h = size
    corners = [on_page(corner, frame) for corner in ((0.0, 0.0), (w, 0.0), (w, h), (0.0, h))]
    xs, ys = [corner[0] for corner in corners], [corner[1] for corner in corners]
    return (min(xs), min(ys), max(xs), max(ys))


def _size(shape: dict[str, Any], props: dict[str, Any], text: str) -> tuple[float, float] | None:
    kind = shape.get("type")
    w, h = number(props.get("w", 100)), number(props.get("h", 100))
    grown = number(props.get("growY")) or 0.0
    if kind == "note":
        side = _NOTE * _scale(props)
        return (side, side + grown * _scale(props))
    if kind == "text":
        return _text_size(props, text, w)
    if w is None or h is None:
        return None
    return (abs(w), abs(h) + grown)


def _text_size(props: dict[str, Any], text: str, w: float | None) -> tuple[float, float]:
    """Return the size of free text, which tldraw measures anew and doesn't store."""
    letter = font_size(props, "text")
    lines = text.split("\n") or [""]
    widths = [sum(1.0 if ord(sign) > 0x2E7F else 0.55 for sign in line) for line in lines]
    natural = max(widths) * letter + 8
    if props.get("autoSize") is False and w:
        wrapped = sum(max(1, math.ceil(width * letter / max(w, letter))) for width in widths)
        return (w, wrapped * letter * _LEADING)
    return (natural, len(lines) * letter * _LEADING)


def _scale(props: dict[str, Any]) -> float:
    scale = number(props.get("scale", 1)) or 1.0
    return min(max(abs(scale), 0.01), 100.0)


def rich_text(value: object, depth: int = 0) -> str:
    """Return the words of a ProseMirror document, one line for each paragraph."""
    node = mapping(value)
    if depth > _DEEPEST:
        return ""
    if node.get("type") == "text":
        return words(node.get("text"))
    if node.get("type") == "hardBreak":
        return "\n"
    inner = [rich_text(child, depth + 1) for child in items(node.get("content"))]
    inline = node.get("type") in ("paragraph", "heading", "codeBlock")
    return "".join(inner) if inline else "\n".join(inner)


def arrow_path(props: dict[str, Any], frame: Frame) -> list[Point]:
    """Return the ends of an arrow that say where they are, on the page."""
    path = []
    for terminal in ("start", "end"):
        end = mapping(props.get(terminal))
        x, y = number(end.get("x")), number(end.get("y"))
        if x is not None and y is not None:
            path.append(on_page((x, y), frame))
    return path if len(path) == 2 else []


def pen_lines(shape: dict[str, Any], frame: Frame) -> list[list[Point]]:
    """Return the lines of a drawn, highlighted or multi-point line shape, on the page."""
    props = mapping(shape.get("props"))
    if shape.get("type") == "line":
        raw = props.get("points") or props.get("handles")
        handles = [mapping(one) for one in mapping(raw).values()] if isinstance(raw, dict) else []
        handles.sort(key=lambda one: words(one.get("index")))
        lines = [_points(handles)]
    else:
        lines = [_segment(mapping(one)) for one in items(props.get("segments"))]
    across = number(props.get("scaleX", 1)) or 1.0
    down = number(props.get("scaleY", 1)) or 1.0
    return [[on_page((x * across, y * down), frame) for x, y in line] for line in lines]


def _segment(segment: dict[str, Any]) -> list[Point]:
    path, points = segment.get("path"), segment.get("points")
    if isinstance(path, str):
        sides = 2 if segment.get("dim") == 2 else 3
        return _unpacked(path, f"<{sides}f", f"<{sides}e")
    if isinstance(points, str):
        return _unpacked(points, "<", "<3e")
    return _points(items(points))


def _points(found: list[Any]) -> list[Point]:
    points = []
    for one in found[:MAX_PEN_POINTS]:
        x, y = number(mapping(one).get("x")), number(mapping(one).get("y"))
        if x is not None and y is not None:
            points.append((x, y))
    return points


def _unpacked(packed: str, first: str, step: str) -> list[Point]:
    """Unpack base64 points.

    Args:
        packed: a point as float32, then for each further point its difference as float16; or, in
            the oldest files, all points as float16.
        first: struct format of the first point, "<" where there is none apart.
        step: struct format of the rest; x and y come first, pressure may follow.
    """
    try:
        raw = base64.b64decode(packed, validate=True)
    except (binascii.Error, ValueError):
        return []
    start, size = struct.calcsize(first), struct.calcsize(step)
    if len(raw) < start:
        return []
    last = min(len(raw) - size, start + MAX_PEN_POINTS * size)
    rest = [struct.unpack_from(step, raw, at)[:2] for at in range(start, last + 1, size)]
    if not start:
        return [(x, y) for x, y in rest if number(x) is not None and number(y) is not None]
    x, y = struct.unpack_from(first, raw)[:2]
    points = []
    for dx, dy in ((0.0, 0.0), *rest):
        x, y = x + dx, y + dy
        if number(x) is None or number(y) is None:
            break
        points.append((x, y))
    return points
