"""A workspace without boards: nothing is found there, whatever is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kb.base import KnowledgeBase


def emptiness_of(base: KnowledgeBase, workspace: str) -> str:
    """Return the words for a workspace that holds no boards; "" for one that does."""
    if base.catalog.has_board(workspace):
        return ""
    return (
        f"workspace {workspace!r} holds no boards; `kb ingest` adds some, "
        "`kb workspaces` lists those that do"
    )
