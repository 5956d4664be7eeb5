"""Words that the detector saw and no line was found in: read as they stand, or kept unread.

The text detector misses small and faint words. What is still not read is a thing all the same
where a line ends at it: somebody wrote it, and the relation would be lost with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set

import numpy as np

from ingest.extract.local.geometry import holds, overlap_share, short_side
from ingest.extract.local.seen import Array, Deadline, Detection, Line, TextReader, View
from ingest.extract.local.things import Link, Thing
from ingest.extract.local.wishes import FRAMES
from kb.scene import Box

_LEAST = 5.0  # pixels of the shorter side
_MOST = 60  # places
_READ = 0.5  # of a place: covered by a line so far, it was read
_CLEAR = 0.6  # score of words without a line; drawings are read as less
_FLAT = 0.35  # of the highest row: a lower one is dots and strokes of its neighbour
_ROOM = 0.12  # of a row's height, kept around it
_TAKEN = 0.3  # of a place, by another thing
_BELIEF = 0.5  # confidence of words that were seen and not read


def read_unread(
    reader: TextReader, view: View, detection: Detection, lines: Sequence[Line], deadline: Deadline
) -> tuple[list[Line], bool]:
    """Return `lines` with those of words that were seen alone, and whether there was time."""
    places = [box for box in detection.words if short_side(box) >= _LEAST and _is_free(box, lines)]
    rows = [row for box in places[:_MOST] for row in _rows(view, box)]
    crops = [_crop(view, row) for row in rows]
    said, complete = reader.read_crops(crops, deadline)
    if not complete:
        return list(lines), False
    read = [
        Line(_quad(row), row, text, score)
        for row, (text, score) in zip(rows, said, strict=True)
        if text and score >= _CLEAR
    ]
    return [*lines, *read], True


def unread_things(detection: Detection, things: Sequence[Thing]) -> list[Thing]:
    """Return a thing without words for each place where words were seen and nothing is."""
    taken = [thing.box for thing in things if thing.kind not in FRAMES]
    return [
        Thing("text", box, "", _BELIEF, words=box, height=short_side(box))
        for box in detection.words
        if short_side(box) >= _LEAST
        and not any(overlap_share(box, other) > _TAKEN or holds(box, other) for other in taken)
    ]


def unjoined(things: Sequence[Thing], links: Sequence[Link], gone: Set[int]) -> set[int]:
    """Return the places of words that were not read and that no line ends at."""
    joined = {place for link in links for place in (link.source, link.target)}
    return {
        place
        for place, thing in enumerate(things)
        if thing.shape is None and not thing.text and place not in joined | gone
    }


def _is_free(box: Box, lines: Sequence[Line]) -> bool:
    return not any(holds(box, line.box) or overlap_share(box, line.box) > _READ for line in lines)


def _rows(view: View, box: Box) -> Iterator[Box]:
    """Yield the rows of writing in `box` from the top, each as wide as the box."""
    x0, y0, x1, y1 = (max(0, round(value)) for value in box)
    inked = view.ink[y0:y1, x0:x1].any(axis=1)
    edges = np.flatnonzero(np.diff(np.r_[False, inked, False].astype(np.int8)))
    bands = list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
    highest = max((low - top for top, low in bands), default=0)
    full = [(top, low) for top, low in bands if low - top > _FLAT * highest]
    if len(full) < 2:
        yield box
        return
    for top, low in full:
        yield float(x0), float(y0 + top), float(x1), float(y0 + low)


def _crop(view: View, row: Box) -> Array:
    room = _ROOM * (row[3] - row[1])
    x0, y0 = (max(0, int(value - room)) for value in row[:2])
    x1, y1 = (int(value + room) + 1 for value in row[2:])
    return view.bgr[y0:y1, x0:x1]


def _quad(row: Box) -> Array:
    x0, y0, x1, y1 = row
    return np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], np.float32)
