"""What a misread word was, by what the recogniser saw and by which words there are.

The recogniser gives each sign at each step a probability, and its best guess is often a letter off.
Where that guess is no word, words a few edits away are scored by the same probabilities (the CTC
forward algorithm, Graves et al. 2006), common ones a little higher, and the best one is taken where
it beats the guess: names and codes that were seen clearly stay as they are. Chinese signs are
chosen by `ingest.extract.local.chinese`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import numpy as np
import numpy.typing as npt

from ingest.extract.local.chinese import corrected
from ingest.extract.local.lexicon import Lexicon

Array = npt.NDArray[Any]

_BLANK = 0  # the sign that is none
_NOTHING = -1e9  # logarithm of what cannot be
_FAINTEST = 1e-7  # probability: the net's zeros
_SHORTEST = 3  # letters of a word that is looked up
_COMMON = 5.0  # what being common is worth, in the natural logarithm of a probability
_NO_WORD = 5.0  # what being no word costs
_NO_SHORT_WORD = 3.0  # the same up to four letters: many are codes
_SHORT = 4
_KNOWN = 1.0  # what being a word and the best guess is worth, on top of being common
ARROW_SIGNS = " -–—=<>→←"  # what arrows are read as
_DASHES = "-–—"
_NUMBER = re.compile(r"\d[\d:./]*")
_FARTHER = 1.5  # times as far as signs of the line are from one another
_STROKE = "一"  # what the shaft of an arrow between Chinese words is read as
_ARROW = re.compile(rf"[{re.escape(ARROW_SIGNS)}]*[<>→←][{re.escape(ARROW_SIGNS)}]*")
_LEADING, _TRAILING = re.compile(rf"^{_ARROW.pattern}"), re.compile(rf"{_ARROW.pattern}$")
_WORD = re.compile(r"([^A-Za-z]*)([A-Za-z].*?)([^A-Za-z]*)")  # signs around it stay


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of a line without a wide gap between them; the steps of their first and last letter.

    Arrows are no letters; of nothing but those both steps are the first one's.
    """

    text: str
    first: int
    last: int

    def without_arrows(self, *, before: bool, behind: bool) -> str:
        """Return its words without what is read of an arrow `before` or `behind` them.

        A dash, or an equals sign, without a head is writing.
        """
        text = _LEADING.sub("", self.text) if before else self.text
        return (_TRAILING.sub("", text) if behind else text).strip()


@dataclass(slots=True)
class _Token:
    """Signs between two spaces; the steps (first, behind the last) of all, and that of each."""

    text: str = ""
    first: int = 0
    end: int = 0
    steps: list[int] = field(default_factory=list)
    arrows: list[bool] = field(default_factory=list)  # whether a sign is of an arrow

    def cut(self, at: int) -> tuple[_Token, _Token]:
        """Return what is before sign `at` and the rest."""
        between = (self.steps[at - 1] + self.steps[at] + 1) // 2
        return (
            _Token(self.text[:at], self.first, between, self.steps[:at], self.arrows[:at]),
            _Token(self.text[at:], between, self.end, self.steps[at:], self.arrows[at:]),
        )


def _trimmed(tokens: list[_Token], *, before: bool, behind: bool) -> list[_Token]:
    """Return `tokens` without signs of arrows `before` and `behind` all others."""
    kept = list(tokens)
    while before and kept and kept[0].arrows[0]:
        count = kept[0].arrows.index(False) if False in kept[0].arrows else 0
        kept[:1] = [kept[0].cut(count)[1]] if count else []
    while behind and kept and kept[-1].arrows[-1]:
        back = kept[-1].arrows[::-1]
        count = back.index(False) if False in back else 0
        kept[-1:] = [kept[-1].cut(len(back) - count)[0]] if count else []
    return kept


