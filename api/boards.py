"""Boards as the command line and the HTTP API show them, and their pictures with marks on them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from kb.base import KnowledgeBase
    from kb.catalog import BoardRow


class BoardSummary(BaseModel):
    """A board without its scene."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    source: str  # the path as it was ingested
    page: int
    name: str
    title: str
    language: str
    width: int  # pixels of the picture
    height: int
    picture: str  # hash of the picture's bytes
    picture_type: str
    captured_at: datetime | None
    ingested_at: datetime
    state: str  # "ready", or "extracted" while the index lacks it


class BoardPage(BaseModel):
    """Some of the boards of a workspace, newest first."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    boards: tuple[BoardSummary, ...]
    total: int
    limit: int
    offset: int


def board_page(base: KnowledgeBase, workspace: str, *, limit: int, offset: int) -> BoardPage:
    """Return boards `offset` … `offset + limit` of a workspace."""
    rows = base.catalog.boards(workspace, limit=limit, offset=offset)
    return BoardPage(
        boards=tuple(summaries(base, rows)),
        total=base.catalog.counts(workspace)["boards"],
        limit=limit,
        offset=offset,
    )


def summaries(base: KnowledgeBase, rows: Sequence[BoardRow]) -> list[BoardSummary]:
    """Return `rows` as they are shown; a source's paths are asked for once."""
    paths: dict[str, str] = {}
    for row in rows:
        if row.source_id not in paths:
            paths[row.source_id] = next(iter(base.catalog.paths(row.source_id)), "")
    return [_summary(row, paths[row.source_id]) for row in rows]


def _summary(row: BoardRow, path: str) -> BoardSummary:
    return BoardSummary(
        id=row.id,
        source=path,
        page=row.page,
        name=row.name,
        title=row.title,
        language=row.language,
        width=row.width,
        height=row.height,
        picture=row.picture,
        picture_type=row.picture_type,
        captured_at=_time(row.captured_at),
        ingested_at=datetime.fromtimestamp(row.created_at, UTC),
        state=row.state,
    )


def _time(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
