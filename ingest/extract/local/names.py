"""Words that stand outside: a small shape's name, a line's label, or a node of their own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import replace

from ingest.extract.local.attach import gap_to_middle
from ingest.extract.local.geometry import gap_between, middle_of
from ingest.extract.local.things import Link, Thing
from kb.scene import Box, Point, union_box

FRAMES = frozenset({"container", "table"})

NAMED_OUTSIDE = frozenset({"ellipse", "document", "cylinder", "icon"})
_SMALL = 3.2  # line heights: a shape below this has no room for its name
NAME_REACH = 0.75  # line heights from a small shape to its name; 95 of 100 are within 0.45
# of names 62 % stand below, 12 % above, 16 % to the right and 4 % to the left (hdBPMN train)
_ABOVE, _RIGHT, _LEFT = 0.32, 0.28, 0.54
_LABEL_REACH = 0.9  # from a line to its label; 95 of 100 are within 0.6
_OFTEN = 0.8  # small shapes mostly have a name, lines mostly no label
_JOINED_REACH = 0.45  # the same for words that a line was taken to end at
_LEADING = 0.7  # line heights between the lines of a name
_SIGNS = 4  # a small shape with so few signs in it bears a symbol, not a word
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

    A line that was taken to end at a shape's name ends at the shape.

    `spent`: places of words that are a label already.

    Returns:
        The links with labels, and the places of the words that are no nodes of their own.
    """
    labelled, used, served = list(links), set[int](), set[tuple[str, int]]()
    named: dict[int, int] = {}
    for _, sort, place, words in sorted(_wishes(things, links, spent)):
        if words in used or (sort, place) in served:
            continue
        used.add(words)
        served.add((sort, place))
        if sort == "label":
            labelled[place] = replace(labelled[place], label=things[words].text)
        else:
            named[words] = place
            _name(things[place], things[words])
    joined = {place for link in links for place in (link.source, link.target)}
    more = _lines_more(things, named, used | joined | spent)
    for words, place in more.items():
        _name(things[place], things[words], more=True)
    return _rejoined(labelled, named), used | set(more)


def _wishes(
    things: Sequence[Thing], links: Sequence[Link], spent: Set[int]
) -> Iterator[tuple[float, str, int, int]]:
    """Yield what words may be: (way in line heights, "name" or "label", of what, the words)."""
    joined = {place for link in links for place in (link.source, link.target)}
    around = [_box_of(link.path) for link in links]
    for words, thing in enumerate(things):
        if thing.shape is not None or thing.height <= 0 or words in spent:
            continue
        for place, other in enumerate(things):
            gap = gap_between(thing.box, other.box) / thing.height
            if gap < NAME_REACH and _lacks_name(other, thing):
                free = words not in joined
                if free or (other.kind in NAMED_OUTSIDE and gap < _JOINED_REACH):
                    yield gap - _OFTEN + _side(thing.box, other.box), "name", place, words
        if words not in joined:
            for place, gap in _lines_beside(thing, links, around):
                yield gap, "label", place, words


def _side(words: Box, shape: Box) -> float:
    """Return what speaks against a name on that side of its shape, in line heights."""
    x, y = middle_of(words)
    if y > shape[3]:
        return 0.0
    if y < shape[1]:
        return _ABOVE
    return _LEFT if x < shape[0] else _RIGHT


def _lines_more(things: Sequence[Thing], named: dict[int, int], taken: Set[int]) -> dict[int, int]:
    """Return words that go on above or below a name, with the place of the shape they name."""
    found: dict[int, int] = {}
    for words, thing in enumerate(things):
        if thing.shape is not None or thing.height <= 0 or words in taken:
            continue
        for name, place in named.items():
            first = things[name]
            gap = gap_between(thing.box, first.box) / first.height
            across = min(thing.box[2], first.box[2]) - max(thing.box[0], first.box[0])
            narrow = min(thing.box[2] - thing.box[0], first.box[2] - first.box[0])
            alike = 0.6 < thing.height / first.height < 1.7
            if gap < _LEADING and across > 0.4 * narrow and alike:
                found[words] = place
                break
    return found


def _rejoined(links: Sequence[Link], named: dict[int, int]) -> list[Link]:
    """Let links that end at names end at what is named; each two things are joined once."""
    kept: list[Link] = []
    seen = {(k.source, k.target) for k in links if not {k.source, k.target} & set(named)}
    for link in links:
        ends = (named.get(link.source, link.source), named.get(link.target, link.target))
        if ends == (link.source, link.target):
            kept.append(link)
        elif ends[0] != ends[1] and ends not in seen:
            seen.add(ends)
            kept.append(replace(link, source=ends[0], target=ends[1]))
    return kept


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


def _lacks_name(thing: Thing, words: Thing) -> bool:
    """Tell whether `words` outside may name a shape: it is empty, or small and holds a symbol."""
    if thing.shape is None or thing.kind in FRAMES or thing.kind == "diamond":
        return False
    if not thing.text:
        return True
    small = min(thing.box[2] - thing.box[0], thing.box[3] - thing.box[1]) < _SMALL * words.height
    symbol = len(thing.text) <= _SIGNS and len(thing.text) < len(words.text)
    return small and thing.kind in NAMED_OUTSIDE and symbol


def _name(thing: Thing, words: Thing, *, more: bool = False) -> None:
    if not more or thing.words is None:
        thing.text, thing.words, thing.height = words.text, words.box, words.height
        return
    lines = [(thing.words[1], thing.text), (words.box[1], words.text)]
    thing.text = "\n".join(text for _, text in sorted(lines))
    thing.words = union_box([thing.words, words.box])
