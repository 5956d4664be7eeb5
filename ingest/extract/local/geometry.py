"""Boxes and distances, in whatever pixels the caller uses."""

from __future__ import annotations

from kb.scene import Box, Point

_MOST_OF_IT = 0.5
_USUAL = 2.0  # longer side over shorter: more is elongated
_MOST_STRETCHED = 2.0


def area_of(box: Box) -> float:
    """Return the area of `box`, never 0."""
    return max(box[2] - box[0], 1e-6) * max(box[3] - box[1], 1e-6)


def short_side(box: Box) -> float:
    """Return the shorter of the two sides of `box`."""
    return min(box[2] - box[0], box[3] - box[1])


def overlap(one: Box, two: Box) -> float:
    """Return the area that both boxes cover."""
    wide = min(one[2], two[2]) - max(one[0], two[0])
    high = min(one[3], two[3]) - max(one[1], two[1])
    return wide * high if wide > 0 and high > 0 else 0.0


def overlap_share(inner: Box, outer: Box) -> float:
    """Return how much of `inner` lies in `outer`, 0 to 1."""
    return overlap(inner, outer) / area_of(inner)


def overlap_union(one: Box, two: Box) -> float:
    """Return intersection over union, 0 to 1."""
    both = overlap(one, two)
    return both / (area_of(one) + area_of(two) - both)


def holds(outer: Box, inner: Box) -> bool:
    """Tell whether the middle of `inner` lies in `outer`."""
    x, y = middle_of(inner)
    return outer[0] <= x <= outer[2] and outer[1] <= y <= outer[3]


def covers(box: Box, place: Box) -> bool:
    """Tell whether `box` stands in `place`, or over most of it."""
    return holds(place, box) or overlap_share(place, box) > _MOST_OF_IT


def middle_of(box: Box) -> Point:
    """Return the middle of `box`."""
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def grown(box: Box, by: float, width: float, height: float) -> Box:
    """Return `box` grown by `by` on every side, cut to a picture of `width` × `height`."""
    return (
        max(0.0, box[0] - by),
        max(0.0, box[1] - by),
        min(float(width), box[2] + by),
        min(float(height), box[3] + by),
    )


def distance_to(box: Box, point: Point) -> float:
    """Return the distance of `point` to the border of `box` from outside; inside it is 0."""
    dx = max(box[0] - point[0], 0.0, point[0] - box[2])
    dy = max(box[1] - point[1], 0.0, point[1] - box[3])
    return float((dx * dx + dy * dy) ** 0.5)


def gap_between(one: Box, two: Box) -> float:
    """Return the distance between two boxes, 0 where they touch."""
    dx = max(one[0] - two[2], two[0] - one[2], 0.0)
    dy = max(one[1] - two[3], two[1] - one[3], 0.0)
    return float((dx * dx + dy * dy) ** 0.5)


def stretch_of(width: float, height: float) -> float:
    """Return how many times longer than others an elongated picture may be looked at: 1 … 2.

    Which side is longer doesn't matter. A panorama has no more pixels then than a picture of usual
    shape at its usual longest side; brought down to that side, its writing would be too small.
    """
    ratio = max(width, height) / max(min(width, height), 1.0)
    return float(min(max(ratio / _USUAL, 1.0) ** 0.5, _MOST_STRETCHED))
