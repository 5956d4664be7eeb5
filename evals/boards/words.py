"""What people write: words, phrases, sentences, code, formulas, numbers, in two languages."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np

Script = Literal["en", "zh", "mixed"]

_EVERY = 8  # one word in so many is held out
_NAMES = "Ana Ben Chloe Dev Eva Finn Gita Hugo Ines Jon Kai Lena Max Nia Omar Pia Raj Sue Tom Yan"
_CODE = (
    "{a} = {b}({c})", "if {a} > {n}:", "return {a}", "for {a} in {b}:", "while ({a} != null)",
    "let {a} = {n};", "{a}.{b}({c})", "{a}[{n}] = {m}", "def {a}({b}, {c}):", "{a} += {n}",
    "print({a})", "SELECT {a} FROM {b}", "{a}: {b}", "GET /{a}/{b}", "POST /{a}", "{a}_{b}()",
    "const {a} = []", "} else {{", "{a} == {b}", "// {a} {b}", "{a}.push({n})", "[{n}, {m}, {k}]",
    "{a} && !{b}", "import {a}", "class {a} {{", "{a}++", "({a}, {b}): {c}", "O(n log n)",
    "O(n^2)",
)  # fmt: skip
_FORMULAS = (
    "{x} = {y} + {n}", "{x}({y}) = {y}^2", "{n} x {m} = {k}", "{x} / {y}", "{x}{n} > {y}", "{n}%",
    "sum({x}) / {n}", "dx/dt = -{n}{x}", "P({x} | {y})", "{x}:{y} = {n}:{m}", "E = mc^2",
    "y = a{x} + b",
    "{n} + {m} = {k}", "~ {n}k", "${n}.{m}", "{n}/{m}", "{x} != {y}", "[{n}, {m}, {k}]", "{n} ms",
    "#{n}",
)  # fmt: skip
_OF = ("of", "for", "with", "in", "to", "and", "or", "by", "from", "on", "&", "+", "/")
_SHORT = {
    "en": ("yes", "no", "ok", "else", "if", "then", "or", "no reply", "2 days", "weekly", "done"),
    "zh": ("是", "否", "成功", "失败", "通过", "每天", "超时", "回复", "然后", "每周", "大概"),
}


@lru_cache
def vocabulary(language: Literal["en", "zh"], *, unseen: bool = False) -> tuple[str, ...]:
    """Return the words that boards are trained on, or those held out from them."""
    text = (Path(__file__).parent / f"words-{language}.txt").read_text(encoding="utf-8")
    words = text.split()
    held_out = words[::_EVERY]
    return tuple(held_out if unseen else [w for w in words if w not in set(held_out)])


class Writer:
    """Makes up what one person writes. `unseen`: only words that are held out from training."""

    def __init__(self, rng: np.random.Generator, script: Script, *, unseen: bool = False) -> None:
        self.rng, self.script, self.unseen = rng, script, unseen
        self.case = str(rng.choice(["lower", "lower", "capital", "capital", "upper"]))

    def word(self) -> str:
        """One word as it stands in the list."""
        language: Literal["en", "zh"] = "zh" if self.script == "zh" else "en"
        if self.script == "mixed" and self.rng.random() < 0.6:
            language = "zh"
        words = vocabulary(language, unseen=self.unseen)
        return words[int(self.rng.integers(len(words)))]

    def phrase(self, least: int = 1, most: int = 3) -> str:
        """Some words together, in this person's case."""
        words = [self.word() for _ in range(int(self.rng.integers(least, most + 1)))]
        if len(words) == 3 and words[1].isascii() and self.rng.random() < 0.4:
            words[1] = str(self.rng.choice(_OF))
        return self._cased(_joined(words))

    def sentence(self, words: int) -> str:
        """A line of a paragraph."""
        said = [self.word() for _ in range(words)]
        for i in range(1, words - 1, 3):
            if said[i].isascii() and self.rng.random() < 0.6:
                said[i] = str(self.rng.choice(_OF[:9]))
        text = _joined(said)
        text = text[:1].upper() + text[1:]
        return text + str(self.rng.choice(["", "", ".", "!", "?", ":"]))

    def short(self) -> str:
        """A label beside a line."""
        chance = self.rng.random()
        if chance < 0.35:
            return str(self.rng.choice(_SHORT["en" if self.script == "en" else "zh"]))
        if chance < 0.5:
            return str(self.rng.choice([self.number(), self.formula()]))
        return self.phrase(1, 2)

    def number(self) -> str:
        """A number, a date, a share or a price."""
        n = int(10 ** self.rng.uniform(0, 4))
        day = f"{self.rng.integers(1, 13)}/{self.rng.integers(1, 29)}"
        return str(
            self.rng.choice([str(n), str(n), f"{n}%", f"${n}", day, f"Q{n % 4 + 1}", f"v{n}"])
        )

    def formula(self) -> str:
        """Something like an equation."""
        x, y = self.rng.choice(list("abcfijkmnpqtxyz"), 2)
        return str(self.rng.choice(_FORMULAS)).format(x=x, y=y, **self._numbers())

    def code(self) -> str:
        """A line of a program."""
        a, b, c = (self._name() for _ in range(3))
        line = str(self.rng.choice(_CODE)).replace("} else", "}} else")
        return line.format(a=a, b=b, c=c, **self._numbers())

    def program(self, lines: int) -> str:
        """Some lines of code, indented."""
        depth, out = 0, []
        for _ in range(lines):
            line = self.code()
            out.append("   " * depth + line)
            depth = (
                min(3, depth + 1)
                if line.endswith((":", "{"))
                else int(self.rng.integers(depth + 1))
            )
        return "\n".join(out)

    def person(self) -> str:
        """Somebody's first name."""
        return str(self.rng.choice(_NAMES.split()))

    def note(self) -> str:
        """What stands alone on a board: mostly a phrase, at times several lines, code, a number."""
        chance = self.rng.random()
        if chance < 0.45:
            return self.phrase(1, 2)
        if chance < 0.7:
            return self.phrase(2, 4)
        if chance < 0.8:
            return self.phrase(1, 2) + "\n" + self.phrase(1, 3)
        if chance < 0.86:
            return self.formula()
        if chance < 0.91:
            return self.code()
        if chance < 0.96:
            return f"{self.phrase(1, 1)} ({self.phrase(1, 2)})"
        return str(self.rng.choice([self.number(), self.person(), self.word()[:1].upper()]))

    def _name(self) -> str:
        words = vocabulary("en", unseen=self.unseen)
        one, two = (words[int(i)] for i in self.rng.integers(len(words), size=2))
        return str(self.rng.choice([one, one, one[0], f"{one}{two.capitalize()}", f"{one}_{two}"]))

    def _numbers(self) -> dict[str, int]:
        n, m, k = self.rng.integers(0, 100, 3)
        return {"n": int(n), "m": int(m), "k": int(k)}

    def _cased(self, text: str) -> str:
        if self.case == "upper" or (self.case == "capital" and self.rng.random() < 0.06):
            return text.upper()
        return text[:1].upper() + text[1:] if self.case == "capital" else text


def _joined(words: list[str]) -> str:
    """Put a space between words, none between Chinese ones."""
    out = words[0]
    for word in words[1:]:
        out += word if not (out[-1].isascii() or word[0].isascii()) else " " + word
    return out
