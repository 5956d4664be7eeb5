"""What one board says of a thing: who it is joined to, whether it is decided or finished."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from kb.reading import label_of
from kb.scene import Node, Scene
from kb.simplified import simplified

_FINISHED = re.compile(
    r"^[\s\-*•]{0,4}(?:\[[xX✓✔]\]|[✓✔✅☑])"
    r"|[✓✔✅☑]\s{0,3}$"
    r"|[:：\-–—(（]\s{0,3}(?:done|finished|completed|shipped|closed|fixed|resolved|完成|已完成|已解决|已上线)"
    r"[)）.!。！]?\s{0,3}$",
    re.IGNORECASE,
)
_FINISHED_COLUMN = re.compile(
    r"\W*(?:done|finished|completed?|closed|shipped|完成|已完成|已关闭|已上线)\W*", re.IGNORECASE
)


@dataclass(frozen=True)
class Line:
    """A line between the thing and another one, as the board has it."""

    id: str
    node: str  # the thing's
    other: str  # id of the other node
    name: str
    label: str
    way: str  # "to", "from" or "with"


def lines_of(scene: Scene, nodes: Collection[str]) -> list[Line]:
    """Return the lines of `nodes` to other things with words."""
    names = {node.id: label_of(node.text) for node in scene.nodes}
    found = []
    for relation in scene.relations:
        ends = (
            (relation.source, relation.target, "to"),
            (relation.target, relation.source, "from"),
        )
        for own, other, way in ends if relation.kind != "contains" else ():
            if own in nodes and other not in nodes and names[other]:
                told = way if relation.directed else "with"
                label = label_of(relation.label)
                found.append(Line(relation.id, own, other, names[other], label, told))
    return found


def decided(scene: Scene, nodes: Collection[str]) -> list[Node]:
    """Return those of `nodes` that are decided on."""
    return [node for node in _of(scene, nodes) if "decision" in node.tags]


def finished(scene: Scene, nodes: Collection[str]) -> list[Node]:
    """Return those of `nodes` that bear a tick, say so, or stand in the column of what is done."""
    by_id = {node.id: node for node in scene.nodes}
    return [node for node in _of(scene, nodes) if _is_finished(node, by_id)]


def _is_finished(node: Node, by_id: dict[str, Node]) -> bool:
    text = simplified(node.text.strip())
    if _FINISHED.search(text[-200:]) or _FINISHED.search(text[:20]):
        return True
    holders = (simplified(label_of(one.text)) for one in _holders(node, by_id))
    return any(map(_FINISHED_COLUMN.fullmatch, holders))


def _holders(node: Node, by_id: dict[str, Node]) -> Iterator[Node]:
    parent = node.parent
    while parent is not None:
        yield by_id[parent]
        parent = by_id[parent].parent


def _of(scene: Scene, nodes: Collection[str]) -> Iterable[Node]:
    return (node for node in scene.nodes if node.id in nodes)
