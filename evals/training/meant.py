"""What words that stand alone truly are: a shape's name, a line's label, or neither."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rapidfuzz import fuzz

from evals.boards import Rendered
from evals.extraction.match import inside_share, overlap_union
from ingest.extract.local.things import Link, Thing
from ingest.extract.local.wishes import Wish
from kb.scene import Box

_SAME = 0.5  # overlap over union of a shape and its truth
_SAME_WORDS = 0.25
_READ = 50.0  # of 100: how alike words are to what they say in truth

Truly = tuple[str | None, frozenset[str] | None]  # the node that is named, the ends of the line
Teller = Callable[[Box, str], Truly]


@dataclass(frozen=True)
class Choice:
    """What some words may be, and which of it they are: `right` for each of `wishes`."""

    wishes: list[Wish]
    right: list[bool]


@dataclass(frozen=True)
class Truth:
    """What is known of a board: its nodes' boxes, and what words at a place, as read, are."""

    nodes: Mapping[str, Box]
    truly: Teller


def choices(
    truth: Truth, things: list[Thing], boxes: list[Box], links: list[Link], wished: Iterable[Wish]
) -> Iterator[Choice]:
    """Hold what words may be against the truth of the board; `boxes` of things in its pixels.

    Words that name what was not found are left out: nothing is to be learnt from them.
    """
    meant = {
        place: node
        for place, (thing, box) in enumerate(zip(things, boxes, strict=True))
        for node, true in truth.nodes.items()
        if overlap_union(box, true) >= (_SAME_WORDS if thing.shape is None else _SAME)
    }
    by_words: dict[int, list[Wish]] = {}
    for wish in wished:
        by_words.setdefault(wish.words, []).append(wish)
    for words, some in by_words.items():
        named, labelled = truth.truly(boxes[words], things[words].text)
        right = []
        for wish in some:
            if wish.sort == "name":
                right.append(named is not None and meant.get(wish.place) == named)
            else:
                link = links[wish.place]
                ends = frozenset((meant.get(link.source), meant.get(link.target)))
                right.append(ends == labelled)
        if any(right) or (named is None and labelled is None):
            yield Choice(some, right)


def of_process(truth: dict[str, Any]) -> Truth:
    """Return what is known of a board of hdBPMN, whose words have boxes."""

    def truly(words: Box, text: str) -> Truly:
        del text
        named = None
        for node in truth["nodes"]:
            box = node.get("label_bbox")
            if box and inside_share(tuple(box), tuple(node["bbox"])) < _SAME:
                within = max(inside_share(words, tuple(box)), inside_share(tuple(box), words))
                if within > _SAME and overlap_union(words, tuple(box)) > _SAME_WORDS:
                    named = node["id"]
        for edge in truth["edges"]:
            box = edge.get("label_bbox")
            if box and overlap_union(words, tuple(box)) > _SAME_WORDS:
                return named, frozenset((edge["source"], edge["target"]))
        return named, None

    return Truth({node["id"]: tuple(node["bbox"]) for node in truth["nodes"]}, truly)


def of_drawn(board: Rendered) -> Truth:
    """Return what is known of a drawn board: where its labels stand, and what each says."""

    def truly(words: Box, text: str) -> Truly:
        if not any(overlap_union(words, label) > _SAME_WORDS for label in board.labels):
            return None, None
        scene = board.scene
        said: list[tuple[str, Truly]] = [
            (x.label, (None, frozenset((x.source, x.target)))) for x in scene.relations if x.label
        ]
        said += [(node.text, (node.id, None)) for node in scene.nodes if node.text]
        alike = [fuzz.ratio(one.lower(), text.lower()) for one, _ in said]
        best = max(range(len(said)), key=alike.__getitem__, default=None)
        if best is None or alike[best] < _READ:
            return "", None  # of something, and it can't be told of what
        return said[best][1]

    return Truth({node.id: node.bbox for node in board.scene.nodes}, truly)
