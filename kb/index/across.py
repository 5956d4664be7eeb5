"""The words of a question as they may stand in units of another language.

All translations of a word count as one word, and as rare as the commonest of them (Pirkola 1998),
so that a word of twenty meanings says little.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import NamedTuple

from kb.bilingual import dictionary
from kb.index.points import Sparse
from kb.index.sparse import number_of


class Translated(NamedTuple):
    """A word of a question: the numbers of the terms of each translation, and how rare it is."""

    ways: Collection[frozenset[int]]
    rarity: float


class Across:
    """The translated words of a question; a word counts by the way of it that a unit holds best."""

    def __init__(self, words: Iterable[Translated]) -> None:
        self._words = list(words)
        self._total = sum(word.rarity for word in self._words)

    def share(self, unit: Sparse) -> float:
        """Return the share of the words that a unit holds, by rarity: 0 … 1, and somewhat more."""
        if not self._total:
            return 0.0
        weights = dict(zip(unit.indices, unit.values, strict=True))
        said = (
            word.rarity * max(sum(weights.get(term, 0.0) for term in way) / len(way)
                              for way in word.ways)
            for word in self._words
        )  # fmt: skip
        return sum(said) / self._total


NOTHING = Across(())


def across(text: str, rarity: Callable[[int], float]) -> Across:
    """Return the words of `text` in the other language; `rarity` is that of a term's number."""
    words = []
    for told in dictionary().across(text):
        ways = [frozenset(map(number_of, way)) for way in told]
        words.append(Translated(ways, min(sum(map(rarity, way)) / len(way) for way in ways)))
    return Across(words)
