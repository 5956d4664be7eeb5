"""Closed figures around words for which the trained detector saw no shape, though it half did.

A pen of another kind, a hatched ground or neighbours close by make it doubt what a shape is. A
contour that closes around words then tells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ingest.extract.local.geometry import area_of, overlap_share, overlap_union, short_side
from ingest.extract.local.seen import Detection, Line, Shape
from ingest.extract.local.shapes import Figure
from ingest.extract.local.wishes import FRAMES
from kb.scene import Box

_CLOSED = 0.85  # confidence of a contour
_ROOM = 1.3  # line heights: a smaller figure may be a letter
_AIRY = 14.0  # times the area of its words: a larger figure is a region between lines
_HINTED = 0.1  # belief of the net in a shape there: on hdBPMN val most heads of pools get less
_FOUND = 0.8  # confidence of what is found so
_HELD, _WITHIN = 0.5, 0.8  # of a line of words in a shape that has it, and in a figure around it
_MEETS = 0.15  # of the smaller one: two shapes that overlap so much can't both be there
_SAME = 0.5  # overlap over union from which a figure is a frame that was seen


def with_frames(trained: Detection, figures: Sequence[Figure], lines: Sequence[Line]) -> Detection:
    """Return `trained` and those of `figures` (largest first) that close around bare words."""
    shapes = [shape for shape in trained.shapes if shape.kind not in FRAMES]
    frames = [shape.box for shape in trained.shapes if shape.kind in FRAMES]
    bare = [line for line in lines if len(line.text) > 1 and not _has(shapes, line)]
    heights = sorted(line.height for line in lines)
    least = _ROOM * heights[len(heights) // 2] if heights else 0.0
    more: list[Shape] = []
    for figure in reversed(figures):  # the smallest first
        box = figure.shape.box
        words = [line for line in bare if overlap_share(line.box, box) > _WITHIN]
        if (
            words
            and figure.shape.confidence > _CLOSED
            and short_side(box) >= least
            and area_of(box) < _AIRY * sum(area_of(line.box) for line in words)
            and not any(_meets(box, other.box) for other in (*shapes, *more))
            and not any(overlap_union(box, frame) >= _SAME for frame in frames)
            and trained.likely(box) >= _HINTED
        ):
            more.append(replace(figure.shape, confidence=_FOUND))
    return replace(trained, shapes=(*trained.shapes, *more)) if more else trained


def _has(shapes: Sequence[Shape], line: Line) -> bool:
    return any(overlap_share(line.box, shape.box) > _HELD for shape in shapes)


def _meets(one: Box, two: Box) -> bool:
    return max(overlap_share(one, two), overlap_share(two, one)) > _MEETS
