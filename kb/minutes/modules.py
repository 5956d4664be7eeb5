"""The modules of a board: what is named and holds other things."""

from __future__ import annotations

from collections.abc import Iterator

from kb.reading import label_of, outline, reading_order
from kb.scene import Node, Scene
from kb.tags import column_below, heading_tag

MAX_HEADINGS = 200
MIN_COLUMNS = 2
MIN_SPOKES = 2  # plain lines from which a node is a hub; the title's node is one anyway

Module = tuple[Node, list[tuple[int, Node]]]
"""A node with what belongs to it, as (depth below it, node)."""


def modules(scene: Scene) -> list[Module]:
    """Return containers, else headings with what stands below, columns, or hubs of a mind map.

    What heads a list of risks, to-dos or the like is no module: those have sections of their own.
    """
    for found in (_containers, _headings, _columns, _hubs):
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


def _columns(scene: Scene) -> Iterator[Module]:
    """Yield the words over columns of stickies, as of a retrospective, with the stickies.

    A column reaches from its words to the next ones in their row.
    """
    named = [node for node in scene.nodes if node.parent is None and node.text.strip()]
    stickies = [node for node in named if node.kind == "sticky"]
    top = min((node.bbox[1] for node in stickies), default=0.0)
    above = [
        node
        for node in named
        if node.kind in ("text", "title")
        and (node.bbox[1] + node.bbox[3]) / 2 < top
        and label_of(node.text) != label_of(scene.title)
    ]
    lowest = max((node.bbox[1] for node in above), default=0.0)
    row = sorted((node for node in above if node.bbox[3] > lowest), key=lambda node: node.bbox[0])
    if len(row) < MIN_COLUMNS:
        return
    below: dict[str, list[Node]] = {}
    for sticky in stickies:
        middle = (sticky.bbox[0] + sticky.bbox[2]) / 2
        head = max((node for node in row if node.bbox[0] <= middle), key=row.index, default=row[0])
        below.setdefault(head.id, []).append(sticky)
    for head in row:
        if head.id in below:
            yield head, [(1, sticky) for sticky in reading_order(below[head.id])]


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
    # From the centre of a mind map most is near, also where a branch has as many ends.
    near = {i: len(ends) + sum(len(spokes[end]) for end in ends) for i, ends in spokes.items()}
    for hub in sorted(spokes, key=lambda i: (i not in centres, -near[i], order[i])):
        ends = [by_id[end] for end in dict.fromkeys(spokes[hub]) if end not in told]
        ends = [end for end in ends if end.text.strip() and end.id != hub]
        if ends and by_id[hub].text.strip() and (len(spokes[hub]) >= MIN_SPOKES or hub in centres):
            told.update((hub, *(end.id for end in ends)))
            yield by_id[hub], [(1, end) for end in reading_order(ends)]
