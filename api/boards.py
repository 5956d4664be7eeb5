"""Boards as the command line and the HTTP API show them, and their pictures with marks on them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from kb.base import KnowledgeBase
    from kb.catalog import BoardRow
    from kb.compare.shapes import BoardAt


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
    when: datetime  # drawn, as well as can be told
    dated: str  # what tells that: see `kb.drawn`
    captured_at: datetime | None
    ingested_at: datetime
    state: str  # "ready", or "extracted" while the index lacks it


class BoardPage(BaseModel):
    """Some of the boards of a workspace, the last drawn first."""

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
    """Return `rows` as they are shown."""
    from kb.moments import boards_at

    with base.catalog.session() as session:
        moments = boards_at(session, rows)
    return [_summary(row, at) for row, at in zip(rows, moments, strict=True)]


def _summary(row: BoardRow, at: BoardAt) -> BoardSummary:
    return BoardSummary(
        id=row.id,
        source=at.board.source,
        page=row.page,
        name=row.name,
        title=row.title,
        language=row.language,
        width=row.width,
        height=row.height,
        picture=row.picture,
        picture_type=row.picture_type,
        when=at.when,
        dated=at.dated,
        captured_at=_time(row.captured_at),
        ingested_at=datetime.fromtimestamp(row.created_at, UTC),
        state=row.state,
    )


class WorkspaceSummary(BaseModel):
    """A workspace, and how many boards it holds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    boards: int


class Workspaces(BaseModel):
    """The workspaces of a store that hold boards, by name."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    workspaces: tuple[WorkspaceSummary, ...]


def workspaces_of(base: KnowledgeBase) -> Workspaces:
    """Return the workspaces of the store."""
    held = base.catalog.workspaces().items()
    return Workspaces(
        workspaces=tuple(WorkspaceSummary(name=name, boards=boards) for name, boards in held)
    )


def _time(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
