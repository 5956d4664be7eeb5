"""What misread Chinese signs were, by what the recogniser saw and by which words there are.

Chinese is written without spaces, so the signs of a run are cut into words while they are chosen:
of all words that could stand where the recogniser saw signs like theirs, the likeliest chain is
taken (Viterbi over a lattice, as segmenters do with one reading; jieba's words and counts). Each
sign alone costs the same, common or rare, and what was seen clearly stays: names are no words. So
does a Traditional sign that is likelier than not, for the words are simplified.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from typing import Any

import numpy as np
import numpy.typing as npt

from kb.text import is_han, jieba

Array = npt.NDArray[Any]
Slot = Sequence[tuple[str, float]]  # what a sign may be, and how much less likely than the guess

_LONGEST = 4  # signs of a word
_CHOICES = 10  # signs that one may be
_UNLIKELY = -9.0  # natural logarithm: what is less likely beside the guess was not written
_SURE, _SURE_RARE = 0.9, 0.5  # probability from which the guess stands; of Traditional signs
_ALONE = -10.0  # logarithm of the share of all words that one sign is taken to have
_COMMON = 0.3  # what such a logarithm is worth, in that of a probability the recogniser gives
_ALL_WORDS = 60_101_967  # sum of jieba's counts


def corrected(seen: Array, text: str, steps: Sequence[int], signs: Sequence[str]) -> str:
    """Return `text` with its Chinese signs as they most likely were, one for one.

    Args:
        seen: (steps, signs) probabilities of the whole line.
        text: the recogniser's best guess.
        steps: the first step at which each sign of `text` is the best.
        signs: what each column of `seen` stands for.
    """
    out = ""
    for chinese, run in groupby(range(len(text)), key=lambda at: is_han(text[at])):
        places = list(run)
        if chinese and len(places) > 1:  # a sign alone is a word as good as any other
            out += _likeliest([_slot(seen, steps[at], signs) for at in places])
        else:
            out += text[places[0] : places[-1] + 1]
    return out


def _slot(seen: Array, step: int, signs: Sequence[str]) -> Slot:
    best = int(seen[step].argmax())
    end = step + 1
    while end < len(seen) and seen[end].argmax() == best:
        end += 1
    chances = seen[step:end].max(axis=0)
    if chances[best] > (_SURE if _is_usual(signs[best]) else _SURE_RARE):
        return [(signs[best], 0.0)]
    least = chances[best] * math.exp(_UNLIKELY)
    likely = [n for n in np.flatnonzero(chances > least).tolist() if is_han(signs[n])]
    likely.sort(key=lambda n: -float(chances[n]))
    return [(signs[n], math.log(chances[n] / chances[best])) for n in likely[:_CHOICES]]


def _likeliest(slots: Sequence[Slot]) -> str:
    """Return the likeliest chain of words, one sign from each slot."""
    best: list[tuple[float, str]] = [(0.0, "")] + [(-math.inf, "")] * len(slots)
    for begin in range(len(slots)):
        score, said = best[begin]
        for word, seen in _words(slots[begin : begin + _LONGEST]):
            total = score + seen + _COMMON * _worth(word)
            end = begin + len(word)
            if total > best[end][0]:
                best[end] = total, said + word
    return best[-1][1]


def _words(slots: Sequence[Slot]) -> Iterator[tuple[str, float]]:
    """Yield the words that begin at the first slot, and how likely they were seen."""
    begun = [("", 0.0)]
    for slot in slots:
        begun = [
            (word + sign, chance + more)
            for word, chance in begun
            for sign, more in slot
            if chance + more > _UNLIKELY
        ]
        yield from ((word, chance) for word, chance in begun if len(word) == 1 or _is_word(word))


def _is_usual(sign: str) -> bool:
    """Tell whether the words know a sign: jieba's are simplified, as GB 2312 is."""
    try:
        sign.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


@lru_cache(50_000)
def _is_word(word: str) -> bool:
    return bool(jieba().has_word(word))


@lru_cache(50_000)
def _worth(word: str) -> float:
    """Return the logarithm of the share of all words that `word` has."""
    return _ALONE if len(word) == 1 else math.log(jieba().suggest_freq(word) / _ALL_WORDS)
