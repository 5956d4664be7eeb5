"""What changed between two boards: nodes and lines added, removed, changed, moved and rewired."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb.compare.scenes import compare_scenes
from kb.compare.shapes import BoardAt, Diff, SceneDiff

if TYPE_CHECKING:
    from kb.base import KnowledgeBase

__all__ = ["BoardAt", "Diff", "SceneDiff", "compare_boards", "compare_scenes"]


def compare_boards(base: KnowledgeBase, before: str, after: str, *, workspace: str) -> Diff:
    """Return what differs between two boards of a workspace. Raises `NotFound`."""
    from kb.moments import boards_at
    from kb.scene import Scene

    rows = [base.catalog.board(workspace, board) for board in (before, after)]
    with base.catalog.session() as session:
        old, new = boards_at(session, rows)
    scenes = [Scene.model_validate_json(row.scene) for row in rows]
    found = compare_scenes(scenes[0], scenes[1])
    return Diff(**dict(found), before=old, after=new)
