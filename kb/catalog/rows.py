"""What the pipeline hands to the catalog, and how it becomes rows."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.catalog.tables import BoardRow, NodeRow, RelationRow
from kb.reading import label_of
from kb.text import key_of

if TYPE_CHECKING:
    from kb.scene import Scene

# A btree entry of PostgreSQL holds at most 2,704 bytes; no name that people share is longer.
MAX_KEY = 200


@dataclass(frozen=True)
class NewSource:
    """A source as it was found: `origin` is its absolute place, `path` the name people see."""

    workspace: str
    origin: str
    path: str
    sha256: str
    size: int
    mtime_ns: int

    @property
    def id(self) -> str:
        """Return the id of the source with these bytes in this workspace."""
        return source_id_of(self.workspace, self.sha256)


@dataclass(frozen=True)
class NewBoard:
    """A board as it was read; `picture` is the hash of its picture blob."""

    page: int
    name: str
    picture: str
    picture_type: str
    scene: Scene
    captured_at: float | None


def source_id_of(workspace: str, sha256: str) -> str:
    """Return the id of the source with these bytes in this workspace (32 hex digits)."""
    return hashlib.sha256(f"source\0{workspace}\0{sha256}".encode()).hexdigest()[:32]


def board_id_of(source_id: str, page: int) -> str:
    """Return the id of page `page` of a source (16 hex digits): same bytes, same ids."""
    return hashlib.sha256(f"board\0{source_id}\0{page}".encode()).hexdigest()[:16]


def board_rows(
    workspace: str, source_id: str, board: NewBoard
) -> tuple[BoardRow, list[NodeRow], list[RelationRow]]:
    """Return the rows of a board, its nodes and its relations."""
    scene = board.scene
    board_id = board_id_of(source_id, board.page)
    row = BoardRow(
        id=board_id,
        workspace=workspace,
        source_id=source_id,
        page=board.page,
        name=board.name,
        title=scene.title,
        language=scene.language,
        width=scene.width,
        height=scene.height,
        picture=board.picture,
        picture_type=board.picture_type,
        scene=scene.model_dump_json(),
        captured_at=board.captured_at,
        created_at=time.time(),
        state="extracted",
    )
    nodes = [
        NodeRow(
            board_id=board_id,
            node_id=node.id,
            workspace=workspace,
            kind=node.kind,
            text=node.text,
            key=key_of(label_of(node.text))[:MAX_KEY],
            x0=node.bbox[0],
            y0=node.bbox[1],
            x1=node.bbox[2],
            y1=node.bbox[3],
            color=node.color,
            fill=node.fill,
            parent=node.parent,
            tags=list(node.tags),
            confidence=node.confidence,
        )
        for node in scene.nodes
    ]
    relations = [
        RelationRow(
            board_id=board_id,
            relation_id=relation.id,
            workspace=workspace,
            kind=relation.kind,
            source=relation.source,
            target=relation.target,
            label=relation.label,
            directed=relation.directed,
            confidence=relation.confidence,
        )
        for relation in scene.relations
    ]
    return row, nodes, relations
