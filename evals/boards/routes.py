"""Ways for lines: straight, bowed or with corners, whichever crosses least; room for labels."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from evals.boards.pen import Floats, resample
from evals.boards.shapes import border
from evals.boards.spec import Route, Shape
from kb.scene import Box

_BOWS = (0.1, -0.1, 0.22, -0.22, 0.4, -0.4, 0.65, -0.65)


@dataclass(frozen=True)
class End:
    """A node that a line may end on."""

    shape: Shape
    box: Box

    @property
    def middle(self) -> tuple[float, float]:
        """Centre of the box."""
        return (self.box[0] + self.box[2]) / 2, (self.box[1] + self.box[3]) / 2


def route(
    source: End, target: End, way: Route, walls: list[Box], drawn: list[Floats], gap: float
) -> Floats:
    """Return the best path ``(n, 2)`` from `source` to `target`.

    Args:
        source: where the line starts.
        target: where it ends.
        way: the kind of path wanted, or "auto".
        walls: boxes of other nodes, to keep off.
        drawn: paths of earlier lines, to keep apart from.
        gap: pixels left free at each end.
    """
    ways = list(_candidates(source, target, way, gap))
    own = [(b[0] + 16, b[1] + 16, b[2] - 16, b[3] - 16) for b in (source.box, target.box)]
    costs = [_cost(path, walls + own, drawn) + 0.02 * i for i, path in enumerate(ways)]
    return ways[int(np.argmin(costs))]


def _candidates(source: End, target: End, way: Route, gap: float) -> Iterable[Floats]:
    if way in ("auto", "straight"):
        yield _join(source, target, [], gap)
    if way in ("auto", "elbow"):
        yield from _elbows(source, target, gap)
    if way in ("auto", "curve"):
        a, b = np.array(source.middle), np.array(target.middle)
        across = np.array([-(b - a)[1], (b - a)[0]])
        for bow in _BOWS:
            control = (a + b) / 2 + across * bow
            yield _curve(source, target, (float(control[0]), float(control[1])), gap)


def _elbows(source: End, target: End, gap: float) -> Iterable[Floats]:
    (ax, ay), (bx, by) = source.middle, target.middle
    for corner in ((bx, ay), (ax, by)):
        if not any(_holds(end.box, corner, 18.0) for end in (source, target)):
            yield _join(source, target, [corner], gap)
    for clear in (45.0, 90.0):
        below = max(source.box[3], target.box[3]) + clear
        above = min(source.box[1], target.box[1]) - clear
        if above > 0:
            yield _join(source, target, [(ax, above), (bx, above)], gap)
        yield _join(source, target, [(ax, below), (bx, below)], gap)


def _holds(box: Box, spot: tuple[float, float], room: float) -> bool:
    return box[0] - room < spot[0] < box[2] + room and box[1] - room < spot[1] < box[3] + room


def _join(source: End, target: End, corners: list[tuple[float, float]], gap: float) -> Floats:
    first = corners[0] if corners else target.middle
    last = corners[-1] if corners else source.middle
    start = border(source.shape, source.box, first, gap)
    end = border(target.shape, target.box, last, gap)
    return np.array([start, *corners, end], np.float64)


def _curve(source: End, target: End, control: tuple[float, float], gap: float) -> Floats:
    start = np.array(border(source.shape, source.box, control, gap))
    end = np.array(border(target.shape, target.box, control, gap))
    t = np.linspace(0, 1, 24)[:, None]
    return np.asarray((1 - t) ** 2 * start + 2 * t * (1 - t) * np.array(control) + t**2 * end)


def _cost(path: Floats, walls: list[Box], drawn: list[Floats]) -> float:
    dots = resample(path, 10.0)
    length = len(dots) * 10.0
    direct = float(np.hypot(*(dots[-1] - dots[0]))) + 1.0
    hit = np.zeros(len(dots), bool)
    for x0, y0, x1, y1 in walls:
        inside = (dots[:, 0] > x0 - 9) & (dots[:, 0] < x1 + 9)
        hit |= inside & (dots[:, 1] > y0 - 9) & (dots[:, 1] < y1 + 9)
    close = 0.0
    inner = dots[2:-2]
    for other in drawn:
        if len(inner):
            far = np.abs(inner[:, None] - resample(other, 10.0)[None]).max(axis=2).min(axis=1)
            close += float((far < 11).sum())
    return length / direct + 1.2 * float(hit.sum()) + 0.12 * close + 0.15 * (len(path) == 3)


def label_spot(
    path: Floats, size: tuple[float, float], taken: list[Box], drawn: list[Floats]
) -> tuple[float, float]:
    """Return the centre for a label of `size` beside `path`, off boxes and lines."""
    dots = resample(path, 6.0)
    others = np.concatenate([resample(p, 8.0) for p in drawn]) if drawn else dots
    best, least = (float(dots[0, 0]), float(dots[0, 1])), float("inf")
    for share in (0.5, 0.38, 0.62, 0.27, 0.73):
        i = min(len(dots) - 2, max(1, int(share * len(dots))))
        along = dots[i + 1] - dots[i - 1]
        normal = np.array([along[1], -along[0]]) / (float(np.hypot(*along)) or 1.0)
        for side in (1.0, -1.0):
            reach = abs(normal[0]) * size[0] / 2 + abs(normal[1]) * size[1] / 2 + 9
            spot = dots[i] + side * normal * reach
            box = (spot[0] - size[0] / 2, spot[1] - size[1] / 2)
            box4 = (box[0], box[1], box[0] + size[0], box[1] + size[1])
            cost = sum(_overlap(box4, b) for b in taken) / (size[0] * size[1])
            inside = (others[:, 0] > box4[0] - 3) & (others[:, 0] < box4[2] + 3)
            inside &= (others[:, 1] > box4[1] - 3) & (others[:, 1] < box4[3] + 3)
            cost += 0.08 * float(inside.sum()) + abs(share - 0.5) * 0.4 + (0.05 if side < 0 else 0)
            if box4[0] < 4 or box4[1] < 4:
                cost += 5
            if cost < least:
                best, least = (float(spot[0]), float(spot[1])), cost
    return best


def _overlap(a: Box, b: Box) -> float:
    w = min(a[2], b[2] + 4) - max(a[0], b[0] - 4)
    h = min(a[3], b[3] + 4) - max(a[1], b[1] - 4)
    return max(w, 0.0) * max(h, 0.0)


def head(path: Floats, length: float, rng: np.random.Generator) -> list[Floats]:
    """Return the strokes of a hand-drawn open arrow head at the end of `path`."""
    tip = path[-1]
    dots = resample(path, 4.0)
    back = dots[max(0, len(dots) - 1 - int(length / 4))] - tip
    back = back / (float(np.hypot(*back)) or 1.0)
    wings = []
    for side in (1, -1):
        turn = side * np.deg2rad(float(rng.uniform(24, 36)))
        cos, sin = np.cos(turn), np.sin(turn)
        way = np.array([back[0] * cos - back[1] * sin, back[0] * sin + back[1] * cos])
        wings.append(tip + way * length * float(rng.uniform(0.85, 1.15)))
    if rng.random() < 0.6:
        return [np.array([wings[0], tip, wings[1]])]
    return [np.array([tip, wings[0]]), np.array([tip, wings[1]])]
