"""Reads lines anew that are several, or more than words.

Neighbours' names are read as one, words with arrows between them too, and drawings with words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median

from ingest.extract.local.geometry import area_of, holds
from ingest.extract.local.missed import look_closer
from ingest.extract.local.rescoring import ARROW_SIGNS
from ingest.extract.local.seen import Deadline, Detection, Line, TextReader, View
from ingest.extract.local.wishes import FRAMES
from kb.scene import Box, Point

_ACROSS, _DOWN = 0.5, 0.5  # shares of a place's width, of the smaller height, that both cover
_OVERLAP = 0.3  # line heights by which two places may overlap
_ROOM = 0.15  # line heights kept around a piece
_LEAST = 0.4  # line heights, or usual ones, across and down, that both cover at least
_SMALLER = 0.55  # of the area of a line: words in less are read anew
_KEPT = 0.75  # of the letters: with fewer than before words were left out
_LESS_SURE = 0.15  # by which a second reading may be so
_MOST = 8  # lines of each sort: each costs a reading of its pieces
_ASIDE = 0.45  # line heights between an arrow's end and the middle of the line it runs along
_SHORT = 0.4  # line heights: a shorter arrow is a sign
_NARROW, _NARROW_RIM = 0.25, 0.5  # line heights: a narrower piece holds no sign
_SIGN = 2  # letters of a sign
_BETWEEN = re.compile(r"\w.*[<>→←].*\w")  # what heads are read as


def read_apart(
    reader: TextReader, view: View, detection: Detection, lines: Sequence[Line], deadline: Deadline
) -> tuple[list[Line], bool]:
    """Return `lines` with those read anew, piece by piece, that run through several places.

    Places are boxes and where the detector saw words; arrows between words part a line too, and a
    line in one place is read anew there if that is much smaller. The second value tells whether
    there was time for all.
    """
    places = [shape.box for shape in detection.shapes if shape.kind in ("box", "sticky")]
    places += detection.words
    shapes = [shape.box for shape in detection.shapes if shape.kind not in FRAMES]
    arrows = detection.arrows
    usual = median([line.height for line in lines] or [0.0])
    found: list[Line] = []
    parted = anew = 0
    for at, line in enumerate(lines):
        inside = any(holds(box, line.box) for box in shapes)
        chain = [] if inside or not _may_hold_arrows(line.text) else _at_arrows(line, arrows)
        pieces = chain or _pieces(line, places, usual)
        spent = anew if len(pieces) == 1 else parted
        if not pieces or spent >= _MOST:
            found.append(line)
            continue
        if deadline.passed():
            return [*found, *lines[at:]], False
        parted, anew = parted + (len(pieces) > 1), anew + (len(pieces) == 1)
        again: list[Line] = []
        for piece in pieces:
            more, complete = look_closer(reader, view, piece, deadline)
            if not complete:
                return [*found, *lines[at:]], False
            again += more
        if chain:
            again = [one for one in map(_without_arrow, again) if one.text]
        found += again if _is_better(again, line, pieces, chain=bool(chain)) else [line]
    return found, True


def _is_better(again: Sequence[Line], line: Line, pieces: Sequence[Box], *, chain: bool) -> bool:
    """Tell whether a second reading of the `pieces` of a line is to be kept.

    Of one alone it is where no words are lost: the first had no more than noise around them.
    """
    if len(pieces) > 1:
        return len(again) >= (2 if chain else 1)
    sure = all(one.score > line.score - _LESS_SURE for one in again)
    return bool(again) and sure and sum(map(_letters, again)) > _KEPT * _letters(line)


def _letters(line: Line) -> int:
    return sum(not sign.isspace() for sign in line.text)


def _may_hold_arrows(text: str) -> bool:
    """Tell whether `text` has what arrows are read as between words, or is a row of signs."""
    signs = text.split()
    row = len(signs) > 1 and all(len(sign) <= _SIGN for sign in signs)
    return row or _BETWEEN.search(text) is not None


def _without_arrow(line: Line) -> Line:
    return replace(line, text=line.text.strip(ARROW_SIGNS), apart=True)


def _at_arrows(line: Line, arrows: Sequence[tuple[Point, Point]]) -> list[Box]:
    """Return the parts of `line` between the arrows that run along it, none without arrows."""
    (x0, y0), (x1, y1) = ((line.quad[i] + line.quad[j]) / 2 for i, j in ((0, 3), (1, 2)))
    slope, height = (y1 - y0) / max(x1 - x0, 1.0), line.height
    taken = []
    for tail, head in arrows:
        (left, _), (right, _) = sorted((tail, head))
        aside = max(abs(y0 + slope * (x - x0) - y) for x, y in (tail, head))
        if x0 <= left and right <= x1 and aside < _ASIDE * height:
            taken.append((left, right))
    cuts: list[tuple[float, float]] = []
    for left, right in sorted(taken):
        if right - left > _SHORT * height and (not cuts or left >= cuts[-1][1]):
            cuts.append((left, right))
    edges = [x0, *(x for cut in cuts for x in cut), x1]
    boxes = []
    for left, right in zip(edges[::2], edges[1::2], strict=True):
        least = _NARROW if x0 < left and right < x1 else _NARROW_RIM
        middle = y0 + slope * ((left + right) / 2 - x0)
        half = (0.5 + _ROOM) * height + abs(slope) * (right - left) / 2
        if right - left > least * height:
            boxes.append((float(left), float(middle - half), float(right), float(middle + half)))
    return boxes if len(boxes) > 1 else []


def _pieces(line: Line, places: Sequence[Box], usual: float) -> list[Box]:
    """Return the part of `line` in each of the places side by side that it runs through.

    One alone is told where it is much smaller than the line: the reader took in more than words.
    `usual`: height of the lines of the board; one with the rules of a table in it is higher.
    """
    x0, y0, x1, y1 = line.box
    least = _LEAST * min(line.height, usual)
    spans = []
    for place in places:
        left, right = max(x0, place[0]), min(x1, place[2])
        top, low = max(y0, place[1]), min(y1, place[3])
        wide = max(_ACROSS * (place[2] - place[0]), least)
        high = max(_DOWN * min(y1 - y0, place[3] - place[1]), least)
        if right - left > wide and low - top > high:
            spans.append((left, top, right, low))
    apart: list[Box] = []
    for span in sorted(spans):
        if not apart or span[0] > apart[-1][2] - _OVERLAP * line.height:
            apart.append(span)
    room = _ROOM * line.height
    if len(apart) == 1 and area_of(apart[0]) < _SMALLER * area_of(line.box):
        left, top, right, low = apart[0]
        return [(left - room, top - room, right + room, low + room)]
    if len(apart) < 2:
        return []
    # What stands between two places belongs to the nearer one.
    cuts = [(one[2] + two[0]) / 2 for one, two in pairwise(apart)]
    edges = [x0, *cuts, x1]
    return [
        (left, top - room, right, low + room)
        for (left, right), (_, top, _, low) in zip(pairwise(edges), apart, strict=True)
    ]
