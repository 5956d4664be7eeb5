"""Lays out every wording of every lesson as the product would: once, for many rounds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from evals.retrieval.questions import Place
from evals.retrieval.world import Known, known_boards, nodes_of
from evals.training.questions.written import Lesson
from evals.training.selection.laid import Laid, Units, of_sheet
from kb.answer.extractive import READ
from kb.answer.matching import Matcher
from kb.answer.selection.sheet import BOARDS, Sheet, boards_of, lay_out
from kb.answer.vocabulary import vocabulary_of
from kb.embed.embedder import MAX_ASKED
from kb.folders import scope_of
from kb.search import inquire, near, untranslated

if TYPE_CHECKING:
    from kb.base import KnowledgeBase

At = dict[tuple[str, str], int]  # row of a board's node


class Table:
    """A store on which questions are laid out.

    Args:
        base: the store.
        helped: whether boards that are needed are there even where search missed them, so that
            there is something to learn.
    """

    def __init__(self, base: KnowledgeBase, *, helped: bool) -> None:
        self._base, self._helped = base, helped
        self._workspace = base.settings.workspace
        self._known = known_boards(base, self._workspace)
        self._now = datetime.now(UTC).astimezone()
        self._units = Units()
        with base.catalog.session() as session:
            self._match = Matcher(None, vocabulary_of(base, session, self._workspace).weight)

    def lay(self, lesson: Lesson, number: int) -> Iterator[Laid]:
        """Yield the wordings of the lesson with this number."""
        groups = [self._there(group) for group in lesson.places]
        needed = [{known.id: None for known, _ in group} for group in groups if group]
        for at, text in enumerate(lesson.wordings):
            inquiry = inquire(self._base, text, workspace=self._workspace)
            near_hits = near(self._base, inquiry, text, limit=READ, now=self._now)
            hits = untranslated(scope_of(text, near_hits).hits)
            boards = boards_of(hits)
            found = all(any(board in boards for board in any_of) for any_of in needed)
            if self._helped and lesson.answerable:
                boards = _with(boards, [list(any_of) for any_of in needed])
            sheet = lay_out(text, hits, inquiry.whole(boards), self._match, self._now, boards)
            rows = _nodes(sheet)
            asked = self._base.embedder.asked(text)
            yield Laid(
                id=f"{lesson.company}-{number}.{at}",
                company=lesson.company,
                category=lesson.category,
                text=text,
                tokens=asked.tokens[:MAX_ASKED].astype(np.float16),
                vector=asked.vector,
                **of_sheet(sheet, self._units),
                groups=[_right(group, rows) for group in groups] if lesson.answerable else [],
                starts=_starts(groups, lesson.starts, rows),
                found=found,
            )

    def _there(self, group: Sequence[Place]) -> list[tuple[Known, Place]]:
        return [(self._known[one.board], one) for one in group if one.board in self._known]


def _with(boards: list[str], needed: Sequence[list[str]]) -> list[str]:
    """Return boards with one of each group among them: in the last one's place, if none is."""
    for any_of in needed:
        if not any(board in boards for board in any_of):
            boards = [*boards[: BOARDS - 1], any_of[0]]
    return boards


def _nodes(sheet: Sheet) -> At:
    return {
        (str(row.payload["board"]), row.node): number
        for number, row in enumerate(sheet.rows)
        if row.node
    }


def _right(group: Sequence[tuple[Known, Place]], rows: At) -> list[frozenset[int]]:
    """Return for each alternative the rows of its nodes that are there."""
    return [_rows_of(known, place.nodes, rows) for known, place in group]


def _starts(
    groups: Sequence[Sequence[tuple[Known, Place]]], starts: Sequence[str], rows: At
) -> frozenset[int]:
    found = [_rows_of(known, starts, rows) for group in groups for known, _ in group]
    return frozenset().union(*found)


def _rows_of(known: Known, beginnings: Sequence[str], rows: At) -> frozenset[int]:
    ids = nodes_of(known.scene, beginnings)
    return frozenset(rows[known.id, one] for one in ids if (known.id, one) in rows)
