"""From a scene to its units: the nodes, the relations as sentences, and the board itself.

A unit has a `quote`, verbatim, which is shown and cited, and a `passage`, which is embedded and
tokenised: the quote with the context that a person would see around it. Embedding costs CPU by the
token, so passages are short and a unit that adds nothing is not made.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kb.evidence import UnitKind
from kb.reading import clip, label_of, outline, token_cost
from kb.scene import Box, Node, Relation, Scene, union_box
from kb.ways import Ways, spoken, ways_of

QUOTE_TOKENS = 180.0  # of one node unit; a longer text becomes several units
CONTEXT_TOKENS = 32.0
BOARD_TOKENS = 180.0
MAX_PARTS = 40  # units of one node
NEIGHBOURS = 2  # on either side, in a node's passage


@dataclass(frozen=True, slots=True)
class Unit:
    """What is indexed and found.

    Attributes:
        key: "n:<node id>" ("n:<node id>#2" for the second part of a long text), "r:<relation id>"
            or "b"; unique within the board and the same at every run.
        nodes: ids of the nodes it speaks of.
        region: box around them, pixels of the board picture.
        quote: verbatim words, shown and cited.
        passage: the quote with its context, embedded and tokenised.
        kinds: node kind, or relation kind; empty for the board.
        ways: what a node's unit is joined to, see `kb.ways`.
    """

    key: str
    kind: UnitKind
    nodes: tuple[str, ...]
    region: Box
    quote: str
    passage: str
    kinds: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    colors: tuple[str, ...] = ()
    ways: Ways = ()


def units_of(scene: Scene) -> list[Unit]:
    """Return the units of `scene` in a fixed order: nodes, relations, the board last."""
    context = _Context(scene)
    units = [unit for _, node in outline(scene) for unit in _node_units(node, context)]
    units += _relation_units(scene, context)
    board = board_unit(scene)
    return units if board is None else [*units, board]


def sentence_of(relation: Relation, source: str, target: str) -> str:
    """Write a relation as ``A → B: label``; a line without direction as ``A — B: label``."""
    sentence = f"{source} {'→' if relation.directed else '—'} {target}"
    label = label_of(relation.label)
    return f"{sentence}: {label}" if label else sentence


class _Context:
    """Names of the nodes of a scene and who stands before and after them."""

    def __init__(self, scene: Scene) -> None:
        self.title = label_of(scene.title)
        self.nodes = {node.id: node for node in scene.nodes}
        self.names = {node.id: label_of(node.text, 48) for node in scene.nodes}
        self.ways = ways_of(scene)

    def of(self, node: Node) -> str:
        """Return one line of context: board title, container, what comes before and after."""
        holder = self.names[node.parent] if node.parent else ""
        parts = [self.title] if self.title and self.title != label_of(node.text) else []
        if holder and holder != self.title:
            parts.append(holder)
        told: set[str] = set()
        for sign, way in (("←", "before"), ("→", "after"), ("—", "beside")):
            names = [name for name in self._names(node, way) if name not in told]
            if names:
                parts.append(f"{sign} {', '.join(names[:NEIGHBOURS])}")
            told.update(names)
        return " · ".join(clip(parts, CONTEXT_TOKENS))

    def _names(self, node: Node, way: str) -> dict[str, None]:
        ends = (end for kind, end in self.ways.get(node.id, ()) if kind == way)
        return dict.fromkeys(self.names[end] for end in ends if self.names[end])


def _node_units(node: Node, context: _Context) -> Iterable[Unit]:
    if not spoken(node):
        return
    text = node.text.strip()
    around = context.of(node)
    for number, quote in enumerate(_parts(text) or [""], start=1):
        yield Unit(
            key=f"n:{node.id}" if number == 1 else f"n:{node.id}#{number}",
            kind="node",
            nodes=(node.id,),
            region=node.bbox,
            quote=quote,
            passage="\n".join(filter(None, (quote or " ".join(node.tags), around))),
            kinds=(node.kind,),
            tags=tuple(node.tags),
            colors=tuple(dict.fromkeys(filter(None, (node.color, node.fill)))),
            ways=context.ways[node.id],
        )


def _parts(text: str) -> list[str]:
    """Cut a long text at line ends into parts of at most QUOTE_TOKENS; most are one part."""
    if token_cost(text) <= QUOTE_TOKENS:
        return [text] if text else []
    parts: list[str] = []
    rest = text
    while rest and len(parts) < MAX_PARTS:
        part = "".join(clip(rest.splitlines(keepends=True), QUOTE_TOKENS))
        rest = rest[len(part) :]
        if part.strip():
            parts.append(part.strip())
    return parts


def _relation_units(scene: Scene, context: _Context) -> Iterable[Unit]:
    for relation in scene.relations:
        source, target = context.names[relation.source], context.names[relation.target]
        # A line with fewer than two words on it says nothing that its nodes don't say.
        if relation.kind == "contains" or bool(source) + bool(target) + bool(relation.label) < 2:
            continue
        quote = sentence_of(relation, source or "?", target or "?")
        ends = dict.fromkeys((relation.source, relation.target))
        title = "" if context.title in (source, target) else context.title
        yield Unit(
            key=f"r:{relation.id}",
            kind="relation",
            nodes=tuple(ends),
            region=union_box([context.nodes[end].bbox for end in ends]),
            quote=quote,
            passage="\n".join(filter(None, (quote, title))),
            kinds=(relation.kind,),
        )


def board_unit(scene: Scene) -> Unit | None:
    """Return the unit that stands for the board as a whole; None where it has no words."""
    title = label_of(scene.title)
    named = [(node, label_of(node.text)) for _, node in outline(scene)]
    labels: dict[str, Node] = {}
    for node, name in named:
        if name and name != title:
            labels.setdefault(name, node)
    kept = clip(([title] if title else []) + list(labels), BOARD_TOKENS)
    if not kept:
        return None
    nodes = [labels[name] for name in kept if name in labels]
    nodes += [node for node, name in named if title and name == title]
    quote = "\n".join(kept)
    return Unit(
        key="b",
        kind="board",
        nodes=tuple(node.id for node in nodes),
        region=union_box([n.bbox for n in nodes] or [(0.0, 0.0, scene.width, scene.height)]),
        quote=quote,
        passage=quote,
    )
