"""What differs between two boards: the same object in Python, on the command line, over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from kb.evidence import BoardRef
from kb.scene import Box, Node, RelationKind

How = Literal["label", "direction", "kind", "ends"]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class BoardAt(_Shape):
    """A board and its moment; `dated` tells where that comes from (`kb.moments`)."""

    board: BoardRef
    when: datetime
    dated: str


class Edge(_Shape):
    """A line of a board, with the words at its ends."""

    id: str
    kind: RelationKind
    source: str
    target: str
    source_text: str
    target_text: str
    label: str
    directed: bool


class Field(_Shape):
    """One property that changed. Not `sure`: perhaps a camera or a reader saw it otherwise."""

    name: Literal["text", "kind", "color", "fill", "tags"]
    before: str | None
    after: str | None
    sure: bool


class NodeChange(_Shape):
    """A node that is on both boards with other properties."""

    before: Node
    after: Node
    fields: tuple[Field, ...]

    @property
    def sure(self) -> bool:
        """Whether any of it is certain to have changed."""
        return any(field.sure for field in self.fields)


class Move(_Shape):
    """A node that stands elsewhere.

    `came` is where it stood before, in pixels of the later picture; the containers are named where
    they differ.
    """

    before: Node
    after: Node
    came: Box
    out_of: str | None = None
    into: str | None = None


class EdgeChange(_Shape):
    """A line on both boards: another label, kind or direction, or other ends (rewired)."""

    before: Edge
    after: Edge
    how: tuple[How, ...]


class NodeDiff(_Shape):
    """What differs among the nodes."""

    added: tuple[Node, ...]
    removed: tuple[Node, ...]
    changed: tuple[NodeChange, ...]
    moved: tuple[Move, ...]


class EdgeDiff(_Shape):
    """What differs among the lines; a container's contents are told by `Move`."""

    added: tuple[Edge, ...]
    removed: tuple[Edge, ...]
    changed: tuple[EdgeChange, ...]
    rewired: tuple[EdgeChange, ...]


class SceneDiff(_Shape):
    """What differs between two scenes.

    Attributes:
        ghosts: boxes of the removed nodes in pixels of the later picture, in their order.
        pairs: the nodes that are on both, id before → id after.
        same: how many of them are as they were.
        alike: their share of all nodes of both, 0 … 1.
    """

    nodes: NodeDiff
    relations: EdgeDiff
    ghosts: tuple[Box, ...]
    pairs: dict[str, str]
    same: int
    alike: float

    @property
    def empty(self) -> bool:
        """Whether nothing certain differs."""
        nodes, lines = self.nodes, self.relations
        return not (
            nodes.added
            or nodes.removed
            or nodes.moved
            or any(change.sure for change in nodes.changed)
            or lines.added
            or lines.removed
            or lines.changed
            or lines.rewired
        )


class Diff(SceneDiff):
    """What differs between two boards of the store."""

    before: BoardAt
    after: BoardAt
