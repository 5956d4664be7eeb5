"""The trained detector, helped by classical vision.

On screenshots and exports contours are exact, whatever the size of a shape; on photos they mislead,
and count only around words where the net was in doubt.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from ingest.extract.local.classical import ClassicalDetector
from ingest.extract.local.eyes.detector import TrainedDetector
from ingest.extract.local.framed import with_frames
from ingest.extract.local.geometry import area_of, overlap_share, overlap_union, short_side
from ingest.extract.local.seen import Deadline, Detection, Line, Shape, View
from ingest.extract.local.shapes import find_figures
from ingest.extract.local.things import Link, Thing
from ingest.extract.local.wishes import FRAMES
from kb.scene import Box

_SAME = 0.5  # overlap over union from which two shapes are one
_WITHIN, _LEAST = 0.8, 0.25  # so much of one in the other, which is no more than 4 times larger
_MARK = 0.05  # of a contour: smaller figures in it are marks and letters
_FULL = 0.8  # of a contour, by figures side by side; a frame around them has room
_INNER = 0.72  # of a shape as seen: a contour below that is the inner one of two outlines …
_INSET = 4.5  # … where it lies more pixels within on all sides: the net sees no finer
_MEETS = 0.3  # of one figure in another: they are not side by side
_LETTER = 0.6  # line heights: a figure below this may be a letter
_ROOM = 1.3  # line heights
_SURE = 0.85  # confidence of a contour that the trained eyes don't confirm


class CombinedDetector:
    """`Detector` of two: the trained one leads, the classical one adds to drawn pictures."""

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

    A contour around several figures that stand side by side, as notes do, is none of them.
    `least`: of the shorter side of a contour that stands alone, in pixels; letters have some too.
    """
    shapes, found = [], [s for s in classical.shapes if not _is_heap(s, trained.shapes)]
    for shape in trained.shapes:
        same = [other for other in found if _is_same(shape, other)]
        if same:
            nearest = max(same, key=lambda other: overlap_union(other.box, shape.box))
            found = [other for other in found if other not in same]
            shapes.append(_agreed(shape, nearest))
        else:
            shapes.append(shape)
    shapes += [s for s in found if s.confidence > _SURE and short_side(s.box) >= least]
    return replace(
        trained,
        shapes=tuple(shapes),
        words=(*trained.words, *classical.words),
        cells=classical.cells,
        ends=(*trained.ends, *classical.ends),
        link=_both(trained.link, classical.link),
        complete=classical.complete,
    )


def _is_heap(contour: Shape, shapes: Sequence[Shape]) -> bool:
    """Tell whether `contour` goes around several of `shapes` that together fill it."""
    within = [
        shape.box
        for shape in shapes
        if shape.kind not in FRAMES
        and overlap_share(shape.box, contour.box) > _WITHIN
        and area_of(shape.box) > _MARK * area_of(contour.box)
    ]
    apart: list[Box] = []
    for box in sorted(within, key=area_of, reverse=True):
        if not any(overlap_share(box, other) > _MEETS for other in apart):
            apart.append(box)
    return len(apart) > 1 and sum(map(area_of, apart)) > _FULL * area_of(contour.box)


def _is_same(trained: Shape, classical: Shape) -> bool:
    one, two = trained.box, classical.box
    within = overlap_share(one, two) > _WITHIN and area_of(one) > _LEAST * area_of(two)
    return within or overlap_union(one, two) >= _SAME


def _agreed(trained: Shape, classical: Shape) -> Shape:
    sure = max(trained.confidence, classical.confidence)
    kind = classical.kind if classical.confidence > trained.confidence else trained.kind
    (x0, y0, x1, y1), (a0, b0, a1, b1) = trained.box, classical.box
    inset = min(a0 - x0, b0 - y0, x1 - a1, y1 - b1)
    inner = inset > _INSET and area_of(classical.box) < _INNER * area_of(trained.box)
    box = trained.box if inner else classical.box
    return replace(classical, kind=kind, confidence=sure, box=box)


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
