"""Words that the detector saw and no line was found in: read as they stand, or kept unread.

The text detector misses small and faint words. What is still not read is a thing all the same
where a line ends at it: somebody wrote it, and the relation would be lost with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import replace
from statistics import median

import numpy as np

from ingest.extract.local.geometry import (
    area_of,
    covers,
    gap_between,
    holds,
    overlap_share,
    short_side,
)
from ingest.extract.local.seen import Array, Deadline, Detection, Line, TextReader, View
from ingest.extract.local.things import Link, Thing
from ingest.extract.local.view import ink_in, quad_of
from ingest.extract.local.wishes import FRAMES, NAMED_OUTSIDE
from kb.scene import Box

_LEAST = 5.0  # pixels of the shorter side, of a place and of a row
_MOST = 60  # rows: each costs a run of the recogniser
_ROWS = 6  # more in one place are rules or hatching
_LONGEST = 30.0  # width over height of a row
_ON_END = 1.5  # height over width of words that stand so, which nothing here lays down
_CLEAR = 0.8  # score of words without a line; drawings are read as less
_FLAT = 0.35  # of the highest row: a lower one is dots and strokes of its neighbour
_ROOM = 0.12  # of a row's height, kept around it
_TAKEN = 0.3  # of a place, by another thing
_IN_TABLE = 0.8  # of a place: it is a cell's
_SMALL, _BESIDE = 3.0, 0.75  # line heights: a small shape, and how near its name stands
_SIGN = 1.8  # line heights: what is below that both ways may be one sign
_KEPT, _OF_SIGN = 0.75, 0.2  # of the sides of words, and of one sign, that their ink has
_BELIEF = 0.4  # confidence of words that were seen and not read: to be reviewed


def read_unread(
    reader: TextReader, view: View, detection: Detection, lines: Sequence[Line], deadline: Deadline
) -> tuple[list[Line], bool]:
    """Return `lines` with those of words that were seen alone, and whether there was time.

    The largest places come first.
    """
    places = [
        box
        for box in detection.words
        if short_side(box) >= _LEAST and not any(covers(line.box, box) for line in lines)
    ]
    places.sort(key=area_of, reverse=True)
    rows = [row for box in places for row in _rows(view, box)][:_MOST]
    said, complete = reader.read_crops([_crop(view, row) for row in rows], deadline)
    read = [
        Line(quad_of(row), row, text, score)
        for row, (text, score) in zip(rows, said, strict=True)
        if text and score >= _CLEAR
    ]
    return [*lines, *read], complete


def drawn_tight(view: View, detection: Detection, lines: Sequence[Line]) -> Detection:
    """Return `detection` with words that nobody read drawn tight around their ink.

    The detector's boxes are coarse beside single signs.
    """
    usual = median([min(line.height, line.length) for line in lines] or [0.0])
    words = [
        box
        if box in detection.cells or any(covers(line.box, box) for line in lines)
        else _tight(view, box, usual)
        for box in detection.words
    ]
    return replace(detection, words=tuple(words))


def unread_things(
    detection: Detection, things: Sequence[Thing], marks: Sequence[Box]
) -> list[Thing]:
    """Return a thing without words for each place where words were seen and nothing is.

    Args:
        detection: what was seen.
        things: shapes, and words that were read.
        marks: what was read and is no writing: heads of arrows, dashes.
    """
    usual = median([thing.height for thing in things if thing.text and thing.height > 0] or [0.0])
    taken = [thing.box for thing in things if thing.kind not in FRAMES]
    taken += [thing.words for thing in things if thing.kind in FRAMES and thing.words]
    taken += marks
    found = []
    for box in detection.words:
        height = min(short_side(box), usual) if usual else short_side(box)
        free = not any(overlap_share(box, other) > _TAKEN or holds(box, other) for other in taken)
        if free and height >= _LEAST and not any(_owns(thing, box, height) for thing in things):
            found.append(Thing("text", box, "", _BELIEF, words=box, height=height))
            taken.append(box)
    return found


def _owns(thing: Thing, place: Box, height: float) -> bool:
    """Tell whether what is written in `place` belongs to a thing: a table, or a shape it names."""
    if thing.kind == "table":
        return overlap_share(place, thing.box) > _IN_TABLE
    return (
        thing.kind in NAMED_OUTSIDE
        and not thing.text
        and short_side(thing.box) < _SMALL * height
        and gap_between(thing.box, place) < _BESIDE * height
    )


def unjoined(things: Sequence[Thing], links: Sequence[Link], gone: Set[int]) -> set[int]:
    """Return the places of words that were not read and that no line ends at."""
    joined = {place for link in links for place in (link.source, link.target)}
    return {
        place
        for place, thing in enumerate(things)
        if thing.shape is None and not thing.text and place not in joined | gone
    }


def _rows(view: View, box: Box) -> Iterator[Box]:
    """Yield the rows of writing in `box` from the top, each as wide as the box."""
    height, width = view.ink.shape
    x0, y0 = (max(0, round(value)) for value in box[:2])
    x1, y1 = min(width, round(box[2])), min(height, round(box[3]))
    if y1 - y0 > _ON_END * (x1 - x0):
        return
    inked = view.ink[y0:y1, x0:x1].any(axis=1)
    edges = np.flatnonzero(np.diff(np.r_[False, inked, False].astype(np.int8)))
    bands = list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
    highest = max((low - top for top, low in bands), default=0)
    full = [(top, low) for top, low in bands if low - top > _FLAT * highest]
    if len(full) < 2:  # one row is the whole
        full = [(0, y1 - y0)]
    for top, low in full if len(full) <= _ROWS else ():
        if low - top >= max(_LEAST, (x1 - x0) / _LONGEST):
            yield float(x0), float(y0 + top), float(x1), float(y0 + low)


def _tight(view: View, box: Box, usual: float) -> Box:
    """Return `box` around its ink, or as it is where so little is left that ink must be faint.

    `usual`: height of a line on the board, 0 where none was read.
    """
    wide, high = box[2] - box[0], box[3] - box[1]
    left, top, right, bottom = tight = ink_in(view, box)
    least = _OF_SIGN if max(wide, high) < _SIGN * usual else _KEPT
    return tight if min((right - left) / wide, (bottom - top) / high) >= least else box


def _crop(view: View, row: Box) -> Array:
    room = _ROOM * (row[3] - row[1])
    x0, y0 = (max(0, int(value - room)) for value in row[:2])
    x1, y1 = (int(value + room) + 1 for value in row[2:])
    return view.bgr[y0:y1, x0:x1]
