"""How well words are held by a text: as written, as misread, translated, or by meaning."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA

from kb.answer.meaning import Meaning
from kb.answer.words import Word, words_of
from kb.bilingual import ways_of

SHORTEST_FUZZY = 6  # shorter words must be equal: "drain" is no "train"
LETTERS_PER_SLIP = 6  # one letter may be misread in so many
MISREAD = 0.9  # what a word is worth that differs by such a slip
# Nearness from which words of one language, or of two, begin to count, and count most.
SAME_LANGUAGE = (0.40, 0.70)
OTHER_LANGUAGE = (0.28, 0.50)
MOST_SAME = 0.6  # neighbours of one language may be synonyms, or coffee and tea
MOST_OTHER = 0.95
TRANSLATED = MOST_SAME  # by a dictionary; where meaning is asked too, it may say more

Weight = Callable[[Word], float]
Degrees = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Pool:
    """The words of a text, ready to be searched."""

    words: tuple[Word, ...]
    terms: frozenset[str]
    scripts: frozenset[bool]  # whether Chinese, of its words without figures


@lru_cache(maxsize=20_000)
def pool_of(text: str) -> Pool:
    """Return the pool of a text."""
    words = words_of(text)
    terms = frozenset(term for word in words for term in word.terms)
    return Pool(words, terms, frozenset(word.zh for word in words if not word.figure))


def same_word(one: str, two: str) -> bool:
    """Say whether two terms are equal, or long enough and alike but for a slip of the reader."""
    if one == two:
        return True
    shorter = min(len(one), len(two))
    if shorter < SHORTEST_FUZZY or one.isdigit() or two.isdigit():
        return False
    slips = shorter // LETTERS_PER_SLIP
    return OSA.distance(one, two, score_cutoff=slips) <= slips


class Matcher:
    """Says how much of some words a text holds.

    Args:
        meaning: nearness of words; None where only the words as written count.
        weight: of a word, by its rarity.
    """

    def __init__(self, meaning: Meaning | None, weight: Weight) -> None:
        self._meaning = meaning
        self.weight = weight

    def prepare(self, wanted: Sequence[Word], texts: Iterable[str]) -> None:
        """Look the meaning of many texts up at once, which is cheaper than one by one."""
        if self._meaning is not None:
            pools = {word for text in texts for word in pool_of(text).words}
            self._meaning.prepare((*wanted, *pools))

    def degrees(self, wanted: Sequence[Word], text: str, *, meant: bool = True) -> list[float]:
        """Return for each word how well `text` holds it: 0 … 1; by meaning only if `meant`."""
        pool = pool_of(text)
        found = [_written(word, pool) for word in wanted]
        if not meant or self._meaning is None or not pool.words:
            return found
        open_at = [at for at, (word, held) in enumerate(zip(wanted, found, strict=True))
                   if held <= MOST_SAME and not word.figure]  # fmt: skip
        if open_at:
            near = self._meaning.nearness([wanted[at] for at in open_at], pool.words)
            for at, row in zip(open_at, near, strict=True):
                by_meaning = max(
                    _ramp(wanted[at], other, float(cosine))
                    for other, cosine in zip(pool.words, row, strict=True)
                )
                found[at] = max(found[at], by_meaning)
        return found

    def many(self, wanted: Sequence[Word], texts: Sequence[str]) -> Degrees:
        """Return how each text holds each word as written: (texts, words), 0 … 1."""
        pools = [pool_of(text) for text in texts]
        held = [[_written(word, pool) for word in wanted] for pool in pools]
        return np.array(held, np.float64).reshape(len(texts), len(wanted))

    def share(self, wanted: Sequence[Word], *texts: str, meant: bool = True) -> float:
        """Return how much of `wanted` the texts hold between them, by rarity: 0 … 1."""
        if not wanted:
            return 0.0
        held = [max(d) for d in zip(*(self.degrees(wanted, t, meant=meant) for t in texts),
                                    strict=True)]  # fmt: skip
        return self.weighed(wanted, held)

    def weighed(self, wanted: Sequence[Word], held: Sequence[float]) -> float:
        """Return the mean of `held`, each word by its rarity; 0 where there are no words."""
        weights = [self.weight(word) for word in wanted]
        total = sum(weights)
        return sum(w * h for w, h in zip(weights, held, strict=True)) / total if total else 0.0


def _written(word: Word, pool: Pool) -> float:
    """Return how much of a word stands in the pool, by its signs in Chinese, else by its parts."""
    same = word.terms & pool.terms
    if len(same) < len(word.terms):
        rest = word.terms - same
        if any(
            same_word(t, other) for t in rest if len(t) >= SHORTEST_FUZZY for other in pool.terms
        ):
            return MISREAD
    if not same:
        return _translated(word, pool)
    if word.zh:
        signs = {sign for term in same for sign in term}
        return sum(sign in signs for sign in word.surface) / len(word.surface)
    whole = max(word.terms, key=len)
    return 1.0 if whole in same else len(same) / max(1, len(word.terms) - 1)


def _translated(word: Word, pool: Pool) -> float:
    """Return how well the pool, where it has words of the other language, holds a translation."""
    if word.figure or (not word.zh) not in pool.scripts:
        return 0.0
    ways = ways_of(word.surface, name=word.name)
    return TRANSLATED if any(way <= pool.terms for way in ways) else 0.0


def _ramp(one: Word, two: Word, cosine: float) -> float:
    if two.figure:
        return 0.0
    if one.zh != two.zh:
        (low, high), most = OTHER_LANGUAGE, MOST_OTHER
    elif one.name or two.name:
        return 0.0  # Berlin is near Rotterdam, and is not Rotterdam
    else:
        (low, high), most = SAME_LANGUAGE, MOST_SAME
    return min(1.0, max(0.0, (cosine - low) / (high - low))) * most
