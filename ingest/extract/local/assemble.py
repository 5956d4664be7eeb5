"""Shapes, connectors and lines of words put together into things and links."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ingest.extract.local.attach import bridge_labels, label_up
from ingest.extract.local.blocks import Block, block_of, blocks_of, reading_order
from ingest.extract.local.geometry import area_of, gap_between, holds, middle_of, overlap_share
from ingest.extract.local.seen import Detection, Line, Shape
from ingest.extract.local.tables import with_tables
from ingest.extract.local.things import Assembly, Link, Thing
from kb.scene import Box, Point

_EMPTY = 0.5  # share of its fit that a figure without words keeps as confidence
_TITLE_SIZE = 1.25  # times the median line height
_TITLE_ZONE = 0.22  # of the picture's height
_TITLE_LENGTH = 80
_SMALL = 2.4  # line heights: a figure below this carries its name outside
_LONE_SIGN = 0.5  # score under which a single sign is taken for a mark, not for a word
_LEAST_SCORE = 0.15  # of a line: below it is texture
_MARK = re.compile(r"[^\w?!？！]{1,3}")  # what arrow heads and dashes are read as


def assemble(detection: Detection, lines: Sequence[Line], height: float) -> Assembly:
    """Put a board together. `height`: of the working copy, in pixels."""
    lines = [line for line in lines if _is_writing(line, detection.ends)]
    shapes, cells = with_tables(_useful(detection.shapes, lines))
    owners = [_owner(line, shapes) for line in lines]
    things = _shape_things(shapes, lines, owners)
    loose = [line for line, owner in zip(lines, owners, strict=True) if owner is None]
    things += [_text_thing(block) for block in _loose_blocks(loose, [*cells, *detection.words])]
    gone = _name_small_shapes(things)
    links, labels = _linked(things, detection, gone)
    gone |= labels
    for thing in things:
        if thing.shape is None:
            thing.parent = _container_of(thing, things)
    title = _title(things, links, gone, height)
    return _ordered(things, links, gone, title)


def _is_writing(line: Line, ends: Sequence[Point]) -> bool:
    """Tell words from what the reader takes for words: arrow heads, lone strokes, texture."""
    if line.score < _LEAST_SCORE or _MARK.fullmatch(line.text):
        return False
    if len(line.text) > 2:
        return True
    on_end = any(holds(line.box, (*end, *end)) for end in ends)
    return not on_end and (line.score >= _LONE_SIGN or line.text.isdigit())


def _useful(shapes: Sequence[Shape], lines: Sequence[Line]) -> list[Shape]:
    """Leave out figures that nobody would draw: empty slivers, and empty ones that fit badly."""
    kept = []
    for shape in shapes:
        sides = sorted((shape.box[2] - shape.box[0], shape.box[3] - shape.box[1]))
        empty = not any(holds(shape.box, line.box) for line in lines)
        if not empty or (sides[1] < 8 * sides[0] and shape.confidence > 0.85):
            kept.append(shape)
    return kept


def _owner(line: Line, shapes: Sequence[Shape]) -> int | None:
    """Return the smallest shape that holds most of `line`, or None."""
    fitting = [
        index
        for index, shape in enumerate(shapes)
        if holds(shape.box, line.box) and overlap_share(line.box, shape.box) > 0.55
    ]
    return min(fitting, key=lambda index: area_of(shapes[index].box), default=None)


def _shape_things(
    shapes: Sequence[Shape], lines: Sequence[Line], owners: list[int | None]
) -> list[Thing]:
    """Make a thing of every shape, with its words; words of a container beyond its name go free."""
    parents = [_parent(index, shapes) for index in range(len(shapes))]
    things = []
    for index, shape in enumerate(shapes):
        thing = Thing(shape.kind, shape.box, "", shape.confidence, shape, parent=parents[index])
        mine = [place for place, owner in enumerate(owners) if owner == index]
        if shape.kind == "table":
            for place in mine:
                owners[place] = None
            mine = []
        elif index in parents:
            thing.kind = "container"
            name = set(_name_of_container(shape, mine, lines))
            for place in mine:
                if place not in name:
                    owners[place] = None
            mine = [place for place in mine if place in name]
        if mine:
            _write(thing, block_of([lines[place] for place in mine]))
        elif thing.kind not in ("container", "table"):
            thing.confidence = round(thing.confidence * _EMPTY, 3)
        things.append(thing)
    return things


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


def _name_of_container(shape: Shape, mine: list[int], lines: Sequence[Line]) -> list[int]:
    """Return the lines of the topmost block, if it stands in the upper third."""
    if not mine:
        return []
    first = min(blocks_of([lines[place] for place in mine]), key=lambda block: block.box[1])
    if first.box[1] - shape.box[1] > (shape.box[3] - shape.box[1]) / 3:
        return []
    return [place for place in mine if holds(first.box, lines[place].box)]


def _loose_blocks(lines: Sequence[Line], cells: Sequence[Box]) -> list[Block]:
    """Group lines into blocks; the words of one cell of a table are always one block."""
    blocks = []
    for cell in cells:
        inside = [line for line in lines if holds(cell, line.box)]
        if inside:
            blocks.append(block_of(inside))
    outside = [line for line in lines if not any(holds(cell, line.box) for cell in cells)]
    return blocks + blocks_of(outside)


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
    thing.confidence = round(thing.confidence * (0.4 + 0.6 * block.score), 3)


def _name_small_shapes(things: Sequence[Thing]) -> set[int]:
    """Give words that stand above or below a small empty figure to it; returns those words.

    An event's circle, a person or a store is named beside the drawing, not in it.
    """
    wishes = []
    for place, thing in enumerate(things):
        if thing.shape is None or thing.text or thing.kind in ("diamond", "container", "table"):
            continue
        for other, words in enumerate(things):
            if words.shape is not None:
                continue
            size = min(thing.box[2] - thing.box[0], thing.box[3] - thing.box[1])
            beside = abs(middle_of(thing.box)[0] - middle_of(words.box)[0])
            gap = gap_between(thing.box, words.box)
            aligned = beside < 0.5 * (words.box[2] - words.box[0]) + 0.5 * size
            if size < _SMALL * words.height and gap < words.height and aligned:
                wishes.append((gap, place, other))
    gone: set[int] = set()
    for _, place, other in sorted(wishes):
        if not things[place].text and other not in gone:
            gone.add(other)
            words = things[other]
            things[place].confidence = round(things[place].confidence / _EMPTY, 3)
            block = Block(words.box, words.text, words.confidence, words.height)
            _write(things[place], block)
    return gone


def _linked(
    things: Sequence[Thing], detection: Detection, gone: set[int]
) -> tuple[list[Link], set[int]]:
    places = [place for place in range(len(things)) if place not in gone]
    present = [things[place] for place in places]
    links, bridged = bridge_labels(detection.link(present), present)
    links, beside = label_up(links, present)
    return (
        [replace(k, source=places[k.source], target=places[k.target]) for k in links],
        {places[place] for place in bridged | beside},
    )


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
    written = [t for place, t in enumerate(things) if t.height > 0 and place not in gone]
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
