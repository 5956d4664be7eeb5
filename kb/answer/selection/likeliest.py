"""Which rows are read: those that the selector net finds likeliest to answer or to start from."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kb.answer.selection.rows import Places

MOST_READ = 24  # rows, beside those of their boards as wholes
NAMED = 1.0  # logits that the row which a question starts from counts less than one that answers

Scores = NDArray[np.float32]


def scores_of(member: Scores, start: Scores) -> Scores:
    """Return what the selector net's logits, (rows,) each, say for reading each row: (rows,)."""
    return np.asarray(np.maximum(member, start - NAMED), np.float32)


def likeliest(scores: Scores, boards: NDArray[np.int64], wholes: NDArray[np.bool_]) -> Places:
    """Return the places of the rows that are read, in their order: (rows read,).

    Args:
        scores: of each row: (rows,).
        boards: the board that each is on: (rows,).
        wholes: whether each is a board as a whole, (rows,): those of all boards read are read too.
    """
    best = np.zeros(len(scores), bool)
    best[np.argsort(-scores, kind="stable")[:MOST_READ]] = True
    best |= wholes & np.isin(boards, boards[best])
    return np.flatnonzero(best)
