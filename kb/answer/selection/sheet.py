"""What is selected from: a question and all that stands on the likeliest boards, as numbers.

A row is a node, a labelled relation, or a board as a whole. Its vector is the one that the index
keeps; its numbers say what vectors don't (`numbers`), its joins what hangs on what (`joins`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from kb.answer.cues import CUES, cues_of
from kb.answer.matching import Matcher
from kb.answer.selection.joins import Joins, joins_of
from kb.answer.selection.numbers import Numbers
from kb.answer.selection.rows import Row, rows_of
from kb.index.points import Hit, Point
from kb.text import language_of

BOARDS = 8
LEAST = 0.5  # of the best hit's score, from which a board is looked at
CUES_SEEN = (*CUES, "many", "versions", "latest", "earliest", "spans", "chinese")

Vector = NDArray[np.float32]


@dataclass(frozen=True)
class Sheet:
    """A question laid out.

    Attributes:
        rows: in the order of boards.
        vectors: (rows, dim), as the index keeps them.
        numbers: (rows, NUMBERS).
        joins: (joins, 3): a number of JOINS, a row, and the row that is this to it.
        cues: (CUES_SEEN,): what the question asks for beside its topic.
    """

    rows: list[Row]
    vectors: Vector
    numbers: Vector
    joins: Joins
    cues: Vector


def boards_of(hits: Sequence[Hit]) -> list[str]:
    """Return the boards of the best hits, best first.

    In a small store the last of them have nothing to do with the question: they are left out.
    """
    least = LEAST * max((hit.score for hit in hits), default=0.0)
    good = (str(hit.payload["board"]) for hit in hits if hit.score >= least)
    return list(dict.fromkeys(good))[:BOARDS]


def lay_out(
    question: str,
    hits: Sequence[Hit],
    units: Sequence[tuple[Point, Hit]],
    match: Matcher,
    now: datetime,
    boards: Sequence[str] = (),
) -> Sheet:
    """Lay out a question.

    Args:
        question: its words.
        hits: what search found, best first.
        units: all units of the boards that are looked at, each as stored and as scored.
        match: how words are held.
        now: when it is asked.
        boards: those that are looked at, best first; () for those of the best hits.
    """
    cues = cues_of(question, now)
    hints = cues.hints
    order = {board: at for at, board in enumerate(boards or boards_of(hits))}
    rows = rows_of(units, order)
    joins = joins_of(rows)
    numbers = Numbers(rows)
    if rows:
        numbers.kinds()
        numbers.found(hits, order)
        numbers.words(cues, match)
        numbers.wishes(cues)
        numbers.contents(cues)
        numbers.places(joins)
        numbers.versions(joins)
    vectors = np.array([row.point.dense for row in rows], np.float32)
    beside = (hints.many, hints.versions, hints.latest, hints.earliest, bool(hints.spans))
    told = [*cues.flags, *beside, language_of(question) == "zh"]
    return Sheet(rows, vectors, numbers.table, joins, np.array(told, np.float32))
