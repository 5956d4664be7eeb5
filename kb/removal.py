"""Removal, the inverse of ingest; a crash half-way leaves what the next start finishes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from kb.errors import NotFound
from kb.indexing import finish_extracted

if TYPE_CHECKING:
    from kb.base import KnowledgeBase
    from kb.catalog import BoardRow, SourceRow


def remove_board(base: KnowledgeBase, workspace: str, board_id: str) -> list[str]:
    """Remove the source of a board, with all its boards; return the removed board ids.

    Raises `NotFound` where this workspace has no such board.
    """
    row = base.catalog.board(workspace, board_id)
    with base.writing("kb boards rm"):
        source = base.catalog.source(workspace, row.source_id)
        if source is None:  # another process was quicker
            return []
        removed = [board.id for board in base.catalog.boards_of(source.id)]
        remove_source(base, source)
    return removed


def remove_path(base: KnowledgeBase, workspace: str, origin: str) -> list[str]:
    """Remove what was ingested from a file, a folder or a zip; return the removed board ids.

    Bytes that were seen elsewhere too stay, without this path. `origin` is an absolute path. Raises
    `NotFound` where nothing came from there.
    """
    with base.writing("kb boards rm"):
        touched = base.catalog.unplace(workspace, origin)
        if not touched:
            raise NotFound(
                f"nothing in workspace {workspace!r} was ingested from {origin}",
                hint="`kb boards list` shows the boards",
            )
        doomed = {source.id for source in base.catalog.doomed()}
        removed = [
            board.id
            for source in touched
            if source in doomed
            for board in base.catalog.boards_of(source)
        ]
        finish_removals(base)
        finish_extracted(base, [s.id for s in base.catalog.unfinished() if s.state == "extracted"])
    return removed


def remove_source(
    base: KnowledgeBase,
    source: SourceRow,
    *,
    reached: Callable[[str], None] = lambda _stage: None,
) -> None:
    """Remove a source from index, blobs and catalog, in this order; the lock must be held.

    Blobs that another source or board names stay. While it lasts the source is ``deleting``,
    which no read shows.
    """
    base.catalog.set_state([source.id], "deleting")
    reached("deleting")
    boards = base.catalog.boards_of(source.id)
    for board in boards:
        base.index.drop_board(source.workspace, board.id)
        drop_reading(base, board)
    reached("unindexed")
    drop_blobs(base, {source.sha256, *(board.picture for board in boards)}, source.id)
    reached("unblobbed")
    base.catalog.forget(source.id)
    reached("forgotten")


def drop_reading(base: KnowledgeBase, board: BoardRow) -> None:
    """Drop what a model read on a board, which is kept beside the store."""
    from kb.readings import readings_of

    try:
        kept = json.loads(board.scene)["extractor"].get("kept", "")
    except (ValueError, KeyError, TypeError, AttributeError):  # a damaged scene goes as well
        return
    readings_of(base.settings).drop(str(kept))


def drop_blobs(base: KnowledgeBase, hashes: set[str], source_id: str) -> None:
    """Drop the blobs of a source that nothing else names."""
    for name in hashes - base.catalog.blobs_in_use(hashes, beside=source_id):
        base.blobs.drop(name)


def finish_removals(base: KnowledgeBase) -> int:
    """Finish removals that a crash cut short, and remove sources that no path holds."""
    doomed = base.catalog.doomed()
    for source in doomed:
        remove_source(base, source)
    return len(doomed)


def sweep(base: KnowledgeBase) -> int:
    """Remove torn files and blobs that no row names; return how many. The lock must be held."""
    torn = base.blobs.sweep()
    orphans = set(base.blobs.names()) - base.catalog.blobs_in_use()
    for name in orphans:
        base.blobs.drop(name)
    return torn + len(orphans)
