"""Says which nodes answer, from where, and how sure that is: what was skimmed is studied."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kb.answer.selection.logits import mixed
from kb.answer.selection.net import GONE
from kb.answer.selection.numbers import NUMBERS
from kb.answer.selection.rows import Row
from kb.answer.selection.sheet import Sheet
from kb.answer.selection.skim import skim, worth_reading
from kb.answer.selection.study import study
from kb.answer.selection.sureness import signs_of, sureness
from kb.answer.selection.weights import bounds
from kb.embed.embedder import Asked, Embedder

MOST = 12  # nodes that one answer tells
NEAR = 0.25  # cosine below which nothing answers: in a small store the best may be far off


@dataclass(frozen=True)
class Selection:
    """What answers a question.

    Attributes:
        members: rows to be told, in the order of their boards.
        start: the row that the question starts from, where there is one.
        sure: the chance that there is an answer: 0 … 1.
        best: the likeliest of the members.
    """

    members: tuple[Row, ...]
    start: Row | None
    sure: float
    best: Row | None = None


def select(question: str, sheet: Sheet, asked: Asked, embedder: Embedder) -> Selection:
    """Choose the rows that answer: all are skimmed, the likeliest studied; both have a say."""
    nodes = np.array([row.unit == "node" for row in sheet.rows], bool)
    if not nodes.any():
        return Selection((), None, 0.0)
    first = skim(sheet, asked)
    keep = worth_reading(sheet, first)
    if not nodes[keep].any():
        return Selection((), None, 0.0)
    bound = bounds()
    said = mixed(first, study(question, sheet, keep, embedder), bound.share)
    logits, start = (np.where(nodes, one, GONE) for one in (said.member, said.start))
    chances = _logistic(logits)
    chosen = np.flatnonzero(chances >= bound.member)
    if not len(chosen):
        chosen = np.array([int(logits.argmax())])
    if len(chosen) > MOST:
        chosen = np.sort(chosen[np.argsort(-logits[chosen], kind="stable")[:MOST]])
    signs = signs_of(logits[nodes], said.none, sheet.numbers[nodes])
    begins = int(start.argmax())
    near = float(sheet.numbers[int(logits.argmax()), NUMBERS.index("near")])
    return Selection(
        members=tuple(sheet.rows[n] for n in chosen),
        start=sheet.rows[begins] if _logistic(start[begins]) >= bound.start else None,
        sure=sureness(signs, bound.sureness) if near >= NEAR else 0.0,
        best=sheet.rows[int(logits.argmax())],
    )


def least_sure() -> float:
    """Return the sureness from which an answer is given."""
    return bounds().least


def _logistic(x: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(x, -40, 40))), np.float32)
