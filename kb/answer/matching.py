"""How well words cover one another, forgiving what handwriting recognition gets wrong."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from rapidfuzz.distance import OSA

from kb.text import content_terms

SHORTEST_FUZZY = 6  # shorter words must be equal: "drain" is no "train"
LETTERS_PER_SLIP = 6  # one letter may be misread in so many

Weight = Callable[[str], float]


def same_word(one: str, two: str) -> bool:
    """Say whether two terms are equal, or long enough and alike but for a slip of the reader."""
    if one == two:
        return True
    shorter = min(len(one), len(two))
    if shorter < SHORTEST_FUZZY or one.isdigit() or two.isdigit():
        return False
    slips = shorter // LETTERS_PER_SLIP
    return OSA.distance(one, two, score_cutoff=slips) <= slips


def covered(terms: Iterable[str], pool: Collection[str]) -> set[str]:
    """Return those of `terms` that stand in `pool`, as they are or nearly."""
    held = set(pool)
    return {t for t in terms if t in held or any(same_word(t, other) for other in held)}


def share(terms: Collection[str], found: Collection[str], weight: Weight) -> float:
    """Return how much of `terms` is in `found`, by weight: 0 … 1; 0 where there are no terms."""
    held = sum(weight(term) for term in set(found))
    total = held + missing(terms, found, weight)
    return held / total if total else 0.0


def missing(terms: Collection[str], found: Collection[str], weight: Weight) -> float:
    """Return the weight of what `found` lacks of `terms`.

    Chinese terms overlap (乌龙, 乌龙茶, 龙茶): one counts by its signs that no found term has.
    """
    signs = {sign for term in found if not term.isascii() for sign in term}
    lacking = 0.0
    for term in set(terms) - set(found):
        part = 1.0 if term.isascii() else sum(s not in signs for s in term) / len(term)
        lacking += part * weight(term)
    return lacking


def terms(text: str) -> set[str]:
    """Return the content terms of `text` as a set."""
    return set(content_terms(text))
