"""Scores units by meaning and by words, and joins both.

**Meaning** is the cosine of the question's and the unit's vectors. Multilingual models put texts of
one language near each other whatever they say, so that a Chinese question finds any Chinese text
before the English answer. Most of each language's mean vector is therefore taken from either
(`kb.index.centring`), at the time of the question: nothing is indexed anew when means move.

**Words** count by the share of the question that a unit holds: BM25 over the most that one mention
of every word would give. A question whose words the boards lack so gets next to nothing from words,
where ranks (RRF) would let the least bad match vote.

Both are sums, not ranks, so their scores are comparable from question to question.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from kb.index.centring import Sight
from kb.index.points import Hit, Payload, Seen, Sparse
from kb.index.sparse import numbers_of
from kb.weights import Weights


def score(
    units: Iterable[Seen], sight: Sight, rarities: Mapping[int, float], weights: Weights
) -> list[Hit]:
    """Return a hit for each unit, best first; equal ones in the order of their ids.

    Args:
        units: as seen by `sight`.
        sight: of the question.
        rarities: of the question's terms; none have no vote.
        weights: of words and names.
    """
    hits = []
    for unit in units:
        said, called = held(rarities, unit.sparse), named(rarities, unit.payload)
        hit = Hit(unit.id, 0.0, unit.payload, sight.cosine(unit), said or None, called)
        hits.append(weighed(hit, weights))
    return sorted(hits, key=lambda hit: (-round(hit.score, 6), hit.id))


def weighed(hit: Hit, weights: Weights) -> Hit:
    """Return `hit` with the score that its parts make."""
    total = (hit.dense or 0.0) + weights.words * (hit.sparse or 0.0) + weights.names * hit.named
    return replace(hit, score=total)


def held(rarities: Mapping[int, float], unit: Sparse) -> float:
    """Return the share of the question's words that a unit holds, by rarity: 0 … about 1.

    More than 1 where a short unit repeats the words.
    """
    total = sum(rarities.values())
    found = sum(
        rarities[term] * weight
        for term, weight in zip(unit.indices, unit.values, strict=True)
        if term in rarities
    )
    return found / total if total else 0.0


def named(rarities: Mapping[int, float], payload: Payload) -> float:
    """Return the share of the question's words that stand in the board's title or path."""
    total = sum(rarities.values())
    names = numbers_of("\n".join([str(payload.get("title", "")), *payload.get("source", ())[:1]]))
    return sum(rarity for term, rarity in rarities.items() if term in names) / (total or 1.0)
