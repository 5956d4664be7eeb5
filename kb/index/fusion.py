"""Joins the search by meaning and the search by words.

Reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009): a unit gets ``1 / (k + rank)``
from each list. Done here and not by the engine, because the raw cosine is wanted too (it tells
whether the boards hold an answer at all), because engines break ties differently, and because it
costs nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from kb.index.points import Hit, Scored

K = 60


def fuse(dense: Sequence[Scored], sparse: Sequence[Scored], limit: int) -> list[Hit]:
    """Return the best `limit` hits; an empty list has no vote; ties go by id."""
    scores: dict[str, float] = {}
    for ranked in (dense, sparse):
        for rank, one in enumerate(sorted(ranked, key=lambda s: (-s.score, s.id)), start=1):
            scores[one.id] = scores.get(one.id, 0.0) + 1 / (K + rank)
    near = {one.id: one for one in dense}
    said = {one.id: one for one in sparse}
    best = sorted(scores, key=lambda i: (-scores[i], i))[:limit]
    return [
        Hit(
            id=i,
            score=scores[i],
            payload=(near.get(i) or said[i]).payload,
            dense=near[i].score if i in near else None,
            sparse=said[i].score if i in said else None,
        )
        for i in best
    ]
