"""The first detector: classical computer vision, for clean boards above all."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from ingest.extract.local.arrows import find_connectors
from ingest.extract.local.attach import link_up
from ingest.extract.local.seen import Deadline, Detection, Line, View
from ingest.extract.local.shapes import find_figures


class ClassicalDetector:
    """`Detector` without any training: contours for shapes, thinned ink for connectors."""

    def detect(self, view: View, lines: Sequence[Line], deadline: Deadline) -> Detection:
        """Return shapes and connectors of `view`, as far as the deadline allows."""
        if deadline.passed():
            return Detection(complete=False)
        figures = find_figures(view, lines)
        shapes = tuple(figure.shape for figure in figures)
        if deadline.passed():
            return Detection(shapes, complete=False)
        connectors, complete = find_connectors(view, figures, lines, deadline)
        ends = tuple(end for c in connectors for end in (c.path[0], c.path[-1]))
        link = partial(link_up, connectors=tuple(connectors))
        return Detection(shapes, (), ends, link, complete)
