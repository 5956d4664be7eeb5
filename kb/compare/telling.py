"""A difference in words: a line for each thing, marked + - ~ > as in a patch."""

from __future__ import annotations

from collections.abc import Iterator

from kb.compare.shapes import Diff, Edge, Field, Move, NodeChange, SceneDiff
from kb.quoting import quoted
from kb.reading import label_of
from kb.scene import Node

_ARROWS = {True: "→", False: "—"}


def tell(diff: Diff) -> str:
    """Return the difference between two boards as plain text: what they are, then what changed."""
    head = [
        f"{mark} {quoted(at.board.source)}{_titled(at.board.title)}  "
        f"{at.when.astimezone():%Y-%m-%d %H:%M} ({at.dated})  board {at.board.id}"
        for mark, at in (("---", diff.before), ("+++", diff.after))
    ]
    return "\n".join([*head, *tell_scenes(diff)])


def tell_scenes(diff: SceneDiff) -> Iterator[str]:
    """Give a line for each thing that differs; what may be only read differently comes last."""
    nodes, lines = diff.nodes, diff.relations
    yield from (f"+ {_node(node)}" for node in nodes.added)
    yield from (f"- {_node(node)}" for node in nodes.removed)
    yield from (_changed(change) for change in nodes.changed if change.sure)
    yield from (_moved(move) for move in nodes.moved)
    yield from (f"+ {_edge(edge)}" for edge in lines.added)
    yield from (f"- {_edge(edge)}" for edge in lines.removed)
    yield from (f"~ {_edge(one.before)}  is now  {_edge(one.after)}" for one in lines.changed)
    yield from (f"> {_edge(one.before)}  is now  {_edge(one.after)}" for one in lines.rewired)
    doubts = [change for change in nodes.changed if not change.sure]
    if doubts:
        yield "Perhaps only read differently:"
        yield from (f"? {_changed(change)[2:]}" for change in doubts)
    if diff.empty:
        yield f"Nothing changed for sure; {diff.same} things are the same."


def _titled(title: str) -> str:
    return f" “{quoted(label_of(title))}”" if title.strip() else ""


def _name(text: str) -> str:
    return f"“{quoted(label_of(text, 160))}”" if text.strip() else "(no words)"


def _node(node: Node) -> str:
    return f"{_name(node.text)} ({node.kind})"


def _changed(change: NodeChange) -> str:
    return f"~ {_name(change.before.text)}: {', '.join(map(_field, change.fields))}"


def _field(field: Field) -> str:
    if field.name == "text":
        return f"now {_name(field.after or '')}"
    before, after = (quoted(value) if value else "none" for value in (field.before, field.after))
    return f"{field.name} {before} → {after}"


def _moved(move: Move) -> str:
    if move.out_of is None and move.into is None:
        return f"> {_name(move.before.text)} stands elsewhere"
    out_of, into = (_name(name) if name else "the open board" for name in (move.out_of, move.into))
    return f"> {_name(move.before.text)} went from {out_of} to {into}"


def _edge(edge: Edge) -> str:
    label = f": {quoted(label_of(edge.label))}" if edge.label.strip() else ""
    return f"{_name(edge.source_text)} {_ARROWS[edge.directed]} {_name(edge.target_text)}{label}"
