"""Which rows are read: those that the selector finds likeliest to answer or to be asked from."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

READ = 24  # rows, beside those of their boards as wholes
NAMED = 1.0  # logits that the row which a question starts from counts less than one that answers

Scores = NDArray[np.float32]


def scores_of(member: Scores, start: Scores) -> Scores:
    """Return what the selector's logits say for reading each row."""
    return np.asarray(np.maximum(member, start - NAMED), np.float32)


def likeliest(
    scores: Scores, boards: NDArray[np.int64], wholes: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Return the numbers of the rows that are read, in their order.

    Args:
        scores: of each row.
        boards: the board that each is on.
        wholes: whether each is a board as a whole: those of all boards read are read too.
    """
    best = np.zeros(len(scores), bool)
    best[np.argsort(-scores, kind="stable")[:READ]] = True
    best |= wholes & np.isin(boards, boards[best])
    return np.flatnonzero(best)
