"""Ways for hand-drawn links: loops, forks, parallel pairs, sides to aim at; tips of arrows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from evals.boards.crowd import Ground
from evals.boards.pen import Floats, resample, rounded
from evals.boards.routes import End
from evals.boards.shapes import border
from evals.boards.spec import Link, Side, Tip
from kb.scene import Box

ACROSS = 1  # cells of a node that a way may touch
CROWDED = 1.0  # what its ends may cost
_FLAT = ("box", "text", "round", "sticky", "document", "cylinder", "title")
Spot = tuple[float, float]
_OUT: dict[str, Spot] = {"left": (-1, 0), "right": (1, 0), "above": (0, -1), "below": (0, 1)}


def plan(link: Link, source: End, target: End, ground: Ground, rng: np.random.Generator) -> Floats:
    """Return the best way ``(n, 2)`` of a link; clear ends cost nothing.

    Where all of its kind lead across nodes, or end where other lines do, it goes around those.
    """
    ends = (source, target)
    ways = list(_ways(link, source, target, rng))
    best = _best(link, ends, ways, ground)
    lost = ground.blocked(inner(best)) > ACROSS or ground.crowding(link, ends, best) > CROWDED
    if lost and source.box != target.box and not link.beside:
        around = ground.around(link, ends)
        if around is not None:
            best = _best(link, ends, [best, around], ground)
    return best


def _best(link: Link, ends: tuple[End, End], ways: list[Floats], ground: Ground) -> Floats:
    costs = [
        ground.weigh(inner(way)) + ground.crowding(link, ends, way) + 0.02 * i
        for i, way in enumerate(ways)
    ]
    return ways[int(np.argmin(costs))]


def inner(way: Floats) -> Floats:
    """Return `way` without its ends: they lie at nodes, which cost."""
    dots = resample(way, 4.0)
    cut = min(4, (len(dots) - 2) // 2)
    return dots[cut : len(dots) - cut] if cut > 0 else dots


def _ways(link: Link, source: End, target: End, rng: np.random.Generator) -> Iterator[Floats]:
    if source.box == target.box:
        yield from (_loop(source.box, side, link) for side in (1, -1))
        return
    if link.beside:
        way = _upright(link, source.box, target.box)
        if target.box[0] <= way[0, 0] <= target.box[2]:
            yield way
            return
    if link.aim or link.route == "elbow":
        yield from _sided(link, source, target)
        if link.aim:
            return
    a, b = np.array(source.middle), np.array(target.middle)
    across = np.array([-(b - a)[1], (b - a)[0]])
    if link.route in ("auto", "straight"):
        yield _bow(link, source, target, (a + b) / 2, rng)
        yield _bow(link, source, target, (a + b) / 2, rng, aside=0.3)
        yield _bow(link, source, target, (a + b) / 2, rng, aside=-0.3)
    if link.route != "elbow":
        bows = (0.12, -0.12, 0.25, -0.25, 0.45, -0.45, 0.7, -0.7)
        for bow in bows if link.route == "curve" or rng.random() < 0.7 else ():
            yield _bow(link, source, target, (a + b) / 2 + across * bow, rng)


def _bow(
    link: Link, source: End, target: End, via: Floats, rng: np.random.Generator, aside: float = 0.0
) -> Floats:
    """Bend from `source` to `target` by way of `via`; `aside` moves both ends to one side."""
    ends = []
    for end, gap in ((source, link.gaps[0]), (target, link.gaps[1])):
        half = np.array([end.box[2] - end.box[0], end.box[3] - end.box[1]]) / 2
        along = np.array(target.middle) - np.array(source.middle)
        normal = np.array([-along[1], along[0]]) / (float(np.hypot(*along)) or 1.0)
        off = normal * half * aside + rng.normal(0, 0.08, 2) * half * (end.shape != "text")
        near = np.array(border(end.shape, end.box, (float(via[0]), float(via[1])), gap))
        if end.shape in _FLAT:
            near = _slid(near + off, near, end.box)
        ends.append(near)
    control = 2 * via - (ends[0] + ends[1]) / 2
    control = via + (control - via) * 0.6
    t = np.linspace(0, 1, 24)[:, None]
    return np.asarray((1 - t) ** 2 * ends[0] + 2 * t * (1 - t) * control + t**2 * ends[1])


def _slid(spot: Floats, near: Floats, box: Box) -> Floats:
    """Move `near` along its side of `box` towards `spot`."""
    middle = np.array([box[0] + box[2], box[1] + box[3]]) / 2
    half = np.maximum(np.array([box[2] - box[0], box[3] - box[1]]) / 2, 1.0)
    upright = abs(near[0] - middle[0]) / half[0] > abs(near[1] - middle[1]) / half[1]
    out = near.copy()
    axis = 1 if upright else 0
    out[axis] = np.clip(
        spot[axis], middle[axis] - half[axis] * 0.9, middle[axis] + half[axis] * 0.9
    )
    return np.asarray(out)


def _upright(link: Link, word: Box, goal: Box) -> Floats:
    """Go straight up or down to `goal`, from one end of a word that stands below or above it."""
    x = word[0] - link.gaps[0] - 4 if link.beside == "left" else word[2] + link.gaps[0] + 4
    rise = -1 if goal[3] <= word[1] else 1
    start = word[3] if rise < 0 else word[1]
    end = goal[3] + link.gaps[1] if rise < 0 else goal[1] - link.gaps[1]
    return np.array([(x, start), (x, end)], np.float64)


def _port(end: End, side: str, gap: float) -> Floats:
    way = np.array(_OUT[side])
    half = np.array([end.box[2] - end.box[0], end.box[3] - end.box[1]]) / 2
    return np.asarray(np.array(end.middle) + way * (half + gap))


def _sided(link: Link, source: End, target: End) -> Iterator[Floats]:
    """Ways between the middles of two sides: straight, with corners, or bent like an S."""
    delta = np.array(target.middle) - np.array(source.middle)
    wide = abs(delta[0]) > abs(delta[1])
    ahead = ("right" if delta[0] > 0 else "left", "below" if delta[1] > 0 else "above")
    opposite = {"left": "right", "right": "left", "above": "below", "below": "above"}
    into: list[Side | str] = [link.aim] if link.aim else [opposite[ahead[0]], opposite[ahead[1]]]
    for out in ahead if wide else ahead[::-1]:
        for side in into:
            start, end = _port(source, out, link.gaps[0]), _port(target, side, link.gaps[1])
            if link.route == "elbow":
                yield _angled(start, end, out, side)
            else:
                yield _bent(start, end, out, side)


def _angled(start: Floats, end: Floats, out: str, side: str) -> Floats:
    level, flat = out in ("left", "right"), side in ("left", "right")
    if level and flat:
        x = (start[0] + end[0]) / 2
        spots = [start, (x, start[1]), (x, end[1]), end]
    elif level:
        spots = [start, (end[0], start[1]), end]
    elif flat:
        spots = [start, (start[0], end[1]), end]
    else:
        y = (start[1] + end[1]) / 2
        spots = [start, (start[0], y), (end[0], y), end]
    return rounded(np.array(spots, np.float64))


def _bent(start: Floats, end: Floats, out: str, side: str) -> Floats:
    reach = float(np.hypot(*(end - start))) * 0.45
    one, two = start + np.array(_OUT[out]) * reach, end + np.array(_OUT[side]) * reach
    t = np.linspace(0, 1, 26)[:, None]
    u = 1 - t
    return np.asarray(u**3 * start + 3 * u**2 * t * one + 3 * u * t**2 * two + t**3 * end)


def _loop(box: Box, side: int, link: Link) -> Floats:
    """Leave a node at its top and come back at its side."""
    x0, y0, x1, y1 = box
    x = x1 if side > 0 else x0
    start = np.array([x - side * (x1 - x0) * 0.25, y0 - link.gaps[0]])
    end = np.array([x + side * link.gaps[1], y0 + (y1 - y0) * 0.35])
    reach = 40 + 0.5 * (y1 - y0)
    way = _bent(start, end, "above", "right" if side > 0 else "left")
    swell = np.sin(np.linspace(0, np.pi, len(way)))[:, None]
    return np.asarray(way + swell * np.array([side * 0.1 * reach, -0.1 * reach]))


def fork(links: list[Link], source: End, targets: list[End]) -> list[Floats] | None:
    """Return ways that leave `source` as one line and part later; None where that's no shape."""
    middles = np.array([t.middle for t in targets])
    spread = middles - np.array(source.middle)
    for axis, names in ((0, ("right", "left")), (1, ("below", "above"))):
        for sign, name in zip((1, -1), names, strict=True):
            ahead = spread[:, axis] * sign
            back = {"right": "left", "left": "right", "below": "above", "above": "below"}[name]
            start = _port(source, name, links[0].gaps[0])
            ends = [_port(t, back, x.gaps[1]) for t, x in zip(targets, links, strict=True)]
            room = min((e[axis] - start[axis]) * sign for e in ends)
            if (ahead > 0).all() and room > 36:
                return [_branch(start, e, axis, start[axis] + sign * room * 0.5) for e in ends]
    return None


