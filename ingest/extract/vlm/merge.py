"""Several looks at one board become one: a node that two parts show is kept once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz.fuzz import ratio

from ingest.extract.local.geometry import area_of, overlap, overlap_union
from ingest.extract.vlm.codec import Decoded, renumbered
from kb.reading import one_line
from kb.scene import Box, Node, Relation, union_box

MOST_THINGS = 2000  # on one board; no board has more that a model could tell apart
_SAME_PLACE = 0.5  # intersection over union from which two boxes are one thing, whatever is read
_MOSTLY = 0.5  # of the smaller box: with like words, the two are one thing cut by an edge
_ALIKE = 70.0  # of 100: words that were read twice
_EDGE = 0.01  # of a part's side: a box this near to it may go on beyond


@dataclass(frozen=True)
class Look:
    """What the model saw in one part of the board."""

    part: Box
    seen: Decoded


def merged(looks: Sequence[Look]) -> Decoded:
    """Return what all `looks` saw together. Those whose words are trusted most come first.

    A node that a part's edge cuts gives way to the look that shows it whole. Relations follow
    their nodes, also from a look that shows a node of two others.
    """
    if len(looks) == 1:
        return looks[0].seen
    things, places = _things(looks)
    nodes = [thing.node.model_copy(update={"id": str(i)}) for i, thing in enumerate(things)]
    made = Decoded(next((look.seen.title for look in looks if look.seen.title), ""))
    made.nodes, made.relations = renumbered(
        _with_parents(nodes, looks, places), _relations(looks, places)
    )
    made.repairs = sum((look.seen.repairs for look in looks), start=Counter())
    lost = sum(len(look.seen.nodes) for look in looks) - len(places)
    if lost:
        made.repairs["too_many"] += lost
    whole = union_box([look.part for look in looks])
    if all(look.part != whole for look in looks):
        made.parts = tuple(look.part for look in looks)
    return made


_Places = dict[tuple[int, str], int]
"""(number of the look, id of the node there) → place among the things."""


def _things(looks: Sequence[Look]) -> tuple[list[_Thing], _Places]:
    """Return each thing once, and which one every node of every look is."""
    things: list[_Thing] = []
    places: _Places = {}
    for number, look in enumerate(looks):
        same = _same(things, look.seen.nodes)
        for at, node in enumerate(look.seen.nodes):
            cut = _is_cut(node.bbox, look.part, looks)
            place = same.get(at)
            if place is not None:
                things[place].add(node, cut)
            elif len(things) < MOST_THINGS:
                place = len(things)
                things.append(_Thing(node, cut))
            if place is not None:
                places[number, node.id] = place
    return things, places


def _same(things: Sequence[_Thing], nodes: Sequence[Node]) -> dict[int, int]:
    """Return which thing each of `nodes` is, by their places: one to one, the likest first."""
    pairs = [
        (like, at, place)
        for at, node in enumerate(nodes)
        for place, thing in enumerate(things)
        if (like := thing.likeness(node)) > 0
    ]
    same: dict[int, int] = {}
    for _, at, place in sorted(pairs, key=lambda pair: (-pair[0], *pair[1:])):
        if at not in same and place not in same.values():
            same[at] = place
    return same


class _Thing:
    """A node of the whole board. `cut`: every look so far showed only a part of it."""

    def __init__(self, node: Node, cut: bool) -> None:
        self.node = node
        self.cut = cut

    def likeness(self, node: Node) -> float:
        """Return how like this thing `node` of another look is, 0 where it is another thing."""
        if (self.node.kind == "container") != (node.kind == "container"):
            return 0.0
        union, alike = overlap_union(self.node.bbox, node.bbox), _alike(self.node.text, node.text)
        smaller = min(area_of(self.node.bbox), area_of(node.bbox))
        near = alike and overlap(self.node.bbox, node.bbox) >= _MOSTLY * smaller
        return union + alike if near or union >= _SAME_PLACE else 0.0

    def add(self, node: Node, cut: bool) -> None:
        """Take in what another look shows of this thing: the uncut one is believed."""
        if self.cut and not cut:
            self.node, self.cut = node, False
        elif self.cut and cut:
            longer = max(self.node.text, node.text, key=len)
            box = union_box([self.node.bbox, node.bbox])
            self.node = self.node.model_copy(update={"bbox": box, "text": longer})
        elif not self.node.text:
            self.node = self.node.model_copy(update={"text": node.text})


def _alike(one: str, two: str) -> bool:
    one, two = one_line(one).casefold(), one_line(two).casefold()
    if not one or not two:
        return one == two
    return one in two or two in one or ratio(one, two) >= _ALIKE


def _is_cut(box: Box, part: Box, looks: Sequence[Look]) -> bool:
    """Tell whether `box` touches an edge of `part` that is not the board's own."""
    whole = union_box([look.part for look in looks])
    dx, dy = _EDGE * (part[2] - part[0]), _EDGE * (part[3] - part[1])
    return (
        (box[0] <= part[0] + dx and part[0] > whole[0] + 1)
        or (box[1] <= part[1] + dy and part[1] > whole[1] + 1)
        or (box[2] >= part[2] - dx and part[2] < whole[2] - 1)
        or (box[3] >= part[3] - dy and part[3] < whole[3] - 1)
    )


def _with_parents(nodes: list[Node], looks: Sequence[Look], places: _Places) -> list[Node]:
    parents: dict[int, int] = {}
    for number, look in enumerate(looks):
        for node in look.seen.nodes:
            child, parent = places.get((number, node.id)), places.get((number, node.parent or ""))
            if child is None or parent is None or child in parents:
                continue
            if not _is_above(child, parent, parents):
                parents[child] = parent
    return [
        node.model_copy(update={"parent": str(parents[i]) if i in parents else None})
        for i, node in enumerate(nodes)
    ]


def _is_above(child: int, parent: int | None, parents: dict[int, int]) -> bool:
    while parent is not None:
        if parent == child:
            return True
        parent = parents.get(parent)
    return False


def _relations(looks: Iterable[Look], places: _Places) -> list[Relation]:
    """Return all relations, each once: the same ends and kind are the same line."""
    kept: dict[tuple[int, int, str], Relation] = {}
    for number, look in enumerate(looks):
        for relation in look.seen.relations:
            source = places.get((number, relation.source))
            target = places.get((number, relation.target))
            if source is None or target is None:
                continue
            if source == target and relation.source != relation.target:
                continue  # both ends turned out to be one thing
            twin = (source, target, relation.kind)
            back = (target, source, relation.kind)
            if twin in kept or (back in kept and not relation.directed):
                continue
            kept[twin] = relation.model_copy(update={"source": str(source), "target": str(target)})
    return list(kept.values())
