"""Boards as a question walks over them: what stands on each, and what hangs on what.

A view is made of a stored scene, so that one query for a handful of boards answers every question
to their relations. What reaches across boards is `kb.graph`'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb.catalog import BoardRow, LocationRow
from kb.evidence import BoardRef
from kb.reading import label_of
from kb.scene import Node, Scene
from kb.tags import column_below

MAX_SILENT = 4  # shapes without words that a step may pass through
MAX_HEADED = 400  # nodes of a board, up to which columns under headings are looked for


@dataclass(frozen=True, slots=True)
class Hop:
    """The way from one named node to the next: its end, what is written on it, its direction."""

    end: str
    label: str = ""
    directed: bool = True


@dataclass
class View:
    """One board.

    Attributes:
        at: when it was taken, Unix seconds; None where nobody knows.
    """

    ref: BoardRef
    scene: Scene
    at: float | None = None
    nodes: Mapping[str, Node] = field(init=False)

    def __post_init__(self) -> None:
        self.nodes = {node.id: node for node in self.scene.nodes}

    def name(self, node: str) -> str:
        """Return the words of a node on one line."""
        return label_of(self.nodes[node].text)

    @cached_property
    def after(self) -> dict[str, list[Hop]]:
        """Node → the named ones that its arrows lead to."""
        return self._hops(forward=True)

    @cached_property
    def before(self) -> dict[str, list[Hop]]:
        """Node → the named ones whose arrows lead to it."""
        return self._hops(forward=False)

    @cached_property
    def beside(self) -> dict[str, list[Hop]]:
        """Node → the named ones at the other ends of lines without direction."""
        found: dict[str, list[Hop]] = {}
        for relation in self.scene.relations:
            if relation.directed and relation.kind in ("arrow", "line"):
                continue
            if relation.kind == "contains":
                continue
            for one, two in (
                (relation.source, relation.target),
                (relation.target, relation.source),
            ):
                if self.nodes[two].text.strip():
                    found.setdefault(one, []).append(Hop(two, label_of(relation.label), False))
        return found

    @cached_property
    def inside(self) -> dict[str, list[str]]:
        """Node → what it holds, or what stands in a column below it; named nodes only."""
        found: dict[str, list[str]] = {}
        for node in self.scene.nodes:
            if node.parent and node.text.strip():
                found.setdefault(node.parent, []).append(node.id)
        if len(self.nodes) <= MAX_HEADED:
            for node in self.scene.nodes:
                if node.id not in found and self._heads(node):
                    below = [n.id for n in column_below(node, self.scene)]
                    if below:
                        found[node.id] = below
        return found

    @cached_property
    def holder(self) -> dict[str, str]:
        """Node → the container, or the heading, that it belongs to."""
        return {member: head for head, members in self.inside.items() for member in members}

    def _heads(self, node: Node) -> bool:
        """Say whether words may be a heading: a title, or larger words that nothing hangs on."""
        if not node.text.strip() or node.kind not in ("title", "text"):
            return False
        if label_of(node.text) == label_of(self.scene.title):
            return False
        return node.kind == "title" or not (self.after.get(node.id) or self.before.get(node.id)
                                            or self.beside.get(node.id) or node.tags
                                            or self._follows_item(node))  # fmt: skip

    def _follows_item(self, node: Node) -> bool:
        height = node.bbox[3] - node.bbox[1]
        return any(
            other.kind == "text"
            and other.parent == node.parent
            and abs(other.bbox[0] - node.bbox[0]) < height
            and 0 < node.bbox[1] - other.bbox[1] < 2 * height
            for other in self.scene.nodes
        )

    def _hops(self, *, forward: bool) -> dict[str, list[Hop]]:
        steps: dict[str, list[tuple[str, str]]] = {}
        for relation in self.scene.relations:
            if relation.kind in ("arrow", "line") and relation.directed:
                source, target = relation.source, relation.target
                if not forward:
                    source, target = target, source
                steps.setdefault(source, []).append((target, label_of(relation.label)))
        return {start: self._reached(start, steps) for start in steps if self.name(start)}

    def _reached(self, start: str, steps: Mapping[str, list[tuple[str, str]]]) -> list[Hop]:
        found: dict[str, Hop] = {}
        frontier = [(start, "")]
        for _ in range(MAX_SILENT + 1):
            silent = []
            for node, said in frontier:
                for end, label in steps.get(node, ()):
                    labels = " ".join(filter(None, (said, label)))
                    if end == start or end in found:
                        continue
                    if self.name(end):
                        found[end] = Hop(end, labels)
                    else:
                        silent.append((end, labels))
            frontier = silent
        return list(found.values())


def views_of(session: Session, workspace: str, boards: Iterable[str]) -> dict[str, View]:
    """Return the boards of `workspace` among these, by id, in the order given."""
    wanted = list(dict.fromkeys(boards))
    path = (
        select(func.min(LocationRow.path))
        .where(LocationRow.source_id == BoardRow.source_id)
        .scalar_subquery()
    )
    rows = session.execute(
        select(BoardRow, path).where(
            BoardRow.id.in_(wanted),
            BoardRow.workspace == workspace,
            BoardRow.state != "deleting",
        )
    )
    found = {
        row.id: View(
            BoardRef(id=row.id, source=source or "", title=row.title or row.name),
            Scene.model_validate_json(row.scene),
            row.captured_at,
        )
        for row, source in rows
    }
    return {board: found[board] for board in wanted if board in found}