def _branch(start: Floats, end: Floats, axis: int, at: float) -> Floats:
    one, two = start.copy(), end.copy()
    one[axis] = two[axis] = at
    return np.array([start, one, two, end])


def tip(kind: Tip, path: Floats, length: float, rng: np.random.Generator) -> list[Floats]:
    """Return the strokes of an arrow's tip at the end of ``path (n, 2)``."""
    dots = resample(path, 2.0)
    spot = dots[-1]
    back = dots[max(0, len(dots) - 1 - max(3, int(length / 2)))] - spot
    back = back / (float(np.hypot(*back)) or 1.0)
    wide = float(rng.uniform(18, 42))
    wings = []
    for side in (1, -1):
        turn = side * np.deg2rad(wide + float(rng.normal(0, 8 if kind == "sloppy" else 3)))
        cos, sin = np.cos(turn), np.sin(turn)
        way = np.array([back[0] * cos - back[1] * sin, back[0] * sin + back[1] * cos])
        grown = length * float(
            rng.uniform(0.55, 1.35) if kind == "sloppy" else rng.uniform(0.88, 1.12)
        )
        wings.append(spot + way * grown)
    if kind in ("filled", "hollow"):
        return [np.array([wings[0], spot, wings[1], wings[0]])]
    if kind == "half":
        return [np.array([wings[int(rng.integers(2))], spot])]
    miss = rng.normal(0, 0.12 * length if kind == "sloppy" else 0.3, (2, 2))
    if rng.random() < 0.5:
        return [np.array([wings[0], spot + miss[0], wings[1]])]
    return [np.array([spot + miss[0], wings[0]]), np.array([spot + miss[1], wings[1]])]
