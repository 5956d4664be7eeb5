"""Stores for tests, and their whole contents as plain values for comparison."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import select

from kb.base import KnowledgeBase
from kb.catalog import (
    BoardRow,
    LinkRow,
    LocationRow,
    NameRow,
    NodeRow,
    RelationRow,
    SourceRow,
    VersionRow,
)
from kb.settings import load_settings
from tests.embedding import HashedWords

_WHEN = {"created_at", "drawn_at", "attempts", "mtime_ns", "decided_at"}
_TABLES: tuple[type[Any], ...] = (
    SourceRow,
    LocationRow,
    BoardRow,
    NodeRow,
    RelationRow,
    NameRow,
    LinkRow,
    VersionRow,
)


def open_store(home: Path, **settings: Any) -> KnowledgeBase:
    """Open a store in `home` with the quick embedder and short waits."""
    settings.setdefault("lock_wait_s", 60.0)
    base = KnowledgeBase.open(load_settings(home=home, **settings))
    base.__dict__["embedder"] = HashedWords()
    return base


def contents(base: KnowledgeBase) -> dict[str, Any]:
    """Return catalog, blobs and index as values; equal stores give equal values.

    Left out: when things were written, which differs between any two runs.
    """
    return {
        "catalog": _catalog(base),
        "blobs": sorted(base.blobs.names()),
        "litter": sorted(base.blobs.litter()),
        "index": _index(base),
    }


def _catalog(base: KnowledgeBase) -> dict[str, list[tuple[Any, ...]]]:
    rows: dict[str, list[tuple[Any, ...]]] = {}
    with base.catalog.session() as session:
        for table in _TABLES:
            names = [c.name for c in table.__table__.columns if c.name not in _WHEN]
            found = session.scalars(select(table)).all()
            rows[table.__tablename__] = sorted(
                tuple(repr(getattr(row, name)) for name in names) for row in found
            )
    return rows


def _index(base: KnowledgeBase) -> dict[str, Any]:
    captured = {
        board.id: board.captured_at is not None
        for workspace in {s.workspace for s in base.catalog.sources()}
        for board in base.catalog.boards(workspace)
    }
    points = {}
    for point in base.index.points(workspace=None):
        payload = dict(point.payload)
        if not captured.get(payload["board"], True):
            payload.pop("at")
        points[point.id] = (
            sorted((key, repr(value)) for key, value in payload.items()),
            [round(float(x), 4) for x in point.dense],
            sorted(
                (int(i), round(float(v), 4))
                for i, v in zip(point.sparse.indices, point.sparse.values, strict=True)
            ),
        )
    return points
