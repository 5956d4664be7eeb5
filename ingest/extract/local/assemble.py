"""Shapes, connectors and lines of words put together into things and links."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ingest.extract.local.attach import between_words, bridge_labels
from ingest.extract.local.blocks import (
    HAN,
    Block,
    block_of,
    blocks_of,
    groups_of,
    reading_order,
    rejoined,
)
from ingest.extract.local.checkboxes import with_checkboxes, with_dots
from ingest.extract.local.doubts import bands_as_frames, frames_as_boxes, unsupported, without_cells
from ingest.extract.local.geometry import (
    area_of,
    gap_between,
    holds,
    middle_of,
    overlap_share,
    overlap_union,
)
from ingest.extract.local.names import name_and_label, without_symbols
from ingest.extract.local.rims import head_by_turning, name_by_rims
from ingest.extract.local.seen import Detection, Line, Shape
from ingest.extract.local.things import Assembly, Link, Thing
from ingest.extract.local.unread import unjoined, unread_things
from ingest.extract.local.wishes import NAMED_OUTSIDE
from kb.scene import Box, Point

_TITLE_SIZE = 1.25  # times the median line height
_TITLE_ZONE = 0.22  # of the picture's height
_TITLE_LENGTH = 80
_LONE_SIGN = 0.5  # score under which a single sign is taken for a mark, not for a word
_FEW_SIGNS = 3
_NAME_BELOW = 1.2  # line heights from the upper rim of a container to its name
_BESIDE = 0.75  # line heights between a small shape and its name, mostly
_SAME_WORDS = 0.3  # overlap over union of where words were read and where they were seen
_UNSURE = 0.4  # score of words that the detector hardly took for any: below it they are texture
_CLEAR = 0.9  # score of words, and of a number, where the detector saw nothing
_LOOSE = (1.6, 5.0)  # times the area of words as seen: the line was read wide of their ink
_ALIKE_ROOM = 0.25  # the room at one of its ends in that at the other
_PIECE = (0.05, 0.4)  # times that area: a piece of the words was read
_MOST_LINES, _MOSTLY = 4.0, 0.8  # line heights that they are high; of the piece in their place
_NUMBER = re.compile(r"[\[(]?\d{1,3}(, ?\d{1,3})*[\])]?")
_STROKES = frozenset("1470[()] ,\n")
_DASHED = re.compile(r"[1IlJi|一\-–—_.\s]+")  # what dashes of a line that runs down are read as
_NUMBERS, _ALIKE = 2, 1.6  # numbers that stand alone on a board; of the height of a like one
_LEAST_SCORE = 0.15  # of a line: below it is texture
_WITHIN = 0.8  # of words in a frame
_SEVERAL = 2  # drawings that make a note they lie in a container
_FRAME_AROUND = {"box": 2, "container": 2, "sticky": 3, "ellipse": 3}  # places of words
_MARK = re.compile(r"[^\w?!？！]{1,3}|[Il|一\-–—_. ]{2,}")  # what heads and dashes are read as


def assemble(detection: Detection, lines: Sequence[Line], height: float) -> Assembly:
    """Put a board together. `height`: of the working copy, in pixels."""
    things, links, spent = pieces_of(detection, lines)
    links, gone = name_and_label(things, links, spent, detection.words)
    gone |= spent
    gone |= name_by_rims(things, links, gone)
    head_by_turning(things, links, gone)
    gone |= unsupported(things, links, gone)
    gone |= unjoined(things, links, gone)
    for thing in things:
        if thing.shape is None:
            thing.parent = _container_of(thing, things)
    title = _title(things, links, gone, height)
    return _ordered(things, links, gone, title)


def pieces_of(
    detection: Detection, lines: Sequence[Line]
) -> tuple[list[Thing], list[Link], set[int]]:
    """Return things and links before words outside are given to what they name.

    Among the things are words that were seen and not read: they have no text. The third are the
    places of words that a line runs through, its label already.
    """
    marks = [line.box for line in lines if line.score >= _LONE_SIGN and _MARK.fullmatch(line.text)]
    lines = with_checkboxes([line for line in lines if _is_writing(line, detection)])
    lines = with_dots(lines)
    shapes = frames_as_boxes(without_cells(detection.shapes), lines)
    shapes = bands_as_frames(shapes, lines)
    owners = [_owner(line, shapes) for line in lines]
    things = _shape_things(shapes, lines, owners, detection)
    loose = [line for line, owner in zip(lines, owners, strict=True) if owner is None]
    chain = [block_of([line]) for line in loose if line.apart]
    blocks = _loose_blocks([line for line in loose if not line.apart], detection.words)
    numbers = _clear_numbers([block for block in blocks if block.score >= _CLEAR])
    meant = [block for block in blocks if _is_meant(block, detection) or block in numbers]
    blocks = chain + [_halfway(block, detection) for block in meant]
    first = len(things)
    things += [_text_thing(block) for block in blocks]
    things += unread_things(detection, things, marks)
    without_symbols(things)
    links = detection.link(things)
    links += between_words(things, links, detection.arrows, range(first, first + len(chain)))
    links, bridged = bridge_labels(links, things)
    return things, links, bridged


def _is_writing(line: Line, detection: Detection) -> bool:
    """Tell words from what the reader takes for words: arrow heads, lone strokes, texture."""
    if line.score < _LEAST_SCORE or _MARK.fullmatch(line.text):
        return False
    if line.apart or line.sign:
        return True
    if _written(line.text) > 2:
        return True
    if line.score < _LONE_SIGN and not line.text.isdigit():
        return False
    on_end = any(holds(line.box, (*end, *end)) for end in detection.ends)
    return not on_end or any(
        overlap_union(place, line.box) >= _SAME_WORDS for place in detection.words
    )


def _written(text: str) -> int:
    """Return how much is written; Chinese signs count twice: two of them are often a word."""
    return len(text) + len(HAN.findall(text))


def _is_meant(block: Block, detection: Detection) -> bool:
    """Tell words from pieces of drawings, and texture, that were read as words.

    Where the detector saw nothing, as where ink shows through from the back, words must be read
    clearly.
    """
    words = detection.words
    if not words or any(holds(place, block.box) for place in words):
        return True  # nothing told words from drawings, or the detector saw words too
    if _DASHED.fullmatch(block.text):
        return False
    guessed = any(holds(place, block.box) for place in detection.guesses)
    return _written(block.text) > _FEW_SIGNS and block.score >= (_UNSURE if guessed else _CLEAR)


def _clear_numbers(blocks: Sequence[Block]) -> list[Block]:
    """Return the blocks that are numbers, where there are several and some can be nothing else.

    Heads and strokes of arrows are read as 1, 4 and 7, but never as a 5; what is read so counts
    where it is in a row or a column with a 5, and as high.
    """
    numbers = [b for b in blocks if all(map(_NUMBER.fullmatch, b.text.split("\n")))]
    sure = [block for block in numbers if not set(block.text) <= _STROKES]
    kept = [b for b in numbers if b in sure or any(_is_beside(b, other) for other in sure)]
    return kept if len(kept) >= _NUMBERS else []


def _is_beside(one: Block, other: Block) -> bool:
    """Tell whether two blocks are in a row or a column, and of one size."""
    (x, y), (a, b) = middle_of(one.box), middle_of(other.box)
    low, high = sorted((one.height, other.height))
    return high < _ALIKE * low and min(abs(x - a), abs(y - b)) < low


def _owner(line: Line, shapes: Sequence[Shape]) -> int | None:
    """Return the smallest shape that holds most of `line`, or None."""
    fitting = [
        index
        for index, shape in enumerate(shapes)
        if holds(shape.box, line.box) and overlap_share(line.box, shape.box) > 0.55
    ]
    return min(fitting, key=lambda index: area_of(shapes[index].box), default=None)


def _shape_things(
    shapes: Sequence[Shape],
    lines: Sequence[Line],
    owners: list[int | None],
    detection: Detection,
) -> list[Thing]:
    """Make a thing of every shape, with its words; words of a container beyond its name go free."""
    parents = [_parent(index, shapes) for index in range(len(shapes))]
    around = {index for index, shape in enumerate(shapes) if _surrounds(shape, detection.words)}
    nameless = [s.box for i, s in enumerate(shapes) if s.kind in NAMED_OUTSIDE and i not in owners]
    things = []
    for index, shape in enumerate(shapes):
        thing = Thing(shape.kind, shape.box, "", shape.confidence, shape, parent=parents[index])
        mine = [place for place, owner in enumerate(owners) if owner == index]
        if shape.kind == "table":
            for place in mine:
                owners[place] = None
            mine = []
        elif index in around or parents.count(index) >= (_SEVERAL if shape.kind == "sticky" else 1):
            thing.kind = "container"
            name = set(_name_of_container(shape, mine, lines, nameless, detection.ends))
            for place in mine:
                if place not in name:
                    owners[place] = None
            mine = [place for place in mine if place in name]
        if mine:
            _write(thing, block_of([lines[place] for place in mine]))
            thing.signed = any(lines[place].sign for place in mine)
        things.append(thing)
    return things


def _surrounds(shape: Shape, words: Sequence[Box]) -> bool:
    """Tell whether a frame is drawn around several words that stand alone, or a board is seen."""
    least = _FRAME_AROUND.get(shape.kind)
    if least is None:
        return False
    apart: list[Box] = []
    for place in words:
        if overlap_share(place, shape.box) > _WITHIN and not any(
            overlap_union(place, other) >= _SAME_WORDS for other in apart
        ):
            apart.append(place)
    return len(apart) >= least


def _parent(index: int, shapes: Sequence[Shape]) -> int | None:
    inner = shapes[index].box
    outer = [
        other
        for other, shape in enumerate(shapes)
        if other != index
        and overlap_share(inner, shape.box) > 0.9
        and area_of(shape.box) > 1.3 * area_of(inner)
    ]
    return min(outer, key=lambda other: area_of(shapes[other].box), default=None)


def _name_of_container(
    shape: Shape,
    mine: list[int],
    lines: Sequence[Line],
    nameless: Sequence[Box],
    ends: Sequence[Point],
) -> list[int]:
    """Return the lines of the block on the left rim, or of the topmost near the upper one.

    What stands beside one of the `nameless` shapes is that one's name, and what one of the `ends`
    of lines touches is a thing of its own.
    """
    if not mine:
        return []
    blocks = blocks_of([lines[place] for place in mine])
    turned = [block for block in blocks if _on_left_rim(shape.box, block.box)]
    leftmost = min(turned, key=lambda block: block.box[0], default=None)
    first = leftmost or min(blocks, key=lambda block: block.box[1])
    below = first.box[1] - shape.box[1]
    points = [(*end, *end) for end in ends]
    taken = any(gap_between(first.box, b) < _BESIDE * first.height for b in (*nameless, *points))
    at_top = not taken and below <= min(
        (shape.box[3] - shape.box[1]) / 3, _NAME_BELOW * first.height
    )
    if not turned and not at_top:
        return []
    return [place for place in mine if holds(first.box, lines[place].box)]


def _on_left_rim(outer: Box, words: Box) -> bool:
    """Tell whether `words` are turned by 90° and stand on the left rim, as lanes are named."""
    wide, high = words[2] - words[0], words[3] - words[1]
    return high > 1.5 * wide and words[0] - outer[0] < 1.5 * wide


def _loose_blocks(lines: Sequence[Line], places: Sequence[Box]) -> list[Block]:
    """Group lines into blocks; the lines in one of `places` are always one block."""
    inside: dict[int, list[Line]] = {}
    outside = []
    for line in lines:
        around = [i for i, place in enumerate(places) if holds(place, line.box)]
        if around:
            nearest = min(around, key=lambda i: area_of(places[i]))
            inside.setdefault(nearest, []).append(line)
        else:
            outside.append(line)
    return [block_of(group) for group in rejoined(list(inside.values()), groups_of(outside))]


def _halfway(block: Block, detection: Detection) -> Block:
    """Return `block` with a box between its own and the place that the detector saw its words at.

    A reader takes ends of lines for letters, and a detector cuts letters off: each is right on one
    side. Where a line ends beside what the detector saw, it is right, and so it is about words of
    which a piece was read, or one line wide of its ink.
    """
    words = detection.words
    seen = max(words, key=lambda place: overlap_union(place, block.box), default=None)
    if seen is None:
        return block
    if seen not in detection.cells and (_is_loose(block, seen) or _is_piece(block, seen)):
        return replace(block, box=seen)
    if overlap_union(seen, block.box) < _SAME_WORDS:
        return block
    ends = [end for end in detection.ends if holds(block.box, (*end, *end))]
    x0, y0, x1, y1 = (
        a if any(_beyond(end[side % 2], a, b) for end in ends) else (a + b) / 2
        for side, (a, b) in enumerate(zip(seen, block.box, strict=True))
    )
    return replace(block, box=(x0, y0, x1, y1))


def _is_loose(block: Block, seen: Box) -> bool:
    """Tell whether one line was read wide of its ink on all sides: more words go on to one."""
    (a0, b0, a1, b1), (x0, y0, x1, y1) = block.box, seen
    if "\n" in block.text or min(y0 - b0, b1 - y1) <= 0:
        return False
    narrow, wide = sorted((x0 - a0, a1 - x1))
    loose = _LOOSE[0] < area_of(block.box) / area_of(seen) < _LOOSE[1]
    return loose and narrow > _ALIKE_ROOM * wide


def _is_piece(block: Block, seen: Box) -> bool:
    """Tell whether a piece of a few lines was read; what is far smaller stands in a sketch."""
    share = area_of(block.box) / area_of(seen)
    lines = (seen[3] - seen[1]) / max(block.height, 1.0)
    small = _PIECE[0] < share < _PIECE[1] and lines < _MOST_LINES
    return small and overlap_share(block.box, seen) > _MOSTLY


def _beyond(at: float, seen: float, read: float) -> bool:
    """Tell whether `at` is between where words were seen to end and where they were read to."""
    return min(seen, read) < at < max(seen, read)


def _text_thing(block: Block) -> Thing:
    return Thing(
        kind="text",
        box=block.box,
        text=block.text,
        confidence=round(block.score, 3),
        words=block.box,
        height=block.height,
    )


def _write(thing: Thing, block: Block) -> None:
    thing.text = f"{thing.text}\n{block.text}" if thing.text else block.text
    thing.words = block.box
    thing.height = block.height


def _container_of(thing: Thing, things: Sequence[Thing]) -> int | None:
    outer = [
        place
        for place, other in enumerate(things)
        if other.kind in ("container", "table") and overlap_share(thing.box, other.box) > 0.8
    ]
    return min(outer, key=lambda place: area_of(things[place].box), default=None)


def _title(things: Sequence[Thing], links: Sequence[Link], gone: set[int], height: float) -> str:
    """Make the topmost large words the title, if they stand alone near the top."""
    linked = {place for link in links for place in (link.source, link.target)}
    written = [t for place, t in enumerate(things) if t.text and t.height > 0 and place not in gone]
    free = [
        thing
        for place, thing in enumerate(things)
        if thing.kind == "text" and place not in gone and place not in linked
    ]
    if not free or len(written) < 2:
        return ""
    first = min(free, key=lambda thing: thing.box[1])
    sizes = sorted(thing.height for thing in written)
    large = first.height >= _TITLE_SIZE * sizes[len(sizes) // 2]
    above = all(t is first or t.box[1] > middle_of(first.box)[1] for t in written)
    alone = above and all(t is first or t.box[1] >= first.box[3] - 2 for t in written)
    in_zone = first.box[1] < _TITLE_ZONE * height and first.parent is None
    short = len(first.text) <= _TITLE_LENGTH and first.text.count("\n") < 2
    if in_zone and short and above and (large or alone):
        first.kind = "title"
        return first.text.replace("\n", " ")
    return ""


def _ordered(
    things: Sequence[Thing], links: Sequence[Link], gone: set[int], title: str
) -> Assembly:
    kept = [place for place in range(len(things)) if place not in gone]
    order = [kept[i] for i in reading_order([things[place].box for place in kept])]
    place_of = {old: new for new, old in enumerate(order)}
    for old in order:
        parent = things[old].parent
        things[old].parent = None if parent is None else place_of.get(parent)
    links = [replace(k, source=place_of[k.source], target=place_of[k.target]) for k in links]
    return Assembly([things[old] for old in order], links, title)
