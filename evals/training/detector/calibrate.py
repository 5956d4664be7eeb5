"""Makes scores tell how often they are right (Platt 1999, Probabilistic outputs)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from evals.training.detector.evidence import true_links
from evals.training.detector.measure import Judged
from ingest.extract.local.eyes.layout import KINDS
from ingest.extract.local.eyes.links import find_links
from ingest.extract.local.eyes.nodes import logistic

Array = npt.NDArray[Any]

_WORDS = KINDS.index("text")
_STEPS = 50


def fit_line(scores: Array, right: Array) -> tuple[float, float]:
    """Return slope and offset of logits by Newton's method, held near (1, 0) where data is thin."""
    clipped = np.clip(scores, 1e-6, 1 - 1e-6)
    x = np.stack([np.log(clipped / (1 - clipped)), np.ones(len(scores))], axis=1)
    line = np.array([1.0, 0.0])
    for _ in range(_STEPS):
        p = logistic(x @ line)
        slope = x.T @ (p - right) + (line - (1.0, 0.0))
        bend = (x * (p * (1 - p))[:, None]).T @ x + np.eye(2)
        line = line - np.linalg.solve(bend, slope)
    return float(line[0]), float(line[1])


def node_scores(boards: Iterable[Judged]) -> tuple[Array, Array]:
    """Return the scores of the shapes seen, and which of them are there."""
    scores, right = [], []
    for board in boards:
        seen = board.answer.seen
        shapes = board.nodes[seen.kinds[board.nodes] != _WORDS]
        scores.append(seen.scores[shapes])
        right.append(board.answer.same[shapes] >= 0)
    return np.concatenate(scores), np.concatenate(right)


def link_scores(boards: Iterable[Judged], *, arrow: float, line: float) -> tuple[Array, Array]:
    """Return the scores of the arrows seen between shapes, and which of them are there."""
    scores, right = [], []
    for board in boards:
        kinds, same = (v[board.nodes] for v in (board.answer.seen.kinds, board.answer.same))
        true = true_links(board.answer)[0]
        links = find_links(
            board.answer.maps.astype(np.float32), board.pairs, board.scores,
            arrow=arrow, line=line,
        )  # fmt: skip
        for link in links:
            if link.heads and _WORDS not in (kinds[link.source], kinds[link.target]):
                scores.append(link.score)
                ends = (int(same[link.source]), int(same[link.target]))
                right.append(ends in true and (link.heads == 1 or ends[::-1] in true))
    return np.array(scores), np.array(right)