def _with_ranges(groups: Sequence[list[_Token]]) -> list[list[_Token]]:
    """Return `groups` with numbers in one that a long dash stands between."""
    joined: list[list[_Token]] = []
    for group in groups:
        before = "".join(token.text for token in joined[-1]) if joined else ""
        number = before.rstrip(_DASHES)
        behind = "".join(token.text for token in group)
        if number != before and _NUMBER.fullmatch(number) and _NUMBER.fullmatch(behind):
            joined[-1] = joined[-1] + group
        else:
            joined.append(group)
    return joined


def _mark_strokes(tokens: Sequence[_Token], gap: float) -> None:
    """Count a stroke in a wide gap to an arrow, where it is farther from others than they are."""
    places = [(token, at) for token in tokens for at in range(len(token.text))]
    steps = [token.steps[at] for token, at in places]
    strokes = [n for n, (token, at) in enumerate(places) if token.text[at] == _STROKE]
    usual = [steps[n] - steps[n - 1] for n in range(1, len(steps)) if not {n, n - 1} & set(strokes)]
    if not usual:
        return
    for n in strokes:
        if not 0 < n < len(steps) - 1:
            continue
        to, on = steps[n] - steps[n - 1], steps[n + 1] - steps[n]
        if to + on >= gap and min(to, on) >= _FARTHER * median(usual):
            token, at = places[n]
            token.arrows[at] = True


def _mark_shaft(tokens: Sequence[_Token]) -> None:
    """Count a dash behind all words, before a gap, to an arrow that leaves there."""
    if all(set(token.text) <= set(_DASHES) for token in tokens):
        return  # a mark before an item
    for token in reversed(tokens):
        for at in reversed(range(len(token.text))):
            if token.text[at] not in _DASHES:
                return
            token.arrows[at] = True


