"""The trained detector, helped by classical vision on drawn pictures.

On screenshots and exports contours are exact, whatever the size of a shape; on photos they mislead.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from ingest.extract.local.classical import ClassicalDetector
from ingest.extract.local.eyes.detector import TrainedDetector
from ingest.extract.local.geometry import area_of, overlap_share, overlap_union, short_side
from ingest.extract.local.seen import Deadline, Detection, Line, Shape, View
from ingest.extract.local.shapes import Figure, find_figures
from ingest.extract.local.things import Link, Thing
from ingest.extract.local.wishes import FRAMES
from kb.scene import Box

_SAME = 0.5  # overlap over union from which two shapes are one
_WITHIN, _LEAST = 0.8, 0.25  # so much of one in the other, which is no more than 4 times larger
_LETTER = 0.6  # line heights: a figure below this may be a letter
_ROOM = 1.3  # line heights
_AIRY = 14.0  # times the area of its words: a larger figure is a region between lines
_HINTED = 0.06  # that the net believes in a shape there: on hdBPMN val the heads of pools get less
_FOUND = 0.8  # confidence of a figure around words that the net did not see
_SURE = 0.85  # confidence of a contour that the trained eyes don't confirm


class CombinedDetector:
    """`Detector` of two: the trained one everywhere, the classical one on drawn pictures too."""

    def __init__(self, *, threads: int = 1) -> None:
        self._trained = TrainedDetector(threads=threads)
        self._classical = ClassicalDetector()

    def detect(self, view: View, lines: Sequence[Line], deadline: Deadline) -> Detection:
        """Return what is drawn in `view`, as far as the deadline allows."""
        trained = self._trained.detect(view, lines, deadline)
        if not trained.complete or deadline.passed():
            return trained
        if not view.drawn:
            return with_frames(trained, find_figures(view, lines), lines)
        classical = self._classical.detect(view, lines, deadline)
        heights = sorted(line.height for line in lines)
        least = _ROOM * heights[len(heights) // 2] if heights else 0.0
        return combined(_without_letters(trained, lines), classical, least)


def with_frames(trained: Detection, figures: Sequence[Figure], lines: Sequence[Line]) -> Detection:
    """Return `trained` with the closed figures around words for which it saw no shape."""
    shapes = [shape for shape in trained.shapes if shape.kind not in FRAMES]
    frames = [shape for shape in trained.shapes if shape.kind in FRAMES]
    bare = [
        line
        for line in lines
        if len(line.text) > 1 and not any(_share(line.box, shape.box) > 0.5 for shape in shapes)
    ]
    heights = sorted(line.height for line in lines)
    least = _ROOM * heights[len(heights) // 2] if heights else 0.0
    more: list[Shape] = []
    for figure in reversed(figures):  # the smallest first
        shape = figure.shape
        words = [line for line in bare if _share(line.box, shape.box) > 0.8]
        if (
            words
            and shape.confidence > _SURE
            and short_side(shape.box) >= least
            and area_of(shape.box) < _AIRY * sum(area_of(line.box) for line in words)
            and not any(_meets(shape.box, other.box) for other in (*shapes, *more))
            and not any(overlap_union(shape.box, frame.box) >= _SAME for frame in frames)
            and trained.likely(shape.box) >= _HINTED
        ):
            more.append(replace(shape, confidence=_FOUND))
    return replace(trained, shapes=(*trained.shapes, *more)) if more else trained


def _share(inner: Box, outer: Box) -> float:
    return overlap_share(inner, outer)


def _meets(one: Box, two: Box) -> bool:
    return max(overlap_share(one, two), overlap_share(two, one)) > 0.15


def _without_letters(trained: Detection, lines: Sequence[Line]) -> Detection:
    """Leave out small rings and squares that are letters of words that were read."""
    words = [line for line in lines if len(line.text) > 1]
    shapes = [
        shape
        for shape in trained.shapes
        if not any(
            short_side(shape.box) < _LETTER * line.height
            and overlap_share(shape.box, line.box) > _WITHIN
            for line in words
        )
    ]
    return replace(trained, shapes=tuple(shapes))


def combined(trained: Detection, classical: Detection, least: float = 0.0) -> Detection:
    """Return both: the trained one's kinds, the classical one's boxes, each one's own finds.

    `least`: of the shorter side of a contour that stands alone, in pixels; letters have some too.
    """
    shapes, found = [], list(classical.shapes)
    for shape in trained.shapes:
        same = [other for other in found if _is_same(shape, other)]
        if same:
            nearest = max(same, key=lambda other: overlap_union(other.box, shape.box))
            found = [other for other in found if other not in same]
            shapes.append(_agreed(shape, nearest))
        else:
            shapes.append(shape)
    shapes += [s for s in found if s.confidence > _SURE and short_side(s.box) >= least]
    return Detection(
        shapes=tuple(shapes),
        words=(*trained.words, *classical.words),
        ends=(*trained.ends, *classical.ends),
        link=_both(trained.link, classical.link),
        complete=classical.complete,
        arrows=trained.arrows,
    )


def _is_same(trained: Shape, classical: Shape) -> bool:
    one, two = trained.box, classical.box
    within = overlap_share(one, two) > _WITHIN and area_of(one) > _LEAST * area_of(two)
    return within or overlap_union(one, two) >= _SAME


def _agreed(trained: Shape, classical: Shape) -> Shape:
    sure = max(trained.confidence, classical.confidence)
    kind = classical.kind if classical.confidence > trained.confidence else trained.kind
    return replace(classical, kind=kind, confidence=sure)


def _both(
    one: Callable[[Sequence[Thing]], list[Link]], two: Callable[[Sequence[Thing]], list[Link]]
) -> Callable[[Sequence[Thing]], list[Link]]:
    def link(things: Sequence[Thing]) -> list[Link]:
        links = one(things)
        joined = {frozenset((link.source, link.target)) for link in links}
        more = [k for k in two(things) if frozenset((k.source, k.target)) not in joined]
        return links + [k for k in more if _between_shapes(k, things)]

    return link


def _between_shapes(link: Link, things: Sequence[Thing]) -> bool:
    """Tell whether a shape is at an end: between words alone, contours take strokes for lines."""
    return any(things[place].shape is not None for place in (link.source, link.target))
