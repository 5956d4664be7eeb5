"""A board as a Mermaid flowchart.

Syntax: https://mermaid.js.org/syntax/flowchart.html. Ids are our own and every label is quoted,
with each sign that means something to Mermaid, Markdown or HTML written as an entity code.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from kb.listed import unmarked
from kb.quoting import clean
from kb.reading import label_of, one_line, outline
from kb.scene import Node, NodeKind, Relation, Scene, Tag

MAX_LABEL = 400

_SPECIAL = re.compile(r"""["'`#&<>\\%{}\[\]()|;:@]""")
_LIST_START = re.compile(r"^(\d+)\.|^([-+*])(?= )")  # Mermaid refuses labels that start a list
_SHAPES: dict[NodeKind, tuple[str, str]] = {
    "ellipse": ("([", "])"),
    "diamond": ("{", "}"),
    "cylinder": ("[(", ")]"),
    "document": ("[/", "/]"),
    "sticky": (">", "]"),
    "text": ("(", ")"),
    "title": ("(", ")"),
}
_STYLES: dict[Tag, str] = {
    "risk": "stroke:#c62828,stroke-width:2px",
    "decision": "stroke:#2e7d32,stroke-width:2px",
    "todo": "stroke:#1565c0,stroke-width:2px",
    "question": "stroke:#ef6c00,stroke-dasharray:4",
    "goal": "stroke:#6a1b9a,stroke-width:2px",
}


def to_mermaid(scene: Scene) -> str:
    """Return `scene` as a flowchart; what holds other nodes becomes a subgraph.

    What has no words and no part in anything, as a doodle, is left out; so is the title's own node.
    """
    nodes = _telling(scene)
    ids = {node.id: f"n{number}" for number, (_, node) in enumerate(nodes, start=1)}
    lines = list(_header(scene))
    lines += _nodes(nodes, ids)
    lines += _edges(scene, ids)
    lines += _classes(nodes, ids)
    return "\n".join(lines) + "\n"


def _telling(scene: Scene) -> list[tuple[int, Node]]:
    """Return the outline of what has words, tags or lines, and of what holds such nodes."""
    parents = {node.id: node.parent for node in scene.nodes}
    drawn = [relation for relation in scene.relations if relation.kind != "contains"]
    ends = {end for relation in drawn for end in (relation.source, relation.target)}
    title = label_of(clean(scene.title))
    kept: set[str] = set()
    for node in scene.nodes:
        words = one_line(clean(node.text))
        titled = node.kind == "title" and words == title  # it stands over the chart
        if (words and not titled) or node.tags or node.id in ends:
            at: str | None = node.id
            while at is not None and at not in kept:
                kept.add(at)
                at = parents[at]
    return [(depth, node) for depth, node in outline(scene) if node.id in kept]


def escape(text: str) -> str:
    """Return `text` as the inside of a quoted Mermaid label."""
    kept = [one_line(line) for line in clean(text)[:MAX_LABEL].splitlines()]
    return "<br/>".join(_escape_line(line) for line in kept if line) or " "


def _escape_line(line: str) -> str:
    escaped = _SPECIAL.sub(lambda m: f"#{ord(m.group())};", line)
    return _LIST_START.sub(lambda m: f"{m[1]}#46;" if m[1] else f"#{ord(m[2])};", escaped)


def _header(scene: Scene) -> Iterator[str]:
    if title := label_of(clean(scene.title)):
        # JSON strings are YAML strings; `%%{` would be read as a directive even in here.
        yield f"---\ntitle: {json.dumps(title.replace('%', '％'), ensure_ascii=False)}\n---"
    yield "flowchart LR"


def _nodes(nodes: Sequence[tuple[int, Node]], ids: dict[str, str]) -> Iterator[str]:
    holders = {node.parent for _, node in nodes if node.parent}
    open_at: list[int] = []
    for depth, node in nodes:
        while open_at and open_at[-1] >= depth:
            yield "  " * (open_at.pop() + 1) + "end"
        indent = "  " * (depth + 1)
        if node.id in holders:
            yield f'{indent}subgraph {ids[node.id]}["{escape(unmarked(node.text))}"]'
            open_at.append(depth)
        else:
            yield indent + ids[node.id] + _shape(node)
    while open_at:
        yield "  " * (open_at.pop() + 1) + "end"


def _shape(node: Node) -> str:
    before, after = _SHAPES.get(node.kind, ("[", "]"))
    return f'{before}"{escape(unmarked(node.text))}"{after}'


def _edges(scene: Scene, ids: dict[str, str]) -> Iterator[str]:
    parents = {node.id: node.parent for node in scene.nodes}
    for relation in scene.relations:
        # Mermaid can't draw an arrow between a subgraph and what stands inside it.
        if relation.kind == "contains" or _nested(relation, parents):
            continue
        label = f'|"{escape(relation.label)}"|' if relation.label.strip() else ""
        yield f"  {ids[relation.source]} {_arrow(relation)}{label} {ids[relation.target]}"


def _arrow(relation: Relation) -> str:
    if relation.kind == "annotates":
        return "-.-"
    return "-->" if relation.directed else "---"


def _nested(relation: Relation, parents: dict[str, str | None]) -> bool:
    for inner, outer in (
        (relation.source, relation.target),
        (relation.target, relation.source),
    ):
        holder = parents[inner]
        while holder is not None:
            if holder == outer:
                return True
            holder = parents[holder]
    return False


def _classes(nodes: Sequence[tuple[int, Node]], ids: dict[str, str]) -> Iterator[str]:
    for tag, style in _STYLES.items():
        tagged = [ids[node.id] for _, node in nodes if tag in node.tags]
        if tagged:
            yield f"  classDef {tag} {style}"
            yield f"  class {','.join(tagged)} {tag}"
