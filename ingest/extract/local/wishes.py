"""What words that stand alone may be: which shape's name or which line's label, and how likely.

How much each sign of it counts was fitted on the train split of hdBPMN by a conditional logit
(McFadden 1974), in which words may also be neither: ``python -m evals.training.names``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from typing import Literal

from ingest.extract.local.attach import gap_to_middle
from ingest.extract.local.geometry import gap_between, middle_of
from ingest.extract.local.things import Link, Thing
from kb.scene import Box, Point

FRAMES = frozenset({"container", "table"})
NAMED_OUTSIDE = frozenset({"ellipse", "document", "cylinder", "icon"})
_SMALL = 3.2  # line heights: a shape below this has no room for its name
_SIGNS = 4  # a small shape with so few signs in it bears a symbol, not a word
_NAME_REACH, _LABEL_REACH = 2.0, 1.5  # line heights; farther away nothing is meant
_LONG = 30  # signs: longer words are alike
_DATA = frozenset({"document", "cylinder"})

NAME = {
    "name": -2.18, "gap": -2.51, "above": -1.1, "left": 0.38, "right": 2.52, "shared": 2.92,
    "document": 0.66, "cylinder": 0.26, "other": -1.35, "joined": -1.64, "lines": 0.91,
    "length": 0.42, "nearest": 1.35,
}  # fmt: skip
LABEL = {
    "label": -4.74, "gap": -5.5, "touching": 0.37, "decision": 2.24, "data": -2.47, "sure": 2.98,
    "lines": 0.98, "length": 0.01, "nameless": 0.85,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wish:
    """Words as the name or the label of something.

    Attributes:
        sort: what of.
        place: of the shape among the things, or of the line among the links.
        words: place among the things.
        signs: what speaks for it and against it, in the order of `NAME` or `LABEL`.
    """

    sort: Literal["name", "label"]
    place: int
    words: int
    signs: tuple[float, ...]

    @property
    def score(self) -> float:
        """Logarithm of how much likelier it is than that the words are neither."""
        weights = NAME if self.sort == "name" else LABEL
        return sum(w * s for w, s in zip(weights.values(), self.signs, strict=True))

    @property
    def gap(self) -> float:
        """How far the words are away, in line heights."""
        return self.signs[1]


def wishes(
    things: Sequence[Thing], links: Sequence[Link], spent: Set[int] = frozenset()
) -> Iterator[Wish]:
    """Yield what each of the words alone may be. `spent`: places of words that are taken."""
    joined = {place for link in links for place in (link.source, link.target)}
    around = [_box_of(link.path) for link in links]
    free = [
        words
        for words, thing in enumerate(things)
        if thing.shape is None and thing.height > 0 and words not in spent
    ]
    gaps = _gaps(things, free)
    for words in free:
        thing = things[words]
        about = (float(thing.text.count("\n")), min(len(thing.text), _LONG) / 10)
        ends = float(words in joined)
        near = gaps[words]
        for place, gap in near.items():
            others = [
                gaps[other][place] for other in free if other != words and place in gaps[other]
            ]
            nearer = min([*others, _NAME_REACH]) - gap
            signs = (*_beside(thing.box, things[place], gap), ends, *about, nearer)
            yield Wish("name", place, words, signs)
        nameless = min([*near.values(), _NAME_REACH])
        for place, gap in () if ends else _lines_near(thing, links, around):
            signs = (*_on_line(links[place], things, gap), *about, nameless)
            yield Wish("label", place, words, signs)


def _gaps(things: Sequence[Thing], free: Sequence[int]) -> dict[int, dict[int, float]]:
    """Return for each words the shapes near them that lack a name: gaps in line heights."""
    found: dict[int, dict[int, float]] = {}
    for words in free:
        thing, near = things[words], found.setdefault(words, {})
        for place, other in enumerate(things):
            gap = gap_between(thing.box, other.box) / thing.height
            if gap < _NAME_REACH and _lacks_name(other, thing):
                near[place] = gap
    return found


def _beside(words: Box, shape: Thing, gap: float) -> tuple[float, ...]:
    x, y = middle_of(words)
    left, top, right, bottom = shape.box
    above, below = y < top, y > bottom
    level = not above and not below
    wide = max(1.0, min(words[2] - words[0], right - left))
    shared = max(0.0, min(words[2], right) - max(words[0], left)) / wide
    other = shape.kind not in NAMED_OUTSIDE
    return (
        1.0, gap, float(above), float(level and x < left), float(level and x > right),
        shared * (above or below), float(shape.kind == "document"),
        float(shape.kind == "cylinder"), float(other),
    )  # fmt: skip


def _on_line(link: Link, things: Sequence[Thing], gap: float) -> tuple[float, ...]:
    source, target = things[link.source].kind, things[link.target].kind
    data = bool(_DATA & {source, target})
    return (
        1.0, gap, float(gap == 0), float(source == "diamond"), float(data), link.confidence
    )  # fmt: skip


def _lines_near(
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
