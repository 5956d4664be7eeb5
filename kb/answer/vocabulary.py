"""The words of one workspace: what things are called, and how rare a word is."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb.answer.matching import SHORTEST_FUZZY, same_word
from kb.answer.words import Word, words_of
from kb.catalog import BoardRow, NodeRow, RelationRow
from kb.text import content_terms, key_of

if TYPE_CHECKING:
    from kb.base import KnowledgeBase

MAX_NAMES = 50_000  # of a workspace; beyond it, rarity is judged by a part
MAX_KEPT = 16  # workspaces; the one not asked about for longest is read anew
Revision = tuple[int, float]


class Vocabulary:
    """Names of nodes (catalog keys), boards and relation labels, as they were at one revision."""

    def __init__(self, session: Session, workspace: str) -> None:
        # By board, so that where there are too many, no language is cut off.
        node = (
            select(NodeRow.key)
            .where(NodeRow.workspace == workspace, NodeRow.key != "")
            .group_by(NodeRow.key)
            .order_by(func.min(NodeRow.board_id), NodeRow.key)
        )
        board = select(BoardRow.id, BoardRow.title, BoardRow.name).where(
            BoardRow.workspace == workspace, BoardRow.state != "deleting"
        )
        label = (
            select(RelationRow.label)
            .where(RelationRow.workspace == workspace, RelationRow.label != "")
            .group_by(RelationRow.label)
            .order_by(func.min(RelationRow.board_id), RelationRow.label)
        )
        self.keys = sorted(session.scalars(node.limit(MAX_NAMES)))
        self.titles = {
            i: title or name
            for i, title, name in session.execute(board.order_by(BoardRow.id).limit(MAX_NAMES))
        }
        labels = sorted(session.scalars(label.limit(MAX_NAMES)))
        self._names = [*self.keys, *map(key_of, self.titles.values()), *map(key_of, labels)]

    @cached_property
    def _held_by(self) -> dict[str, list[int]]:
        """Term → numbers of the names that hold it."""
        postings: dict[str, list[int]] = {}
        for number, name in enumerate(self._names):
            for term in set(content_terms(name)):
                postings.setdefault(term, []).append(number)
        return postings

    @cached_property
    def _long_terms(self) -> dict[int, list[str]]:
        by_length: dict[int, list[str]] = {}
        for term in self._held_by:
            if len(term) >= SHORTEST_FUZZY:
                by_length.setdefault(len(term), []).append(term)
        return by_length

    def near_keys(self, phrase: str, limit: int = 60) -> list[str]:
        """Return the keys that share most with `phrase`, by rare words first, misread ones too."""
        votes: dict[int, float] = {}
        for term in {term for word in words_of(phrase) for term in word.terms}:
            for held in self.spelt_like(term):
                names = self._held_by[held]
                for number in names:
                    votes[number] = votes.get(number, 0.0) + 1.0 / len(names)
        best = sorted(votes, key=lambda number: (-votes[number], number))
        keys = [self._names[number] for number in best if number < len(self.keys)]
        return [key_of(phrase), *keys[:limit]]

    def spelt_like(self, term: str) -> Iterable[str]:
        """Yield the terms that names have which are `term`, as written or as it may be misread."""
        if term in self._held_by:
            yield term
        if len(term) >= SHORTEST_FUZZY:
            for length in range(len(term) - 1, len(term) + 2):
                for other in self._long_terms.get(length, ()):
                    if other != term and same_word(term, other):
                        yield other

    def weight(self, word: Word) -> float:
        """Return the inverse document frequency of a word, each name being a document."""
        known = [len(self._held_by[term]) for term in word.terms if term in self._held_by]
        holding = min(known, default=0)
        return math.log(1 + (len(self._names) - holding + 0.5) / (holding + 0.5))


def vocabulary_of(base: KnowledgeBase, session: Session, workspace: str) -> Vocabulary:
    """Return the words of a workspace, read anew when its boards have changed."""
    boards = select(func.count(), func.max(BoardRow.created_at)).where(
        BoardRow.workspace == workspace, BoardRow.state != "deleting"
    )
    count, newest = session.execute(boards).one()
    revision: Revision = (count, newest or 0.0)
    known = base.vocabularies.get(workspace)
    if known is None or known[0] != revision:
        known = (revision, Vocabulary(session, workspace))
    base.vocabularies.pop(workspace, None)  # the one asked about last stands last
    base.vocabularies[workspace] = known
    for oldest in list(base.vocabularies)[:-MAX_KEPT]:
        base.vocabularies.pop(oldest, None)
    return known[1]
