"""The ways that leave each node of a scene, so that its units in the index know their neighbours.

Search follows them without a look into the catalog (`kb.walk`). Shapes without words (a bare
gateway) are passed through: a way ends at the next node that has a unit. Words that nobody could
read are a step, and end it too.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from typing import Literal

from kb.scene import Node, Scene

Way = Literal["after", "before", "beside", "holds", "in"]
WAYS: tuple[Way, ...] = ("after", "before", "beside", "holds", "in")
_BACK: dict[Way, Way] = {
    "after": "before",
    "before": "after",
    "beside": "beside",
    "holds": "in",
    "in": "holds",
}

MAX_WAYS = 32  # of one node
MAX_SILENT = 4  # nodes without words that a way may pass through

Ways = tuple[tuple[Way, str], ...]


def ways_of(scene: Scene) -> dict[str, Ways]:
    """Return the ways from each node that speaks, in the order of the scene's relations.

    "after" and "before" go along and against an arrow, "beside" along a line without direction,
    "holds" and "in" between a container and its contents.
    """
    steps = _steps(scene)
    speaks = {node.id for node in scene.nodes if spoken(node)}
    for node in scene.nodes:
        if node.kind == "text" and node.id not in speaks:
            steps[node.id] = []
    return {node.id: tuple(_reach(node.id, steps, speaks)) for node in scene.nodes if spoken(node)}


def spoken(node: Node) -> bool:
    """Whether a node says something, in words or by a tag."""
    return bool(node.text.strip() or node.tags)


def _steps(scene: Scene) -> dict[str, list[tuple[Way, str]]]:
    steps: dict[str, list[tuple[Way, str]]] = {node.id: [] for node in scene.nodes}

    def both(source: str, way: Way, target: str) -> None:
        if source != target:
            steps[source].append((way, target))
            steps[target].append((_BACK[way], source))

    for relation in scene.relations:
        if relation.kind == "contains":
            both(relation.source, "holds", relation.target)
        else:
            both(relation.source, "after" if relation.directed else "beside", relation.target)
    for node in scene.nodes:
        if node.parent is not None:
            both(node.parent, "holds", node.id)
    return steps


def _reach(
    start: str, steps: Mapping[str, list[tuple[Way, str]]], speaks: set[str]
) -> Iterator[tuple[Way, str]]:
    """Yield the first MAX_WAYS ways from `start`; those of one kind go on through silent nodes."""
    seen: set[tuple[Way, str]] = set()
    waiting = deque((way, end, 0) for way, end in steps[start])
    while waiting and len(seen) < MAX_WAYS:
        way, end, silent = waiting.popleft()
        if (way, end) in seen or end == start:
            continue
        seen.add((way, end))
        if end in speaks:
            yield way, end
        elif silent < MAX_SILENT:
            waiting.extend((way, e, silent + 1) for w, e in steps[end] if w == way)
