"""Scores units by meaning and by words, and joins both.

**Meaning** is the cosine of the question's and the unit's vectors. Multilingual models put texts of
one language near each other whatever they say, so that a Chinese question finds any Chinese text
before the English answer. Most of each language's mean vector is therefore taken from either
(`kb.index.centring`), at the time of the question: nothing is indexed anew when means move.

**Words** count by the share of the question that a unit holds: BM25 over the most that one mention
of every word would give; in longer texts they count more. A question whose words the boards lack so
gets next to nothing from words, where ranks (RRF) would let the least bad match vote.

Both are sums, not ranks, so their scores are comparable from question to question.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from kb.index.across import NOTHING, Across
from kb.index.centring import Sight
from kb.index.points import Hit, Payload, Seen, Sparse, ranked
from kb.index.scope import LANGUAGE
from kb.index.sparse import numbers_of
from kb.weights import Weights

_USUAL = 96.0  # bytes: some sixteen words, whether English or Chinese; few nodes have more
_MOST = 3.0  # times a short text's: a page of minutes is no better a match than that


def score(
    units: Iterable[Seen],
    sight: Sight,
    rarities: Mapping[int, float],
    weights: Weights,
    language: str = "",
    across: Across = NOTHING,
) -> list[Hit]:
    """Return a hit for each unit, best first; equal ones in the order of their ids.

    Args:
        units: as seen by `sight`.
        sight: of the question.
        rarities: of the question's terms; none have no vote.
        weights: of words and names.
        language: of the question.
        across: its words as they may stand in units of another language. What they are worth is
            added when all else is weighed (`kb.search`).
    """
    total = sum(rarities.values()) or 1.0
    called_by: dict[str, float] = {}  # the names of a board
    hits = []
    for unit in units:
        near = sight.cosine(unit)
        said = held(rarities, unit.sparse) / total
        names = _names(unit.payload)
        if names not in called_by:
            called_by[names] = named(rarities, names) / total
        called = called_by[names]
        foreign = unit.payload.get(LANGUAGE, language) != language
        long = lengthy(unit.payload) if said else 1.0
        whole = worth(near, long * said, called, foreign, weights)
        parts = (near, said or None, called, foreign, long)
        crossed = across.share(unit.sparse) if foreign else 0.0
        hits.append(Hit(unit.id, whole, unit.payload, *parts, crossed))
    return ranked(hits)


def weighed(hit: Hit, weights: Weights) -> Hit:
    """Return `hit` with the score that its parts make."""
    parts = (hit.dense or 0.0, hit.long * (hit.sparse or 0.0), hit.named, hit.foreign)
    return hit._replace(score=worth(*parts, weights))


def worth(near: float, said: float, called: float, foreign: bool, weights: Weights) -> float:
    """Return the score that a hit's parts make."""
    return near + weights.words * said + weights.names * called + weights.foreign * foreign


def lengthy(payload: Payload) -> float:
    """Return how much more words count in a unit than in one of the usual length: 1 and more.

    One vector holds the meaning of a sentence, but not of every sentence of a page. Boards as
    wholes are lists of names rather than texts.
    """
    if payload.get("unit") == "board":
        return 1.0
    size = len(str(payload.get("text", "")).encode())
    return min(max(math.sqrt(size / _USUAL), 1.0), _MOST)


def held(rarities: Mapping[int, float], unit: Sparse) -> float:
    """Return the rarities of the words that a unit holds, each by its weight in the unit.

    More than `rarities` make together where a short unit repeats the words.
    """
    if rarities.keys().isdisjoint(unit.indices):
        return 0.0
    weights = dict(zip(unit.indices, unit.values, strict=True))
    return sum(rarity * weights.get(term, 0.0) for term, rarity in rarities.items())


def named(rarities: Mapping[int, float], names: str) -> float:
    """Return the rarities of the words that stand in a board's names."""
    numbers = numbers_of(names)
    return sum(rarity for term, rarity in rarities.items() if term in numbers)


def _names(payload: Payload) -> str:
    """The board's title and path."""
    source = payload.get("source")
    return f"{payload.get('title', '')}\n{source[0]}" if source else str(payload.get("title", ""))
