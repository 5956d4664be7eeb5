"""Texts to pieces of words: the unigram tokenizer of XLM-RoBERTa (arXiv 1804.10959, 1911.02116).

The tokenizers library says the same in 290 MB, since it keeps a node for every byte of every piece;
here a dictionary does. Marks like ``</s>`` in a text are text.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kb.embed.packed import Pieces

_SPACE = "\u2581"  # stands for the space before a word
# The rules of NMT: control characters go, and what only looks like a space is one.
_GONE = (*range(0x01, 0x09), 0x0B, *range(0x0E, 0x20), 0x7F, 0x8F, 0x9F)
_SPACES = (9, 10, 12, 13, 0x1680, *range(0x200B, 0x2010), 0x2028, 0x2029, 0x2581, 0xFEFF, 0xFFFD)
_NMT: dict[int, str | None] = {**dict.fromkeys(_GONE), **dict.fromkeys(_SPACES, " ")}
_WORD = re.compile(f"{_SPACE}[^{_SPACE}]*")
_UNKNOWN_PENALTY = 10.0
_REMEMBERED = 10_000  # words


class Tokenizer:
    """Cuts each word into the pieces that are likeliest together."""

    def __init__(self, pieces: Pieces) -> None:
        special = {pieces.bos, pieces.eos, pieces.pad, pieces.unknown}
        self._numbers = {
            piece: number for number, piece in enumerate(pieces.pieces) if number not in special
        }
        self._scores = array("f", pieces.scores)
        self._longest = max(map(len, self._numbers))
        self._unknown = pieces.unknown
        self._unknown_score = min(pieces.scores) - _UNKNOWN_PENALTY
        self._bos, self._eos = pieces.bos, pieces.eos
        self._pieces_of = lru_cache(_REMEMBERED)(self._segment)

    def encode(self, text: str, most: int) -> list[int]:
        """Return the numbers of the pieces of `text`, at most `most` with begin and end."""
        numbers: list[int] = []
        for word in _WORD.findall(_normal(text)):
            numbers += self._pieces_of(word)
            if len(numbers) >= most:
                break
        return [self._bos, *numbers[: most - 2], self._eos]

    def _segment(self, word: str) -> tuple[int, ...]:
        """Viterbi: the best way to each place, and back."""
        count = len(word)
        best = [0.0] + [float("-inf")] * count
        came: list[tuple[int, int]] = [(0, self._unknown)] * (count + 1)
        for start in range(count):
            so_far = best[start]
            best_unknown = so_far + self._unknown_score
            if best_unknown > best[start + 1]:
                best[start + 1], came[start + 1] = best_unknown, (start, self._unknown)
            for end in range(start + 1, min(count, start + self._longest) + 1):
                number = self._numbers.get(word[start:end])
                if number is not None and so_far + self._scores[number] > best[end]:
                    best[end], came[end] = so_far + self._scores[number], (start, number)
        return self._back(came)

    def _back(self, came: list[tuple[int, int]]) -> tuple[int, ...]:
        found: list[int] = []
        at = len(came) - 1
        while at > 0:
            at, number = came[at]
            if not (number == self._unknown and found and found[-1] == number):  # one for a run
                found.append(number)
        return tuple(reversed(found))


def _normal(text: str) -> str:
    """NMT, then NFKC, then single spaces, each the mark of a word's begin."""
    plain = re.sub(" {2,}", " ", unicodedata.normalize("NFKC", text.translate(_NMT)))
    marked = plain.replace(" ", _SPACE)
    return marked if marked.startswith(_SPACE) else _SPACE + marked
