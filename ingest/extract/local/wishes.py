"""What words that stand alone may be: which shape's name or which line's label, and how likely.

How much each sign of it counts was fitted on the train split of hdBPMN and on drawn boards by a
conditional logit (McFadden 1974), in which words may also be neither:
``python -m evals.training.names``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from statistics import median
from typing import Literal

from ingest.extract.local.attach import nearest_of_middle
from ingest.extract.local.geometry import gap_between, middle_of, overlap_union
from ingest.extract.local.things import Link, Thing
from kb.scene import Box, Point

FRAMES = frozenset({"container", "table"})
NAMED_OUTSIDE = frozenset({"ellipse", "document", "cylinder", "icon"})
SMALL = 3.2  # line heights: a shape below this has no room for its name
_SIGNS = 4  # a small shape with so few signs in it bears a symbol, not a word
_NAME_REACH, _LABEL_REACH = 2.0, 1.5  # line heights; farther away nothing is meant
_MOST_LINES, _MOST_SIGNS = 5, 64  # of a name or a label: all of hdBPMN train have less
_LONG = 30  # signs: longer words are alike
_CLOSE = 0.8  # line heights between a ring with a number and what it numbers
_LONG_WAY = 40  # line heights: longer lines are alike
_WORDY = 0.1  # of the ends of lines at words without a border: words may be nodes on such boards
_SAME = 0.3  # overlap over union of words and where they were seen
_DATA = frozenset({"document", "cylinder"})

NAME = {
    "name": -2.53, "gap": -3.53, "above": -1.29, "left": 0.69, "right": 2.78, "shared": 3.67,
    "document": 1.11, "cylinder": 0.53, "other": -2.42, "joined": -2.72, "lines": 1.03,
    "length": 0.51, "nearest": 1.53,
}  # fmt: skip
LABEL = {
    "label": -1.76, "gap": -4.25, "touching": 0.23, "decision": 1.57, "data": -0.97, "sure": 1.21,
    "lines": 0.58, "length": -0.4, "nameless": 1.58, "aside": -3.76, "way": -0.75, "size": -4.89,
    "seen": 1.46, "wordy": -0.4,
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
    def wordy(self) -> bool:
        """Whether lines join words without a border on the board; known of labels alone."""
        return self.sort == "label" and self.signs[-1] > 0

    @property
    def gap(self) -> float:
        """How far the words are away, in line heights."""
        return self.signs[1]


def wishes(
    things: Sequence[Thing], links: Sequence[Link], spent: Set[int] = frozenset(),
    seen: Sequence[Box] = (),
) -> Iterator[Wish]:  # fmt: skip
    """Yield what each of the words alone may be.

    Args:
        things: shapes and words.
        links: what joins them.
        spent: places of words that are taken.
        seen: where the detector saw words that stand alone.
    """
    ends_at = [place for link in links for place in (link.source, link.target)]
    joined = set(ends_at)
    bare = sum(things[place].shape is None for place in ends_at)
    wordy = float(bare > _WORDY * len(ends_at))
    around = [_box_of(link.path) for link in links]
    free = [
        words
        for words, thing in enumerate(things)
        if thing.shape is None
        and thing.text
        and thing.height > 0
        and words not in spent
        and is_short(thing)
    ]
    gaps = _gaps(things, free)
    usual = median([thing.height for thing in things if thing.text and thing.height > 0] or [1.0])
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
        seen_there = any(overlap_union(thing.box, box) > _SAME for box in seen)
        looks = (math.log(thing.height / usual), float(seen_there), 1.0)
        for place, gap, *way in () if ends else _lines_near(thing, links, around):
            line = _on_line(links[place], things, gap)
            more = (wordy * sign for sign in (*way, *looks))
            signs = (*line, *about, nameless, *more)
            yield Wish("label", place, words, signs)


def is_short(thing: Thing) -> bool:
    """Tell whether words may name something: a paragraph names nothing."""
    return thing.text.count("\n") < _MOST_LINES and len(thing.text) <= _MOST_SIGNS


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
) -> Iterator[tuple[int, float, float, float]]:
    """Yield the links without a label that `words` stand on.

    Each with how far away they are, in line heights, how far from the middle of its way, 0 to a
    half, and how long that is, in tens of line heights.
    """
    for place, link in enumerate(links):
        # Following a whole path costs a hundred times more than asking for its box.
        if link.label or gap_between(words.box, around[place]) >= _LABEL_REACH * words.height:
            continue
        gap, share = nearest_of_middle(link.path, words.box)
        if gap < _LABEL_REACH * words.height:
            way = sum(map(math.dist, link.path, link.path[1:])) / words.height
            yield place, gap / words.height, abs(share - 0.5), min(way, _LONG_WAY) / 10


def _box_of(path: Sequence[Point]) -> Box:
    across, down = [x for x, _ in path], [y for _, y in path]
    return min(across), min(down), max(across), max(down)


def _goes_on(thing: Thing, words: Thing) -> bool:
    """Tell whether words go on right of a ring with a letter or number, as in numbered lists."""
    gap = words.box[0] - thing.box[2]
    level = thing.box[1] < middle_of(words.box)[1] < thing.box[3]
    worded = any(sign.isalpha() for sign in words.text)
    return worded and level and -_CLOSE < gap / words.height < _CLOSE


def _lacks_name(thing: Thing, words: Thing) -> bool:
    """Tell whether `words` outside may name a shape: it is empty, or small and holds a symbol."""
    if thing.shape is None or thing.kind in FRAMES or thing.kind == "diamond":
        return False
    if thing.signed:
        return _goes_on(thing, words)
    if not thing.text:
        return True
    small = min(thing.box[2] - thing.box[0], thing.box[3] - thing.box[1]) < SMALL * words.height
    symbol = len(thing.text) <= _SIGNS and len(thing.text) < len(words.text)
    return small and thing.kind in NAMED_OUTSIDE and symbol
