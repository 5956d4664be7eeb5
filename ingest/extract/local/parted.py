"""Parts lines that run through several places of words: neighbours' names read as one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from ingest.extract.local.missed import look_closer
from ingest.extract.local.seen import Deadline, Detection, Line, TextReader, View
from kb.scene import Box

_ACROSS, _DOWN = 0.5, 0.5  # shares of a place's width and of a line's height that both cover
_OVERLAP = 0.3  # line heights by which two places may overlap
_ROOM = 0.15  # line heights kept around a piece
_MOST = 8  # lines: each costs a reading of its pieces


def read_apart(
    reader: TextReader, view: View, detection: Detection, lines: Sequence[Line], deadline: Deadline
) -> tuple[list[Line], bool]:
    """Return `lines` with those read anew, piece by piece, that run through several places.

    Places are boxes and where the detector saw words. The second value tells whether there was
    time for all.
    """
    places = [shape.box for shape in detection.shapes if shape.kind in ("box", "sticky")]
    places += detection.words
    found: list[Line] = []
    parted = 0
    for at, line in enumerate(lines):
        pieces = _pieces(line, places)
        if len(pieces) < 2 or parted >= _MOST:
            found.append(line)
            continue
        if deadline.passed():
            return [*found, *lines[at:]], False
        parted += 1
        again = [one for piece in pieces for one in look_closer(reader, view, piece, deadline)[0]]
        found += again or [line]
    return found, True


def _pieces(line: Line, places: Sequence[Box]) -> list[Box]:
    """Return the part of `line` in each of the places side by side that it runs through."""
    x0, y0, x1, y1 = line.box
    spans = []
    for place in places:
        left, right = max(x0, place[0]), min(x1, place[2])
        down = min(y1, place[3]) - max(y0, place[1])
        wide = max(_ACROSS * (place[2] - place[0]), line.height)
        if right - left > wide and down > _DOWN * (y1 - y0):
            spans.append((left, right))
    apart: list[tuple[float, float]] = []
    for left, right in sorted(spans):
        if not apart or left > apart[-1][1] - _OVERLAP * line.height:
            apart.append((left, right))
    if len(apart) < 2:
        return []
    # What stands between two places belongs to the nearer one.
    cuts = [(one[1] + two[0]) / 2 for one, two in pairwise(apart)]
    edges, room = [x0, *cuts, x1], _ROOM * line.height
    return [(left, y0 - room, right, y1 + room) for left, right in pairwise(edges)]
