"""The first detector: classical computer vision, for clean boards above all."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from ingest.extract.local.arrows import find_connectors
from ingest.extract.local.attach import link_up
from ingest.extract.local.geometry import holds
from ingest.extract.local.seen import Deadline, Detection, Line, Shape, View
from ingest.extract.local.shapes import find_figures
from ingest.extract.local.tables import with_tables


class ClassicalDetector:
    """`Detector` without any training: contours for shapes, thinned ink for connectors."""

    def detect(self, view: View, lines: Sequence[Line], deadline: Deadline) -> Detection:
        """Return shapes and connectors of `view`, as far as the deadline allows."""
        if deadline.passed():
            return Detection(complete=False)
        figures = find_figures(view, lines)
        shapes, cells = with_tables(_useful([figure.shape for figure in figures], lines))
        if deadline.passed():
            return Detection(tuple(shapes), tuple(cells), complete=False, cells=tuple(cells))
        connectors, complete = find_connectors(view, figures, lines, deadline)
        ends = tuple(end for c in connectors for end in (c.path[0], c.path[-1]))
        link = partial(link_up, connectors=tuple(connectors))
        return Detection(tuple(shapes), tuple(cells), ends, link, complete, cells=tuple(cells))


def _useful(shapes: Sequence[Shape], lines: Sequence[Line]) -> list[Shape]:
    """Leave out figures that nobody would draw: empty slivers, and empty ones that fit badly."""
    kept = []
    for shape in shapes:
        sides = sorted((shape.box[2] - shape.box[0], shape.box[3] - shape.box[1]))
        empty = not any(holds(shape.box, line.box) for line in lines)
        if not empty or (sides[1] < 8 * sides[0] and shape.confidence > 0.85):
            kept.append(shape)
    return kept
