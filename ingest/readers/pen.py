"""Pen strokes in whatever units they came, to a board: scaled, drawn, kept."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.board import Board
from ingest.readers.native_values import colour_name
from kb.errors import BadSource
from kb.scene import MAX_POINTS, MAX_STROKES, Stroke

LONGEST = 2000  # pixels of the picture's longest side
SMALL = 480  # ink smaller than this is in millimetres or inches, not in pixels
ENLARGED = 1200
MARGIN = 40
MAX_INK_POINTS = 1_000_000
MIN_WIDTH, USUAL_WIDTH, MAX_WIDTH = 2.0, 3.0, 100.0
_FARTHEST = 1e9  # any unit


@dataclass(frozen=True, slots=True)
class PenStroke:
    """A stroke as the file has it.

    Attributes:
        points: (x, y) or (x, y, t); x and y in the file's units, y down; t in milliseconds.
        color: as the file writes it (``#rrggbb``, a CSS name), or None.
        width: in the units of x and y, or None.
    """

    points: Sequence[Sequence[float]]
    color: str | None = None
    width: float | None = None


def board_of(ink: Sequence[PenStroke], name: str) -> Board:
    """Draw the strokes on one board, at most `LONGEST` pixels wide or high.

    Raises:
        BadSource: ``empty``, ``too_many_elements``, or ``corrupt`` for coordinates out of reach.
    """
    ink = [stroke for stroke in ink if stroke.points]
    if not ink:
        raise BadSource(f"{name}: holds no pen stroke", code="empty")
    _check_bounds(ink, name)
    x0, x1 = _span(ink, 0)
    y0, y1 = _span(ink, 1)
    scale = _scale(max(x1 - x0, y1 - y0))
    width, height = (
        min(math.ceil(extent * scale) + 2 * MARGIN, LONGEST) for extent in (x1 - x0, y1 - y0)
    )
    strokes = tuple(part for stroke in ink for part in _placed(stroke, x0, y0, scale))
    if len(strokes) > MAX_STROKES:
        raise _too_many(name)
    from ingest.draw import draw_strokes

    return Board(page=1, picture=draw_strokes(strokes, width, height), strokes=strokes)


def _check_bounds(ink: Sequence[PenStroke], name: str) -> None:
    if len(ink) > MAX_STROKES or sum(len(stroke.points) for stroke in ink) > MAX_INK_POINTS:
        raise _too_many(name)
    for stroke in ink:
        if not all(abs(value) <= _FARTHEST for point in stroke.points for value in point[:2]):
            raise BadSource(f"{name}: a pen coordinate is beyond ±{_FARTHEST:g}", code="corrupt")


def _too_many(name: str) -> BadSource:
    return BadSource(
        f"{name}: more than {MAX_STROKES:,} strokes or {MAX_INK_POINTS:,} points",
        code="too_many_elements",
    )


def _span(ink: Sequence[PenStroke], axis: int) -> tuple[float, float]:
    values = [point[axis] for stroke in ink for point in stroke.points]
    return min(values), max(values)


def _scale(longest: float) -> float:
    room = LONGEST - 2 * MARGIN
    if longest > room:
        return room / longest
    if 1e-6 < longest < SMALL:
        return ENLARGED / longest
    return 1.0


def _placed(stroke: PenStroke, x0: float, y0: float, scale: float) -> Iterator[Stroke]:
    """Bring one stroke into the picture; one of too many points becomes several that touch."""
    points = [_moved(point, x0, y0, scale) for point in stroke.points]
    width = USUAL_WIDTH if stroke.width is None else stroke.width * scale
    width = min(max(width, MIN_WIDTH), MAX_WIDTH)
    color = colour_name(stroke.color)
    for start in range(0, max(len(points) - 1, 1), MAX_POINTS - 1):
        part = tuple(points[start : start + MAX_POINTS])
        yield Stroke(points=part, color=color, width=round(width, 2))


def _moved(
    point: Sequence[float], x0: float, y0: float, scale: float
) -> tuple[float, float] | tuple[float, float, float]:
    x = round((point[0] - x0) * scale + MARGIN, 1)
    y = round((point[1] - y0) * scale + MARGIN, 1)
    return (x, y, point[2]) if len(point) > 2 else (x, y)
