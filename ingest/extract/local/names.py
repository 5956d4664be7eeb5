"""Words that stand outside: a small shape's name, a line's label, or a node of their own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import replace

from ingest.extract.local.attach import gap_to_middle
from ingest.extract.local.geometry import gap_between
from ingest.extract.local.things import Link, Thing
from kb.scene import Box, Point

FRAMES = frozenset({"container", "table"})

_NAMED_OUTSIDE = frozenset({"ellipse", "document", "cylinder", "icon"})
_SMALL = 3.2  # line heights: a shape below this has no room for its name
_NAME_REACH = 0.75  # line heights from a small shape to its name; 95 of 100 are within 0.45
_LABEL_REACH = 0.9  # from a line to its label; 95 of 100 are within 0.6
_OFTEN = 0.3  # small shapes mostly have a name, lines mostly no label
_SIGNS = 2  # a small shape with so few signs in it bears a symbol, not a word
_SYMBOLS = frozenset(
    "xX×✕✗乂メ+＋十†oO0〇○◯◇*＊⊗⊕"
)  # drawn in decisions, and what they are read as


def without_symbols(things: Sequence[Thing]) -> None:
    """Take the text off small diamonds that hold a mere symbol: crossed, plus or ring."""
    for thing in things:
        if (
            thing.kind == "diamond"
            and 0 < len(thing.text) <= _SIGNS
            and set(thing.text) <= _SYMBOLS
        ):
            thing.text, thing.words = "", None


def name_and_label(
    things: Sequence[Thing], links: Sequence[Link], spent: Set[int] = frozenset()
) -> tuple[list[Link], set[int]]:
    """Give words that stand beside a small shape, or on a line, to it; each takes one block.

    `spent`: places of words that are a label already.

    Returns:
        The links with labels, and the places of the words that are no nodes of their own.
    """
    joined = {place for link in links for place in (link.source, link.target)} | spent
    around = [_box_of(link.path) for link in links]
    wishes = []
    for words, thing in enumerate(things):
        if thing.shape is not None or thing.height <= 0 or words in joined:
            continue
        for place, other in enumerate(things):
            gap = gap_between(thing.box, other.box) / thing.height
            if gap < _NAME_REACH and _lacks_name(other, thing.height):
                wishes.append((gap - _OFTEN, "name", place, words))
        for place, gap in _lines_beside(thing, links, around):
            wishes.append((gap, "label", place, words))
    labelled, used, served = list(links), set[int](), set[tuple[str, int]]()
    for _, sort, place, words in sorted(wishes):
        if words in used or (sort, place) in served:
            continue
        used.add(words)
        served.add((sort, place))
        if sort == "label":
            labelled[place] = replace(labelled[place], label=things[words].text)
        else:
            _name(things[place], things[words])
    return labelled, used


def _lines_beside(
    words: Thing, links: Sequence[Link], around: Sequence[Box]
) -> Iterator[tuple[int, float]]:
    """Yield the links without a label that `words` stand on, and how far away, in line heights."""
    for place, link in enumerate(links):
        # Following a whole path costs a hundred times more than asking for its box.
        if link.label or gap_between(words.box, around[place]) >= _LABEL_REACH * words.height:
            continue
        gap = gap_to_middle(link.path, words.box) / words.height
        if gap < _LABEL_REACH:
            yield place, gap


def _box_of(path: Sequence[Point]) -> Box:
    across, down = [x for x, _ in path], [y for _, y in path]
    return min(across), min(down), max(across), max(down)


def _lacks_name(thing: Thing, height: float) -> bool:
    """Tell whether a shape's name may stand outside: it is empty, or small and holds a symbol."""
    if thing.shape is None or thing.kind in FRAMES or thing.kind == "diamond":
        return False
    if not thing.text:
        return True
    small = min(thing.box[2] - thing.box[0], thing.box[3] - thing.box[1]) < _SMALL * height
    return small and thing.kind in _NAMED_OUTSIDE and len(thing.text) <= _SIGNS


def _name(thing: Thing, words: Thing) -> None:
    thing.text, thing.words, thing.height = words.text, words.box, words.height
