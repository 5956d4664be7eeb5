"""Ends of lines to the things they mean, and words to the lines they stand on."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from ingest.extract.local.geometry import area_of, distance_to
from ingest.extract.local.seen import Connector
from ingest.extract.local.things import Link, Thing
from kb.scene import Box, Point

_REACH = 26.0  # pixels between an end and a border, beyond which nothing is meant
_TEXT_REACH = 1.2  # line heights, to words without a border
_AHEAD = 1.8  # an end that points at a thing reaches this much farther
_TOUCHED = 0.7  # line heights between a short arrow and the words that it joins
_BY_WORDS = 0.6  # how often such arrows are right
_STRAIGHT = -0.85  # cosine between the two pieces of a line that words interrupt
_MIDDLE = 0.12  # of the way at either end belongs to the ends, not to a label


def link_up(things: Sequence[Thing], connectors: Sequence[Connector]) -> list[Link]:
    """Attach both ends of every connector, the surest first; what hangs in the air is left out."""
    links: list[Link] = []
    seen: set[tuple[int, int]] = set()
    for connector in sorted(connectors, key=lambda c: -c.confidence):
        ends = [_attached(connector.path[::step], things) for step in (-1, 1)]
        start, end = ends
        if start is None or end is None or start[0] == end[0]:
            continue
        source, target = start[0], end[0]
        directed = connector.head_at_end and not connector.head_at_start
        if (source, target) in seen or (not directed and (target, source) in seen):
            continue
        seen.add((source, target))
        links.append(
            Link(
                kind="arrow" if connector.head_at_end else "line",
                source=source,
                target=target,
                directed=directed,
                path=connector.path,
                confidence=round(connector.confidence * min(start[1], end[1]), 3),
            )
        )
    return links


def between_words(
    things: Sequence[Thing], links: Sequence[Link], arrows: Sequence[tuple[Point, Point]],
    chain: Container[int],
) -> list[Link]:  # fmt: skip
    """Return links for short arrows from words to words that nothing else joins.

    `chain`: places of the words that an arrow parted from others of their line.
    """
    joined = {frozenset((link.source, link.target)) for link in links}
    found = []
    for tail, head in arrows:
        source, target = (_words_at(things, point) for point in (tail, head))
        if source is None or target is None or source == target:
            continue
        parted = source in chain and target in chain
        if parted and frozenset((source, target)) not in joined:
            joined.add(frozenset((source, target)))
            found.append(Link("arrow", source, target, True, (tail, head), _BY_WORDS))
    return found


def _words_at(things: Sequence[Thing], point: Point) -> int | None:
    """Return the words without a border that `point` touches, where no shape is nearer."""
    far = [distance_to(thing.box, point) for thing in things]
    near = min(range(len(things)), key=far.__getitem__, default=None)
    if near is None or things[near].shape is not None:
        return None
    return near if far[near] < _TOUCHED * things[near].height else None


def bridge_labels(links: Sequence[Link], things: Sequence[Thing]) -> tuple[list[Link], set[int]]:
    """Join two pieces of one line that words interrupt; the words become its label.

    So are labels drawn by most drawing programs: the line runs into the words on one side, without
    a head, and on in the same direction on the other.
    """
    kept = list(links)
    used: set[int] = set()
    for place, thing in enumerate(things):
        touching = [link for link in kept if place in (link.source, link.target)]
        if thing.shape is not None or len(touching) != 2:
            continue
        joined = _bridged(place, thing, touching[0], touching[1])
        if joined is None:
            continue
        others = [link for link in kept if link not in touching]
        # Things that are joined past the words, more surely so, are not joined through them.
        past = [k for k in others if {k.source, k.target} == {joined.source, joined.target}]
        if not any(link.confidence >= joined.confidence for link in past):
            kept = [*others, joined]
            used.add(place)
    return kept, used


def _bridged(place: int, words: Thing, one: Link, two: Link) -> Link | None:
    first, second = (link if link.target == place else _turned(link) for link in (one, two))
    way_in, way_out = _direction(first.path), _direction(second.path)
    straight = way_in[0] * way_out[0] + way_in[1] * way_out[1] < _STRAIGHT
    if not straight or first.source == second.source:
        return None
    heads = [link for link in (one, two) if link.directed]
    if len(heads) > 1:
        return None
    head = heads[0] if heads else two
    if head.target == place:
        return None  # a head that points at the words means the words
    tail, path = (first, second.path[::-1]) if head is two else (second, first.path[::-1])
    return Link(
        kind="arrow" if heads else "line",
        source=tail.source,
        target=head.target if heads else second.source,
        directed=bool(heads),
        path=tail.path + path,
        confidence=round(min(one.confidence, two.confidence), 3),
        label=words.text,
    )


def _turned(link: Link) -> Link:
    return replace(link, source=link.target, target=link.source, path=link.path[::-1])


def _attached(outward: Sequence[Point], things: Sequence[Thing]) -> tuple[int, float] | None:
    """Return the thing that the last point of `outward` means, and how sure that is, 0-1.

    `outward` runs towards the end that is asked about.
    """
    end = outward[-1]
    direction = _direction(outward)
    best: tuple[float, float, int] | None = None
    for index, thing in enumerate(things):
        reach = _TEXT_REACH * thing.height + 8 if thing.shape is None else _REACH
        distance = _distance(thing, end)
        if distance > reach * _AHEAD:
            continue
        if _hit(thing.box, end, direction, reach * _AHEAD):
            distance /= _AHEAD
        share = distance / reach
        if share <= 1 and (best is None or (share, area_of(thing.box)) < best[:2]):
            best = (share, area_of(thing.box), index)
    return None if best is None else (best[2], 1 - 0.45 * best[0])


def _distance(thing: Thing, point: Point) -> float:
    outside = distance_to(thing.box, point)
    if outside > 0 or thing.kind not in ("container", "table"):
        return outside
    # Inside a container only its border counts: what it holds is meant before it is.
    x0, y0, x1, y1 = thing.box
    return 4 + min(point[0] - x0, x1 - point[0], point[1] - y0, y1 - point[1])


def _direction(outward: Sequence[Point]) -> Point:
    """Return the unit vector of the last stretch, of at least 12 pixels where there are as many."""
    end = np.array(outward[-1])
    for point in reversed(outward[:-1]):
        step = end - np.array(point)
        size = float(np.hypot(*step))
        if size >= 12 or point == outward[0]:
            return (float(step[0] / max(size, 1e-6)), float(step[1] / max(size, 1e-6)))
    return (0.0, 0.0)


def _hit(box: Box, start: Point, direction: Point, length: float) -> bool:
    """Tell whether the ray from `start` meets `box` within `length` (slab method)."""
    near, far = 0.0, length
    for axis in (0, 1):
        step, low, high = direction[axis], box[axis], box[axis + 2]
        if abs(step) < 1e-9:
            if not low <= start[axis] <= high:
                return False
            continue
        enter, leave = sorted(((low - start[axis]) / step, (high - start[axis]) / step))
        near, far = max(near, enter), min(far, leave)
    return near <= far


def nearest_of_middle(path: Sequence[Point], box: Box) -> tuple[float, float]:
    """Return how far `box` is from `path`, its two ends left out, and at which share of its way."""
    points = _samples(path)
    cut = int(len(points) * _MIDDLE)
    gap, at = min(
        (distance_to(box, points[at]), at) for at in range(cut, max(len(points) - cut, cut + 1))
    )
    return gap, at / max(len(points) - 1, 1)


def _samples(path: Sequence[Point], step: float = 6.0) -> list[Point]:
    """Return points along `path`, at most `step` pixels apart."""
    points: list[Point] = [path[0]]
    for (x0, y0), (x1, y1) in pairwise(path):
        count = max(1, int(float(np.hypot(x1 - x0, y1 - y0)) / step))
        points += [
            (x0 + (x1 - x0) * i / count, y0 + (y1 - y0) * i / count) for i in range(1, count + 1)
        ]
    return points
