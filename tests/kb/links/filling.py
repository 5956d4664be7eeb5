"""Puts scenes into a store, as boards of one day each."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from kb.base import KnowledgeBase
from kb.catalog import NewBoard, NewSource
from kb.indexing import index_sources
from kb.scene import Scene
from kb.tags import tag_scene


def day(number: int) -> float:
    return datetime(2026, 3, number, 12, tzinfo=UTC).timestamp()


def put(
    base: KnowledgeBase,
    name: str,
    scene: Scene,
    *,
    taken: float | None = None,
    workspace: str = "w",
    picture: str = "",
) -> str:
    """Write and index a board; return its id."""
    digest = hashlib.sha256(f"{workspace}/{name}".encode()).hexdigest()
    source = base.catalog.register(
        NewSource(workspace, f"/boards/{workspace}/{name}", name, digest, 1, 10**9)
    )
    board = NewBoard(1, "", picture or digest, "image/png", tag_scene(scene), taken)
    ident = base.catalog.put_board(workspace, source.id, board)
    base.catalog.set_state([source.id], "extracted")
    index_sources(base, [source.id])
    return ident