class Rescorer:
    """Reads lines with a lexicon. `signs`: what each column of the probabilities stands for."""

    def __init__(self, signs: Sequence[str], lexicon: Lexicon) -> None:
        self._signs, self._lexicon = signs, lexicon
        self._numbers = {sign: number for number, sign in enumerate(signs) if len(sign) == 1}

    def read(self, seen: Array) -> str:
        """Return what the line says whose ``seen (steps, signs)`` are probabilities."""
        return self._said(seen, self._tokens(seen.argmax(axis=1)))

    def pieces(self, seen: Array, gap: float) -> list[Piece]:
        """Return what the line says, parted where no word is written for `gap` steps or more.

        What stands there may be an arrow, which is read as a sign or two, or as nothing; it is told
        in neither piece.
        """
        groups: list[list[_Token]] = [[]]
        last: int | None = None
        tokens = self._tokens(seen.argmax(axis=1))
        _mark_strokes(tokens, gap)
        for token in tokens:
            rest = token
            for at, step in enumerate(token.steps):
                if token.arrows[at]:
                    continue
                if last is not None and step - last >= gap:
                    begin = at - (len(token.steps) - len(rest.steps))
                    if begin:
                        before, rest = rest.cut(begin)
                        groups[-1].append(before)
                    groups.append([])
                last = step
            groups[-1].append(rest)
        written = _with_ranges([group for group in groups if group])
        for group in written[:-1]:
            _mark_shaft(group)
        ends = range(len(written))
        trimmed = [_trimmed(written[at], before=at > 0, behind=at < ends[-1]) for at in ends]
        return [self._piece(seen, group) for group in trimmed if group]

    def _piece(self, seen: Array, tokens: Sequence[_Token]) -> Piece:
        signs = [pair for t in tokens for pair in zip(t.steps, t.arrows, strict=True)]
        words = [step for step, arrow in signs if not arrow] or [signs[0][0]]
        return Piece(self._said(seen, tokens), words[0], words[-1])

    def _said(self, seen: Array, tokens: Sequence[_Token]) -> str:
        return " ".join(self._token(seen, token) for token in tokens)

    def _token(self, seen: Array, token: _Token) -> str:
        text = corrected(seen, token.text, token.steps, self._signs)
        return self._word(seen[token.first : token.end], text)

    def _tokens(self, best: Array) -> list[_Token]:
        tokens, token, before = [], _Token(), _BLANK
        for step, number in enumerate(best):
            sign = self._signs[number] if number != _BLANK else ""
            if sign == " ":
                token.end = step
                tokens.append(token)
                token = _Token(first=step + 1)
            elif sign and number != before:
                token.text += sign
                token.steps += [step] * len(sign)
            before = number
        token.end = len(best)
        written = [token for token in [*tokens, token] if token.text]
        line = " ".join(token.text for token in written)
        arrows = {at for run in _ARROW.finditer(line) for at in range(*run.span())}
        begin = 0
        for token in written:
            token.arrows = [begin + at in arrows for at in range(len(token.text))]
            begin += len(token.text) + 1
        return written

    def _word(self, seen: Array, text: str) -> str:
        """Return the word of the steps ``seen (steps, signs)``, guessed to be `text`."""
        parts = _WORD.fullmatch(text)
        if parts is None or len(parts[2]) < _SHORTEST:
            return text
        before, core, behind = parts.groups()
        near = self._lexicon.near(core.lower())
        words = [before + _cased(word, core) + behind for word in near]
        pairs = [(w, n) for w, n in zip(words, near, strict=True) if self._can_write(w)]
        if not pairs or not self._can_write(text):
            return text
        guess, *others = self._likelihoods(seen, [text, *(word for word, _ in pairs)])
        worth = [_COMMON * self._lexicon.worth(word) for _, word in pairs]
        best = max(range(len(pairs)), key=lambda i: others[i] + worth[i])
        better = others[best] + worth[best] > guess + self._worth_of_guess(core)
        return pairs[best][0] if better else text

    def _worth_of_guess(self, word: str) -> float:
        if word in self._lexicon:
            return _COMMON * self._lexicon.worth(word) + _KNOWN
        return -_NO_SHORT_WORD if len(word) <= _SHORT else -_NO_WORD

    def _can_write(self, text: str) -> bool:
        return all(sign in self._numbers for sign in text)

    def _likelihoods(self, seen: Array, texts: Sequence[str]) -> Array:
        """Return the logarithm of how likely ``seen (steps, signs)`` says each of `texts`."""
        numbers = [[self._numbers[sign] for sign in text] for text in texts]
        states = np.full((len(texts), 2 * max(map(len, numbers)) + 1), _BLANK)
        for row, text in zip(states, numbers, strict=True):
            row[1 : 2 * len(text) : 2] = text
        skips = np.zeros(states.shape, bool)  # from sign to sign without a blank between
        skips[:, 2:] = (states[:, 2:] != _BLANK) & (states[:, 2:] != states[:, :-2])
        logs = np.log(np.maximum(seen, _FAINTEST))
        reached = np.full(states.shape, _NOTHING)
        reached[:, :2] = logs[0, states[:, :2]]
        for step in logs[1:]:
            reached = _stepped(reached, skips) + step[states]
        rows, ends = np.arange(len(texts)), np.array([2 * len(text) for text in numbers])
        return np.asarray(np.logaddexp(reached[rows, ends], reached[rows, ends - 1]))


def _stepped(reached: Array, skips: Array) -> Array:
    """Return how likely each state is entered: from itself, the one before, or over a blank."""
    one, two = np.full(reached.shape, _NOTHING), np.full(reached.shape, _NOTHING)
    one[:, 1:], two[:, 2:] = reached[:, :-1], reached[:, :-2]
    two[~skips] = _NOTHING
    return np.asarray(np.logaddexp(np.logaddexp(reached, one), two))


def _cased(word: str, like: str) -> str:
    if like.isupper() and len(like) > 1:
        return word.upper()
    return word.capitalize() if like[0].isupper() else word
