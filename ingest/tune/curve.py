"""Draws the loss over the steps of a run, as an SVG that needs nothing beside it."""

from __future__ import annotations

import math
from collections.abc import Sequence

_WIDE, _HIGH = 720, 320
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 16, 20, 44
_INK, _GRID, _LINE, _FAINT = "#222", "#ddd", "#1f6feb", "#9ec5fe"
_SMOOTH = 0.9  # of the smoothed loss stays with every step


def loss_curve(points: Sequence[tuple[int, float]]) -> str:
    """Return the curve of ``(step, loss)`` points, loss on a logarithmic axis.

    The thin line is every step, the strong one their exponential mean. Losses of 0 and below, and
    what is no number, are left out.
    """
    shown = [(step, loss) for step, loss in points if math.isfinite(loss) and loss > 0]
    if not shown:
        shown = [(0, 1.0)]
    steps = [step for step, _ in shown]
    low = math.floor(math.log10(min(loss for _, loss in shown)))
    high = max(low + 1, math.ceil(math.log10(max(loss for _, loss in shown))))
    first = min(steps)
    last = max(first + 1, *steps)

    def at(step: float, loss: float) -> tuple[float, float]:
        x = _LEFT + (step - first) / (last - first) * (_WIDE - _LEFT - _RIGHT)
        y = _TOP + (high - math.log10(loss)) / (high - low) * (_HIGH - _TOP - _BOTTOM)
        return x, y

    lines = [_text(_WIDE / 2, _HIGH - 8, "step"), _text(_LEFT, _TOP - 6, "loss")]
    for power in range(low, high + 1):
        y = at(first, 10.0**power)[1]
        lines.append(_path([(_LEFT, y), (_WIDE - _RIGHT, y)], _GRID, 1))
        lines.append(_text(_LEFT - 8, y + 4, f"{10.0**power:g}", "end"))
    marks = sorted({round(first + (last - first) * part / 4) for part in range(5)})
    lines += [_text(at(step, 10.0**low)[0], _HIGH - _BOTTOM + 18, str(step)) for step in marks]
    lines.append(_path([at(*point) for point in shown], _FAINT, 1))
    lines.append(_path([at(*point) for point in _smoothed(shown)], _LINE, 2))
    body = "\n".join(lines)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDE} {_HIGH}" '
        f'font-family="sans-serif" font-size="12" fill="{_INK}">\n'
        f'<rect width="{_WIDE}" height="{_HIGH}" fill="white"/>\n{body}\n</svg>\n'
    )


def _smoothed(points: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
    """Return the exponential mean of the losses' logarithms, without its slow start."""
    made, mean, weight = [], 0.0, 0.0
    for step, loss in points:
        mean = _SMOOTH * mean + (1 - _SMOOTH) * math.log(loss)
        weight = _SMOOTH * weight + (1 - _SMOOTH)
        made.append((step, math.exp(mean / weight)))
    return made


def _path(points: Sequence[tuple[float, float]], colour: str, width: float) -> str:
    way = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{way}" fill="none" stroke="{colour}" stroke-width="{width}"/>'


def _text(x: float, y: float, words: str, anchor: str = "middle") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{words}</text>'
