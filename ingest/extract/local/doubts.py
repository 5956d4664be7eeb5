"""What the words and lines around a figure say of it, which the detector could not know."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import replace

from ingest.extract.local.geometry import holds, overlap_share, short_side
from ingest.extract.local.seen import Line, Shape
from ingest.extract.local.things import Link, Thing
from ingest.extract.local.wishes import FRAMES
from kb.scene import Box, union_box

_BAND = 6.0  # length over width of a box that is a lane or a pool, not a step
_HEADER = 2.0  # height over width of the head of a lane, whose words stand on end
_ON_END = 1.5  # height over width of words that do
_FLUSH, _TOUCHING = 0.2, 0.12  # of its width, by which heads of one column may differ, or be apart
_STANDS = 1.2  # height over width of a head whose words were read as if they didn't
_AT_RIM = (
    0.08  # of a head's width, its height, by which its lane's may differ; steps have more room
)
_AS_HIGH = 0.65  # of the height of both together, that a head and its lane share
_SLIM = 0.3  # width of a head over that of its lane
_INSIDE = 0.85  # of what is in a frame or a table
_CELL = 0.7  # of a box in a table of which it is a cell; tables are seen roughly
_SURE_TABLE = 0.5  # confidence from which boxes in it are no things of their own
_FEW = 4  # lines of words in a box: more may be things of their own
_FILLED = 0.5  # of both sides of a box, by the words in it
_SUPPORT = 0.9  # confidence of a shape that needs none: on hdBPMN val 11 of 11 below are none


def bands_as_frames(shapes: Sequence[Shape], lines: Sequence[Line]) -> list[Shape]:
    """Return `shapes` with long bands, and heads of lanes, as containers.

    Heads are boxes whose words stand on end, the left end of a frame, boxes one below the other at
    its left rim, and those in one column with these that have no words or stand on end: turned
    words are not always read, or not rightly.
    """
    turned = [line.box for line in lines if _tall(line.box) > _ON_END]
    boxes = {at: shape.box for at, shape in enumerate(shapes) if shape.kind == "box"}
    frames = [s.box for s in shapes if s.kind == "container" or _is_long_box(s)]
    at_rim = {at for at, box in boxes.items() if any(_at_rim(box, frame) for frame in frames)}
    heads = {
        at
        for at, box in boxes.items()
        if _is_head(box, turned)
        or any(_is_end(box, frame) for frame in frames)
        or (at in at_rim and any(_in_column(boxes[other], box) for other in at_rim - {at}))
    }
    likely = at_rim | {
        at
        for at, box in boxes.items()
        if _tall(box) > _STANDS or not any(holds(box, line.box) for line in lines)
    }
    waiting = list(heads)
    while waiting:
        head = boxes[waiting.pop()]
        more = {at for at in likely - heads if _in_column(boxes[at], head)}
        heads |= more
        waiting += more
    return [
        replace(shape, kind="container", fill=None) if at in heads or _is_long_box(shape) else shape
        for at, shape in enumerate(shapes)
    ]


def frames_as_boxes(shapes: Sequence[Shape], lines: Sequence[Line]) -> list[Shape]:
    """Return `shapes` with containers that are full of a few lines of words as boxes."""
    return [
        replace(shape, kind="box")
        if shape.kind == "container" and _is_full(shape, shapes, lines)
        else shape
        for shape in shapes
    ]


def _is_full(frame: Shape, shapes: Sequence[Shape], lines: Sequence[Line]) -> bool:
    inside = [line for line in lines if overlap_share(line.box, frame.box) > _INSIDE]
    others = any(
        other is not frame and overlap_share(other.box, frame.box) > _INSIDE for other in shapes
    )
    if not 0 < len(inside) <= _FEW or others:
        return False
    x0, y0, x1, y1 = union_box([line.box for line in inside])
    wide, high = frame.box[2] - frame.box[0], frame.box[3] - frame.box[1]
    return x1 - x0 > _FILLED * wide and y1 - y0 > _FILLED * high


def without_cells(shapes: Sequence[Shape]) -> list[Shape]:
    """Return `shapes` without the cells of tables, which the rules between them make boxes of."""
    tables = [s.box for s in shapes if s.kind == "table" and s.confidence >= _SURE_TABLE]
    return [
        shape
        for shape in shapes
        if shape.kind != "box"
        or not any(overlap_share(shape.box, table) > _CELL for table in tables)
    ]


def _is_long_box(shape: Shape) -> bool:
    """Tell whether a box is a lane or a pool by its length."""
    longer = max(shape.box[2] - shape.box[0], shape.box[3] - shape.box[1])
    return shape.kind == "box" and longer > _BAND * short_side(shape.box)


def _is_end(box: Box, frame: Box) -> bool:
    """Tell whether `box` is the left end of `frame`.

    Frames are seen roughly: the end may stand over their rim, or right before it.
    """
    wide, high = box[2] - box[0], box[3] - box[1]
    flush = all(abs(box[side] - frame[side]) < _AT_RIM * high for side in (1, 3))
    both = min(box[3], frame[3]) - max(box[1], frame[1])
    as_high = both > _AS_HIGH * (max(box[3], frame[3]) - min(box[1], frame[1]))
    before = box[0] < frame[0] - _AT_RIM * wide and frame[0] < box[2] + _TOUCHING * wide
    return (_at_rim(box, frame) and flush) or (before and as_high and _is_slim(box, frame))


def _at_rim(box: Box, frame: Box) -> bool:
    """Tell whether `box` stands within `frame`, at its left rim, and is much narrower."""
    within = overlap_share(box, frame) > _INSIDE
    beside = abs(box[0] - frame[0]) < _AT_RIM * (box[2] - box[0])
    return within and beside and _is_slim(box, frame)


def _is_slim(box: Box, frame: Box) -> bool:
    return box[2] - box[0] < _SLIM * (frame[2] - frame[0])


def _is_head(box: Box, turned: Sequence[Box]) -> bool:
    return _tall(box) > _HEADER and any(holds(box, words) for words in turned)


def _in_column(box: Box, head: Box) -> bool:
    """Tell whether `box` is right above or below `head`, and as wide."""
    wide = head[2] - head[0]
    gap = max(box[1] - head[3], head[1] - box[3])
    flush = all(abs(box[side] - head[side]) < _FLUSH * wide for side in (0, 2))
    return flush and abs(gap) < _TOUCHING * wide


def _tall(box: Box) -> float:
    return (box[3] - box[1]) / max(box[2] - box[0], 1e-6)


def unsupported(things: Sequence[Thing], links: Sequence[Link], gone: Set[int]) -> set[int]:
    """Return the places of shapes that are hardly there: no words, no line, and seen unsurely."""
    joined = {place for link in links for place in (link.source, link.target)}
    parents = {thing.parent for thing in things}
    return {
        place
        for place, thing in enumerate(things)
        if thing.shape is not None
        and thing.kind not in FRAMES
        and not thing.text
        and thing.confidence < _SUPPORT
        and place not in joined | parents | gone
    }
