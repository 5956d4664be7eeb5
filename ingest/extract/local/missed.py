"""Reads once more, closer, where something is written and nothing was read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from ingest.extract.local.geometry import area_of, holds, overlap_share, short_side
from ingest.extract.local.seen import Deadline, Detection, Line, TextReader, View
from kb.scene import Box

_CLOSER = 2.0  # times larger
_MOST = 12  # places: each costs a run of the text detector on a small picture
_INKED = 0.006  # of a place: less is an empty box
_READ = 0.5  # of a place: covered by a line so far, it was read
_RIM = 0.14  # of its sides, where the outline itself is
_SMALL = 2.2  # line heights: a shape below this has its name outside
_CARRIERS = frozenset({"box", "sticky", "ellipse", "diamond", "document", "cylinder"})


def read_missed(
    reader: TextReader, view: View, detection: Detection, lines: Sequence[Line], deadline: Deadline
) -> tuple[list[Line], bool]:
    """Return `lines` and those found at a second look, and whether there was time for all."""
    found = list(lines)
    for box in _places(view, detection, lines)[:_MOST]:
        if deadline.passed():
            return found, False
        x0, y0, x1, y1 = (max(0, round(value)) for value in box)
        crop = view.bgr[y0:y1, x0:x1]
        again = any(_covers(line, box) for line in found[len(lines) :])  # places overlap
        if again or crop.size == 0:
            continue
        close = cv2.resize(crop, None, fx=_CLOSER, fy=_CLOSER, interpolation=cv2.INTER_CUBIC)
        more, complete = reader.read(np.asarray(close), deadline)
        found += [_moved(line, x0, y0) for line in more]
        if not complete:
            return found, False
    return found, True


def _places(view: View, detection: Detection, lines: Sequence[Line]) -> list[Box]:
    """Return where ink is and no line: shapes with room for words, and words; the largest first."""
    heights = sorted(line.height for line in lines)
    least = _SMALL * heights[len(heights) // 2] if heights else 0.0
    shapes = [s.box for s in detection.shapes if s.kind in _CARRIERS and short_side(s.box) >= least]
    boxes = [_inner(box) for box in shapes] + list(detection.words)
    unread = [
        b for b in boxes if short_side(b) >= 4 and not any(_covers(line, b) for line in lines)
    ]
    return sorted((b for b in unread if _is_inked(view, b)), key=area_of, reverse=True)


def _covers(line: Line, box: Box) -> bool:
    return holds(box, line.box) or overlap_share(box, line.box) > _READ


def _inner(box: Box) -> Box:
    dx, dy = _RIM * (box[2] - box[0]), _RIM * (box[3] - box[1])
    return box[0] + dx, box[1] + dy, box[2] - dx, box[3] - dy


def _is_inked(view: View, box: Box) -> bool:
    x0, y0, x1, y1 = (max(0, round(value)) for value in box)
    ink = view.ink[y0:y1, x0:x1]
    return ink.size > 0 and cv2.countNonZero(ink) > _INKED * ink.size


def _moved(line: Line, x: float, y: float) -> Line:
    """Take a line of a closer look back to the working copy."""
    quad = (line.quad / _CLOSER + (x, y)).astype(np.float32)
    low, high = quad.min(axis=0), quad.max(axis=0)
    box = (float(low[0]), float(low[1]), float(high[0]), float(high[1]))
    return replace(line, quad=quad, box=box)
