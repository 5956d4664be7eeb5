"""The words of one workspace: what things are called, and how rare a word is."""

from __future__ import annotations

import math
from functools import cached_property, lru_cache

from rapidfuzz import fuzz, process
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.catalog import BoardRow, NodeRow, RelationRow
from kb.text import key_of

MAX_NAMES = 50_000  # of a workspace; beyond it, rarity is judged by a part
NEAR = 55.0  # rapidfuzz score, of 100, from which a name is a candidate


class Vocabulary:
    """Names of nodes (catalog keys), boards and relation labels; read once for a question."""

    def __init__(self, session: Session, workspace: str) -> None:
        self._session = session
        self._workspace = workspace
        self.weight = lru_cache(maxsize=4096)(self._weight)

    @cached_property
    def keys(self) -> list[str]:
        """The distinct keys of nodes."""
        statement = (
            select(NodeRow.key)
            .where(NodeRow.workspace == self._workspace, NodeRow.key != "")
            .distinct()
            .order_by(NodeRow.key)
            .limit(MAX_NAMES)
        )
        return list(self._session.scalars(statement))

    @cached_property
    def titles(self) -> dict[str, str]:
        """Board id → title, or the name of the page."""
        statement = (
            select(BoardRow.id, BoardRow.title, BoardRow.name)
            .where(BoardRow.workspace == self._workspace, BoardRow.state != "deleting")
            .limit(MAX_NAMES)
        )
        return {board: title or name for board, title, name in self._session.execute(statement)}

    @cached_property
    def labels(self) -> list[str]:
        """The distinct labels of relations, as written."""
        statement = (
            select(RelationRow.label)
            .where(RelationRow.workspace == self._workspace, RelationRow.label != "")
            .distinct()
            .order_by(RelationRow.label)
            .limit(MAX_NAMES)
        )
        return list(self._session.scalars(statement))

    def near_keys(self, phrase: str, limit: int = 60) -> list[str]:
        """Return the keys that look like `phrase` or a part of it, best first."""
        scored = process.extract(
            key_of(phrase), self.keys, scorer=fuzz.WRatio, limit=limit, score_cutoff=NEAR
        )
        return [key for key, _, _ in scored]

    @cached_property
    def _names(self) -> list[str]:
        return [
            *self.keys,
            *map(key_of, self.titles.values()),
            *map(key_of, self.labels),
        ]

    def _weight(self, term: str) -> float:
        """Return the inverse document frequency of `term`, each name being a document."""
        count = len(self._names)
        holding = sum(term in name for name in self._names)
        return math.log(1 + (count - holding + 0.5) / (holding + 0.5))
