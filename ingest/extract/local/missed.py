"""Reads once more, closer, where something is written and not all of it was read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from ingest.extract.local.geometry import area_of, covers, holds, short_side
from ingest.extract.local.seen import Deadline, Detection, Line, TextReader, View
from kb.scene import Box

_CLOSER, _CLOSEST = 2.0, 4.0  # times larger
_LEAST_SIDE = 96  # pixels of the enlarged picture
_MARGIN = 0.25  # of the shorter side: writing that fills a picture is not found
_MOST = 12  # places: each costs a run of the text detector on a small picture
_INKED = 0.006  # of a place: less is an empty box
_MISSING = 0.25  # squares of the line height: so much ink is more than a letter
_LOOSE = 0.15  # line heights around a line that belong to it
_BETTER = 1.1  # a second reading must say so much more than the first
_RIM = 0.14  # of its sides, where the outline itself is
_SMALL = 1.6  # line heights within its rim: a shape below this mostly has its name outside
_TIGHT = 1.2  # the same: below this there is no room for a sign
_CLEAR = 0.8  # score of a sign or a word in a small shape
_CARRIERS = frozenset({"box", "sticky", "ellipse", "diamond", "document", "cylinder"})


def read_missed(
    reader: TextReader, view: View, detection: Detection, lines: Sequence[Line], deadline: Deadline
) -> tuple[list[Line], bool]:
    """Return `lines` with what a second look found, and whether there was time for all."""
    found = list(lines)
    done: list[Line] = []
    for box in _places(view, detection, lines)[:_MOST]:
        if deadline.passed():
            return found, False
        if any(covers(line.box, box) for line in done):  # places overlap
            continue
        more, complete = look_closer(reader, view, box, deadline)
        if not complete:
            return found, False
        if short_side(box) < _SMALL * _usual_height(lines):  # it may hold a mere symbol
            more = [line for line in more if line.score >= _CLEAR]
        before = [line for line in found if covers(line.box, box)]
        if _worth(more) > _BETTER * _worth(before):
            found = [line for line in found if not covers(line.box, box)] + more
            done += more
    return found, True


def look_closer(
    reader: TextReader, view: View, box: Box, deadline: Deadline
) -> tuple[list[Line], bool]:
    """Return the lines that `reader` finds in `box`, enlarged, and whether there was time."""
    room = _MARGIN * short_side(box)
    x0, y0 = (max(0, round(value - room)) for value in box[:2])
    x1, y1 = (max(0, round(value + room)) for value in box[2:])
    crop = view.bgr[y0:y1, x0:x1]
    if crop.size == 0:
        return [], True
    closer = min(max(_CLOSER, _LEAST_SIDE / min(crop.shape[:2])), _CLOSEST)
    close = cv2.resize(crop, None, fx=closer, fy=closer, interpolation=cv2.INTER_CUBIC)
    again, complete = reader.read(np.asarray(close), deadline)
    found = [_moved(line, x0, y0, closer) for line in again]
    return [line for line in found if holds(box, line.box)], complete


def _worth(lines: Sequence[Line]) -> float:
    """Return how many signs were read, each for as much as it is sure."""
    return sum(len(line.text) * line.score for line in lines)


def _places(view: View, detection: Detection, lines: Sequence[Line]) -> list[Box]:
    """Return where ink is that no line covers: shapes with room for words, and words; most first.

    Where some of the words were read the others may be missing.
    """
    height = _usual_height(lines)
    shapes = [s.box for s in detection.shapes if s.kind in _CARRIERS]
    roomy = [_inner(box) for box in shapes if short_side(box) >= _TIGHT * height]
    left = {}
    for box in [*roomy, *detection.words]:
        if short_side(box) >= 4:
            inside = [line for line in lines if covers(line.box, box)]
            ink = _ink_left(view, box, inside)
            least = _MISSING * height**2 if inside else _INKED * area_of(box)
            if ink > least:
                left[box] = ink
    return sorted(left, key=lambda box: left[box], reverse=True)


def _usual_height(lines: Sequence[Line]) -> float:
    heights = sorted(line.height for line in lines)
    return heights[len(heights) // 2] if heights else 0.0


def _ink_left(view: View, box: Box, lines: Sequence[Line]) -> int:
    """Return how many pixels of ink in `box` are outside of all `lines`."""
    x0, y0, x1, y1 = (max(0, round(value)) for value in box)
    ink = view.ink[y0:y1, x0:x1].copy()
    for line in lines:
        by = _LOOSE * line.height
        left, top = max(0, int(line.box[0] - by) - x0), max(0, int(line.box[1] - by) - y0)
        right, low = int(line.box[2] + by) + 1 - x0, int(line.box[3] + by) + 1 - y0
        ink[top : max(low, 0), left : max(right, 0)] = 0
    return cv2.countNonZero(ink) if ink.size else 0


def _inner(box: Box) -> Box:
    dx, dy = _RIM * (box[2] - box[0]), _RIM * (box[3] - box[1])
    return box[0] + dx, box[1] + dy, box[2] - dx, box[3] - dy


def _moved(line: Line, x: float, y: float, closer: float) -> Line:
    """Take a line of a closer look back to the working copy."""
    quad = (line.quad / closer + (x, y)).astype(np.float32)
    low, high = quad.min(axis=0), quad.max(axis=0)
    box = (float(low[0]), float(low[1]), float(high[0]), float(high[1]))
    return replace(line, quad=quad, box=box)
