"""Chinese in simplified signs: by these, questions and boards of either script meet.

Whatever is compared (terms, names, the forms of questions, tags) is compared in simplified signs;
what is shown stays as it is written. OpenCC tells the sign for each traditional one. Signs are
changed one by one, without regard to the word: 乾坤 becomes 干坤, which is no word, and in return a
part of a text is a part of the changed text, at the same place, and changing it again does nothing.
Japanese is compared so too: a kana in a text (阿嬤の店) doesn't make it any less Chinese. OpenCC
loads with the first text that is not ASCII.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opencc import OpenCC

_BLOCKS = (range(0x3400, 0x4DC0), range(0x4E00, 0xA000), range(0x20000, 0x2FA20))
_TAKEN = re.compile("[^\0\ud800-\udfff]+")  # by OpenCC, which would cut the text at others
# What is no word of ours in an answer: words of boards in quotation marks (which may quote), and
# the label of a line, between a quotation and a mark like [1], which no words of boards hold.
_MARK = re.compile(r"( ?\[\d+\])")
_QUOTATION = re.compile(r"(“(?:[^“”]|“[^“”]*”)*”)")
_QUOTATIONS = re.compile(r"(“.*”)", re.DOTALL)
_LABEL = re.compile(r"(?<=”) \(.*\)$", re.DOTALL)
MOST_FORMS = 4  # of a term that are looked for one by one


def simplified(text: str) -> str:
    """Return `text` in simplified signs, each in its place. Idempotent."""
    if text.isascii():
        return text
    return text.translate(_signs()).replace("甚么", "什么")  # as Hong Kong writes it


def original_of(part: str, text: str) -> str:
    """Return `part` of ``simplified(text)`` as `text` has it; as it is where it is no part."""
    at = simplified(text).find(part)
    return part if at < 0 else text[at : at + len(part)]


def is_traditional(text: str) -> bool:
    """Tell whether more signs of `text` are traditional only than are simplified only."""
    plain = simplified(text)
    return plain != text and _differing(text, plain) > _differing(text, traditional(text))


def has_script(text: str) -> bool:
    """Tell whether `text` would look otherwise in one of the scripts."""
    return not simplified(text) == text == traditional(text)


def traditional(text: str) -> str:
    """Return `text` in traditional signs, a sign for a sign, as Taiwan writes them."""
    return text if text.isascii() else _TAKEN.sub(lambda m: _converted(m[0], "s2tw"), text)


def words_in_script_of(question: str, answer: str) -> str:
    """Return `answer` with our own words, and no quotation, in the script of `question`."""
    if not is_traditional(question):
        return answer
    return "".join(map(_ours_traditional, _MARK.split(answer)))


def in_each_script(text: str, any_sign: str) -> list[str]:
    """Return how simplified `text` may be written; `any_sign` is for a sign with too many forms."""
    ways = [""]
    for sign in text:
        forms = [sign, *_forms().get(sign, ())] if not sign.isascii() else [sign]
        if len(ways) * len(forms) > MOST_FORMS:
            forms = [any_sign]
        ways = [way + form for way in ways for form in forms]
    return ways


def _ours_traditional(text: str) -> str:
    """Return a stretch of an answer between two marks with our own words in traditional signs.

    Where a board's quotation marks don't match, what is between the first and the last stays.
    """
    label = found[0] if (found := _LABEL.search(text)) else ""
    text = text.removesuffix(label)
    parts = _QUOTATION.split(text)
    if any(sign in part for part in parts[::2] for sign in "“”"):
        parts = _QUOTATIONS.split(text)
    return "".join(part if at % 2 else traditional(part) for at, part in enumerate(parts)) + label


def _differing(one: str, two: str) -> int:
    return sum(a != b for a, b in zip(one, two, strict=True))


@lru_cache(maxsize=1)
def _signs() -> dict[int, str]:
    """Return the simplified sign of each traditional one."""
    signs = "\n".join(map(chr, chain(*_BLOCKS)))
    plain = _converted(_converted(signs, "t2s"), "t2s")  # 薴 is 苧, which is 苎
    pairs = zip(signs, plain, strict=True)
    return {ord(sign): simple for sign, simple in pairs if sign != simple}


@lru_cache(maxsize=1)
def _forms() -> dict[str, list[str]]:
    """Return the other signs for which a simplified one stands."""
    forms: dict[str, list[str]] = {"什": ["甚"]}
    for sign, simple in _signs().items():
        forms.setdefault(simple, []).append(chr(sign))
    return forms


def _converted(text: str, way: str) -> str:
    told: str = _converter(way).convert(text)
    return told if len(told) == len(text) else text


@lru_cache(maxsize=2)
def _converter(way: str) -> OpenCC:
    from opencc import OpenCC

    return OpenCC(way)
