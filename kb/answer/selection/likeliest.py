"""Which rows are read: those that the selector net finds likeliest to answer or to start from."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kb.answer.selection.joins import JOINS, Joins
from kb.answer.selection.rows import Places

MOST_READ = 24  # nodes, beside the lines between them and their boards as wholes
MOST_LINES = 12
NAMED = 1.0  # logits that the row which a question starts from counts less than one that answers

Scores = NDArray[np.float32]


def scores_of(member: Scores, start: Scores) -> Scores:
    """Return what the selector net's logits, (rows,) each, say for reading each row: (rows,)."""
    return np.asarray(np.maximum(member, start - NAMED), np.float32)


def likeliest(
    scores: Scores, boards: NDArray[np.int64], units: NDArray[np.str_], joins: Joins
) -> Places:
    """Return the places of the rows that are read, in their order: (rows read,).

    Args:
        scores: of each row: (rows,). Those of nodes count: the net learns of no others.
        boards: the board that each is on: (rows,). What is said of boards as wholes is read too.
        units: which kind of unit each is: (rows,).
        joins: of the rows: (joins, 3). Labelled lines are read where all their ends are.
    """
    nodes = units == "node"
    best = np.zeros(len(scores), bool)
    best[np.argsort(-np.where(nodes, scores, -np.inf), kind="stable")[:MOST_READ]] = True
    best &= nodes
    ends = joins[joins[:, 0] == JOINS.index("ends")]
    lines = np.zeros(len(scores), bool)
    lines[ends[:, 1]] = True
    lines[ends[~best[ends[:, 2]], 1]] = False
    lines[np.flatnonzero(lines)[MOST_LINES:]] = False
    wholes = (units == "board") & np.isin(boards, boards[best])
    return np.flatnonzero(best | lines | wholes)
