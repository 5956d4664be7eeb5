"""What could be answered: single notes, what follows or precedes a thing, and what a thing holds.

A plan is a set of nodes of one board that are told together, with the way that leads to them. Which
plan is right is judged by `kb.answer.judge`; here they are only laid out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from kb.answer.views import Hop, View
from kb.text import key_of

Way = Literal["said", "after", "before", "beside", "inside", "tagged", "coloured", "added", "gone"]
WAYS: tuple[Way, ...] = get_args(Way)

MAX_MEMBERS = 20
SAME_BOARD = 0.4  # share of equal names from which two boards are versions of one
MAX_ANCHORS = 150  # nodes of one board that are looked at


@dataclass(frozen=True)
class Plan:
    """Nodes of one board that may be the answer.

    Attributes:
        anchor: the node from which the way starts; "" where the node says it itself, or where all
            of a kind are meant.
        hops: the nodes that are told, with what is written on the way there.
        mark: the tag or colour that they share.
    """

    view: View
    way: Way
    anchor: str
    hops: tuple[Hop, ...]
    mark: str = ""

    @property
    def members(self) -> tuple[str, ...]:
        """Ids of the nodes that are told."""
        return tuple(hop.end for hop in self.hops)


def plans_of(view: View) -> Iterator[Plan]:
    """Yield every plan of a board, within bounds."""
    named = [node for node in view.scene.nodes if node.text.strip()][:MAX_ANCHORS]
    for node in named:
        yield Plan(view, "said", "", (Hop(node.id),))
        for way, hops in (
            ("after", view.after.get(node.id, [])),
            ("before", view.before.get(node.id, [])),
            ("beside", view.beside.get(node.id, [])),
        ):
            yield from _fan(view, way, node.id, hops)  # type: ignore[arg-type]  # a tuple of ways
    for head, members in view.inside.items():
        if len(members) <= MAX_MEMBERS:
            yield Plan(view, "inside", head, tuple(map(Hop, members)))
    yield from _marked(view)


def _fan(view: View, way: Way, anchor: str, hops: list[Hop]) -> Iterator[Plan]:
    """Yield all ends of a way together, and each alone where they are several."""
    if 0 < len(hops) <= MAX_MEMBERS:
        yield Plan(view, way, anchor, tuple(hops))
    if 1 < len(hops) <= MAX_MEMBERS:
        for hop in hops:
            yield Plan(view, way, anchor, (hop,))


def _marked(view: View) -> Iterator[Plan]:
    """Yield the nodes that share a tag, or a colour of ink or paper."""
    marks: dict[tuple[Way, str], dict[str, None]] = {}
    for node in view.scene.nodes:
        if not node.text.strip() or node.kind in ("title", "container"):
            continue
        for tag in node.tags:
            marks.setdefault(("tagged", tag), {})[node.id] = None
        for colour in (node.color, node.fill):
            if colour:
                marks.setdefault(("coloured", colour), {})[node.id] = None
    for (way, mark), members in marks.items():
        if len(members) <= MAX_MEMBERS:
            yield Plan(view, way, "", tuple(map(Hop, members)), mark)


def changes(views: Sequence[View]) -> Iterator[Plan]:
    """Yield what came and what went between versions of a board, the older one first."""
    names = [{key_of(view.name(i)): i for i in view.nodes if view.name(i)} for view in views]
    for one, older in enumerate(views):
        for two, newer in enumerate(views):
            if (older.at or 0.0) >= (newer.at or 0.0) or not _versions(names[one], names[two]):
                continue
            added = [i for key, i in names[two].items() if key not in names[one]]
            gone = [i for key, i in names[one].items() if key not in names[two]]
            for view, way, nodes in ((newer, "added", added), (older, "gone", gone)):
                if 0 < len(nodes) <= MAX_MEMBERS:
                    yield Plan(view, way, "", tuple(map(Hop, nodes)))  # type: ignore[arg-type]
                    if len(nodes) > 1:
                        for node in nodes:
                            yield Plan(view, way, "", (Hop(node),))  # type: ignore[arg-type]


def _versions(one: dict[str, str], two: dict[str, str]) -> bool:
    return len(one.keys() & two.keys()) >= SAME_BOARD * min(len(one), len(two))
