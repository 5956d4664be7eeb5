"""Little pictures that people draw on boards, as strokes in a unit square."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from evals.boards.pen import Floats
from kb.scene import Box

Strokes = list[Floats]


def drawing(name: str, box: Box) -> Strokes:
    """Return the strokes ``[(n, 2)]`` of a picture in `box`. Raises KeyError for an unknown one."""
    size = np.array([box[2] - box[0], box[3] - box[1]])
    return [
        np.asarray(stroke, np.float64) * size + np.array(box[:2]) for stroke in DRAWINGS[name]()
    ]


def _arc(x: float, y: float, rx: float, ry: float, start: float = 0.0, end: float = 6.5) -> Floats:
    t = np.linspace(start, end, 28)
    return np.stack([x + rx * np.cos(t), y + ry * np.sin(t)], axis=1)


def _way(*spots: tuple[float, float]) -> Floats:
    return np.array(spots, np.float64)


def _frame(x0: float, y0: float, x1: float, y1: float) -> Floats:
    return _way((x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0))


def _spokes(x: float, y: float, near: float, far: float, n: int, turn: float = 0.0) -> Strokes:
    angles = turn + np.arange(n) * 2 * np.pi / n
    ways = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return [np.array([(x, y) + near * way, (x, y) + far * way]) for way in ways]


def _bulb() -> Strokes:
    neck = _way((0.4, 0.68), (0.4, 0.86), (0.6, 0.86), (0.6, 0.68))
    rays = [ray for ray in _spokes(0.5, 0.42, 0.4, 0.5, 9) if ray[1, 1] < 0.6]
    return [_arc(0.5, 0.42, 0.28, 0.3, 2.0, 7.4), neck, _way((0.42, 0.94), (0.58, 0.94)), *rays]


def _star() -> Strokes:
    turns = -np.pi / 2 + np.arange(6) * 4 * np.pi / 5
    return [np.stack([0.5 + 0.5 * np.cos(turns), 0.53 + 0.5 * np.sin(turns)], axis=1)]


def _gear() -> Strokes:
    return [
        _arc(0.5, 0.5, 0.32, 0.32),
        _arc(0.5, 0.5, 0.12, 0.12),
        *_spokes(0.5, 0.5, 0.32, 0.48, 8),
    ]


def _mail() -> Strokes:
    return [_frame(0.02, 0.2, 0.98, 0.85), _way((0.02, 0.2), (0.5, 0.58), (0.98, 0.2))]


def _screen() -> Strokes:
    foot = [_way((0.5, 0.7), (0.5, 0.9)), _way((0.28, 0.92), (0.72, 0.92))]
    return [_frame(0.02, 0.08, 0.98, 0.7), *foot]


def _phone() -> Strokes:
    return [
        _frame(0.26, 0.02, 0.74, 0.98),
        _way((0.42, 0.1), (0.58, 0.1)),
        _arc(0.5, 0.88, 0.05, 0.04),
    ]


def _clock() -> Strokes:
    return [_arc(0.5, 0.5, 0.47, 0.47), _way((0.5, 0.2), (0.5, 0.5), (0.72, 0.6))]


def _house() -> Strokes:
    door = _way((0.42, 0.95), (0.42, 0.65), (0.58, 0.65), (0.58, 0.95))
    return [
        _way((0.0, 0.5), (0.5, 0.05), (1.0, 0.5)),
        _way((0.12, 0.4), (0.12, 0.95), (0.88, 0.95), (0.88, 0.4)),
        door,
    ]


def _heart() -> Strokes:
    t = np.linspace(0, 2 * np.pi, 40)
    x = 16 * np.sin(t) ** 3
    y = 13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)
    return [np.stack([0.5 + x / 34, 0.46 - y / 34], axis=1)]


def _flag() -> Strokes:
    return [_way((0.2, 0.98), (0.2, 0.04)), _way((0.2, 0.06), (0.85, 0.25), (0.2, 0.48))]


def _lock() -> Strokes:
    return [
        _frame(0.15, 0.45, 0.85, 0.96),
        _arc(0.5, 0.46, 0.24, 0.36, np.pi, 2 * np.pi),
        _way((0.5, 0.62), (0.5, 0.78)),
    ]


def _lens() -> Strokes:
    return [_arc(0.4, 0.4, 0.34, 0.34), _way((0.65, 0.65), (0.98, 0.98))]


def _cart() -> Strokes:
    tray = _way((0.0, 0.12), (0.18, 0.12), (0.34, 0.66), (0.84, 0.66), (0.98, 0.26), (0.24, 0.26))
    return [tray, _arc(0.42, 0.84, 0.08, 0.08), _arc(0.76, 0.84, 0.08, 0.08)]


def _bars() -> Strokes:
    posts = [
        _frame(x, 0.92 - h, x + 0.16, 0.92) for x, h in ((0.16, 0.3), (0.42, 0.55), (0.68, 0.75))
    ]
    return [_way((0.04, 0.02), (0.04, 0.94), (0.99, 0.94)), *posts]


def _curve() -> Strokes:
    xs = np.linspace(0.08, 0.95, 20)
    return [
        _way((0.06, 0.02), (0.06, 0.94), (0.98, 0.94)),
        np.stack([xs, 0.85 - 0.72 * (xs - 0.08) ** 1.6 + 0.05 * np.sin(9 * xs)], axis=1),
    ]


def _face() -> Strokes:
    eyes = [_arc(x, 0.38, 0.03, 0.05) for x in (0.35, 0.65)]
    return [_arc(0.5, 0.5, 0.46, 0.47), *eyes, _arc(0.5, 0.52, 0.24, 0.22, 0.3, 2.85)]


def _warning() -> Strokes:
    return [
        _way((0.5, 0.04), (0.98, 0.92), (0.02, 0.92), (0.5, 0.04)),
        _way((0.5, 0.35), (0.5, 0.65)),
        _arc(0.5, 0.77, 0.025, 0.025),
    ]


def _server() -> Strokes:
    rows = [_frame(0.08, y, 0.92, y + 0.26) for y in (0.04, 0.36, 0.68)]
    return [*rows, *[_arc(0.78, y + 0.13, 0.04, 0.04) for y in (0.04, 0.36, 0.68)]]


def _folder() -> Strokes:
    return [
        _way(
            (0.02, 0.9),
            (0.02, 0.15),
            (0.38, 0.15),
            (0.46, 0.28),
            (0.98, 0.28),
            (0.98, 0.9),
            (0.02, 0.9),
        )
    ]


def _truck() -> Strokes:
    cab = _way((0.62, 0.35), (0.82, 0.35), (0.98, 0.55), (0.98, 0.78), (0.62, 0.78))
    return [
        _frame(0.02, 0.16, 0.62, 0.78),
        cab,
        _arc(0.22, 0.84, 0.09, 0.1),
        _arc(0.78, 0.84, 0.09, 0.1),
    ]


def _x() -> Strokes:
    return [_way((0.1, 0.1), (0.9, 0.9)), _way((0.9, 0.1), (0.1, 0.9))]


def _plus() -> Strokes:
    return [_way((0.5, 0.0), (0.5, 1.0)), _way((0.0, 0.5), (1.0, 0.5))]


def _ring() -> Strokes:
    return [_arc(0.5, 0.5, 0.62, 0.62, 0.3, 6.9)]


def _dot() -> Strokes:
    t = np.linspace(0, 20, 60)
    return [np.stack([0.5 + 0.02 * t * np.cos(t), 0.5 + 0.02 * t * np.sin(t)], axis=1)]


DRAWINGS: dict[str, Callable[[], Strokes]] = {
    "bulb": _bulb, "star": _star, "gear": _gear, "mail": _mail, "screen": _screen, "phone": _phone,
    "clock": _clock, "house": _house, "heart": _heart, "flag": _flag, "lock": _lock, "lens": _lens,
    "cart": _cart, "bars": _bars, "curve": _curve, "face": _face, "warning": _warning,
    "server": _server, "folder": _folder, "truck": _truck,
    "x": _x, "plus": _plus, "ring": _ring, "dot": _dot,
}  # fmt: skip
ICONS = tuple(name for name in DRAWINGS if name not in ("x", "plus", "ring", "dot"))
