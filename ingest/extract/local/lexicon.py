"""English words and how common they are: symspellpy's list (MIT), from books and spelling lists."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

_LIST = "frequency_dictionary_en_82_765.txt"
_COMMON = 50_000  # words that a misread one may have been; rarer ones are known, not proposed
_RAREST = -14.0  # natural logarithm of a share of all words: what rare words count as
_MOST = 12  # proposals of each length
_KEPT = 4096  # misread words whose proposals are remembered


class Lexicon:
    """Words, lower case, with how often they are written."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        total = sum(counts.values())
        self._logs = {word: math.log(count / total) for word, count in counts.items()}
        self._by_length: dict[int, list[str]] = {}
        for word in sorted(counts, key=lambda word: -counts[word])[:_COMMON]:
            self._by_length.setdefault(len(word), []).append(word)
        self.near = lru_cache(_KEPT)(self._near)

    def __contains__(self, word: str) -> bool:
        """Tell whether `word` is a word, in any case of its letters."""
        return word.lower() in self._logs

    def worth(self, word: str) -> float:
        """Return how common `word` is, from 0 (rare or unknown) to about 1.2."""
        return max(0.0, self._logs.get(word.lower(), _RAREST) - _RAREST) / 10

    def _near(self, word: str) -> tuple[str, ...]:
        """Return words that a lower-case `word` may be a misreading of."""
        edits = 1 if len(word) <= 4 else 2 if len(word) <= 7 else 3
        found = []
        for length in range(max(1, len(word) - edits), len(word) + edits + 1):
            same = self._by_length.get(length, ())
            close = process.extract(
                word, same, scorer=Levenshtein.distance, score_cutoff=edits, limit=_MOST
            )
            found += [other for other, _, _ in close if other != word]
        return tuple(found)


@lru_cache(1)
def english() -> Lexicon:
    """Return the English lexicon; loaded once."""
    text = (files("symspellpy") / _LIST).read_text("utf-8-sig")
    pairs = (line.split() for line in text.splitlines())
    return Lexicon({word: int(count) for word, count in pairs})
