"""The modules of a board: what is named and holds other things."""

from __future__ import annotations

from collections.abc import Iterator

from kb.reading import label_of, outline, reading_order
from kb.scene import Node, Scene
from kb.tags import column_below, heading_tag

MAX_HEADINGS = 200
MIN_SPOKES = 2  # plain lines from which a node is a hub; the title's node is one anyway

Module = tuple[Node, list[tuple[int, Node]]]
"""A node with what belongs to it, as (depth below it, node)."""


def modules(scene: Scene) -> list[Module]:
    """Return containers, else headings with what stands below them, else the hubs of a mind map.

    What heads a list of risks, to-dos or the like is no module: those have sections of their own.
    """
    for found in (_containers, _headings, _hubs):
        if kept := [module for module in found(scene) if heading_tag(module[0].text) is None]:
            return kept
    return []


def _containers(scene: Scene) -> Iterator[Module]:
    """Yield what has a name and holds named nodes, with all that stands within."""
    nodes = outline(scene)
    at = 0
    while at < len(nodes):
        depth, node = nodes[at]
        at += 1
        if not node.text.strip():
            continue
        inside: list[tuple[int, Node]] = []
        while at < len(nodes) and nodes[at][0] > depth:
            if nodes[at][1].text.strip():
                inside.append((nodes[at][0] - depth, nodes[at][1]))
            at += 1
        if inside:
            yield node, inside


def _headings(scene: Scene) -> Iterator[Module]:
    titles = [node for node in scene.nodes if node.kind == "title" and node.text.strip()]
    for node in reading_order(titles)[:MAX_HEADINGS]:
        if label_of(node.text) == label_of(scene.title):
            continue
        if below := column_below(node, scene):
            yield node, [(1, member) for member in below]


def _hubs(scene: Scene) -> Iterator[Module]:
    """Yield the nodes that plain lines leave, each with the ends that no hub above it has told."""
    by_id = {node.id: node for node in scene.nodes}
    spokes: dict[str, list[str]] = {}
    for relation in scene.relations:
        if relation.kind == "line":
            spokes.setdefault(relation.source, []).append(relation.target)
            spokes.setdefault(relation.target, []).append(relation.source)
    told: set[str] = set()
    order = {node.id: at for at, node in enumerate(reading_order(scene.nodes))}
    title = label_of(scene.title)
    centres = {ident for ident in spokes if title and label_of(by_id[ident].text) == title}
    for hub in sorted(spokes, key=lambda i: (i not in centres, -len(spokes[i]), order[i])):
        ends = [by_id[end] for end in dict.fromkeys(spokes[hub]) if end not in told]
        ends = [end for end in ends if end.text.strip() and end.id != hub]
        if ends and by_id[hub].text.strip() and (len(spokes[hub]) >= MIN_SPOKES or hub in centres):
            told.add(hub)
            yield by_id[hub], [(1, end) for end in reading_order(ends)]
