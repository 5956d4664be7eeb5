"""Two boards of the store compared, and the picture of what changed, for all doors."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from kb.compare import compare_boards
from kb.errors import NotFound

if TYPE_CHECKING:
    from kb.base import KnowledgeBase
    from kb.compare import Diff


def compare(base: KnowledgeBase, workspace: str, before: str, after: str = "") -> Diff:
    """Return what changed from `before` to `after`; without that, to it from its former version.

    Raises `NotFound` for a board that isn't there, or that has no former version.
    """
    if not after:
        from kb.links import versions_of

        earlier = versions_of(base, workspace, before).earlier
        if not earlier:
            raise NotFound(
                f"board {before!r} has no earlier version that is known",
                hint="name both boards; `kb versions accept` tells that two are one",
                code="no_version",
            )
        before, after = earlier[-1].at.board.id, before
    return compare_boards(base, before, after, workspace=workspace)


def changes_picture(base: KnowledgeBase, workspace: str, diff: Diff) -> bytes:
    """Return the later board's picture with the changes marked, as PNG."""
    from PIL import Image

    from ingest.draw.changes import draw_changes
    from kb.scene import Scene

    row = base.catalog.board(workspace, diff.after.board.id)
    with Image.open(io.BytesIO(base.blobs.get(row.picture))) as opened:
        drawn = draw_changes(opened, Scene.model_validate_json(row.scene), diff)
    out = io.BytesIO()
    drawn.save(out, "PNG", compress_level=4)
    return out.getvalue()
