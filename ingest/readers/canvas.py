"""JSON Canvas (``.canvas``), as Obsidian writes it. Specification: jsoncanvas.org/spec/1.0.

Nodes: text (Markdown), file, link, group. A text that is a heading, joined to nothing, is a title.
Edges join nodes by id; an arrow head stands at the end by default (``toEnd``) and not at the start
(``fromEnd``).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ingest.board import Board, Limits
from ingest.readers.containment import contain
from ingest.readers.markdown import heading_level, lone_heading, plain_words
from ingest.readers.native import Draft, Item, Link, check_count
from ingest.readers.native_values import colour_name, ident, items, mapping, number, words
from ingest.safe import check_size, parse_json
from kb.errors import BadSource
from kb.scene import Box, NodeKind, Point

_PRESETS = {"1": "red", "2": "orange", "3": "yellow", "4": "green", "5": "teal", "6": "purple"}
_KINDS: dict[str, NodeKind] = {"file": "document", "link": "document", "group": "container"}
_LETTERS = {1: 32.0, 2: 26.0, 3: 22.0}  # px of a heading of that level; 16 else


def read(data: bytes, name: str, limits: Limits) -> Iterator[Board]:
    """Yield the one board of a JSON Canvas file. Raises BadSource."""
    check_size(data, name, limits)
    root = parse_json(data, name) if data.strip() else {}  # Obsidian's new canvas is an empty file
    if not isinstance(root, dict) or not (root == {} or "nodes" in root or "edges" in root):
        raise BadSource(f"{name}: no JSON Canvas: it has neither nodes nor edges")
    nodes, edges = items(root.get("nodes")), items(root.get("edges"))
    check_count(len(nodes) + len(edges), name, limits)
    draft = Draft()
    for node in nodes:
        _add_node(draft, mapping(node))
    groups = [item for item in draft.items if item.kind == "container"]
    contain(draft.items, groups)
    boxes = {item.id: item.box for item in draft.items}
    for edge in edges:
        _add_edge(draft, mapping(edge), boxes)
    _add_titles(draft)
    yield draft.board()


def _add_node(draft: Draft, node: dict[str, Any]) -> None:
    x, y, w, h = (number(node.get(key)) for key in ("x", "y", "width", "height"))
    if x is None or y is None or w is None or h is None or not ident(node.get("id")):
        draft.note("element without an id or a usable place left out")
        return
    kind = _KINDS.get(words(node.get("type")), "box")
    text = _text(node)
    colour = _colour(node.get("color"))
    box = (min(x, x + w), min(y, y + h), max(x, x + w), max(y, y + h))
    size = _LETTERS.get(heading_level(text), 16.0)
    draft.add(Item(ident(node["id"]), kind, text, box, color=colour, size=size))


def _text(node: dict[str, Any]) -> str:
    """Return the words of a node; a label that the specification doesn't know goes first."""
    kind = node.get("type")
    label = words(node.get("label"))
    if kind == "group":
        return label
    key = {"file": "file", "link": "url"}.get(str(kind), "text")
    text = words(node.get(key))
    text = plain_words(text) if key == "text" else text
    return f"{label}\n{text}" if label and text else label or text


def _add_titles(draft: Draft) -> None:
    """Make titles of headings; one that a line ends at is a step as others are."""
    joined = {end for link in draft.links for end in (link.source, link.target)}
    for item in draft.items:
        if item.kind == "box" and (heading := lone_heading(item.text)):
            item.kind, item.text = "box" if item.id in joined else "title", heading


def _colour(value: object) -> str | None:
    return _PRESETS.get(str(value)) or colour_name(value)


def _add_edge(draft: Draft, edge: dict[str, Any], boxes: dict[str, Box]) -> None:
    source, target = ident(edge.get("fromNode")), ident(edge.get("toNode"))
    path: list[Point] = []
    if source in boxes and target in boxes:
        start = _side(boxes[source], edge.get("fromSide"))
        end = _side(boxes[target], edge.get("toSide"))
        path = [start, end] if start and end and start != end else []
    draft.links.append(
        Link(
            id=ident(edge.get("id")),
            source=source or None,
            target=target or None,
            label=words(edge.get("label")),
            heads=(edge.get("fromEnd") == "arrow", edge.get("toEnd") != "none"),
            path=path,
            color=_colour(edge.get("color")),
        )
    )


def _side(box: Box, side: object) -> Point | None:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    sides = {"left": (box[0], y), "right": (box[2], y), "top": (x, box[1]), "bottom": (x, box[3])}
    return sides.get(side) if isinstance(side, str) else None
