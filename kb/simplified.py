"""Chinese in simplified signs: by these, questions and boards of either script meet.

Whatever is compared (terms, names, the forms of questions, tags) is compared in simplified signs;
what is shown stays as it is written. OpenCC tells the sign for each traditional one. Signs are
changed one by one, without regard to the word: 乾坤 becomes 干坤, which nobody reads, and in return
a part of a text is a part of the changed text, at the same place, and changing it again does
nothing. OpenCC loads with the first text that is not ASCII.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opencc import OpenCC

_KANA = re.compile("[\u3041-\u3096\u30a1-\u30fa\uff66-\uff9d]")
_BLOCKS = (range(0x3400, 0x4DC0), range(0x4E00, 0xA000), range(0x20000, 0x2FA20))
# What is no word of ours in an answer: words of boards in quotation marks (which may quote), labels
# in brackets.
_NOT_OURS = re.compile(r"(“(?:[^“”]|“[^“”]*”)*”|\([^()]*\))")


def simplified(text: str) -> str:
    """Return `text` in simplified signs, each in its place. Japanese stays as it is. Idempotent."""
    if text.isascii() or _KANA.search(text):
        return text
    return text.translate(_signs()).replace("甚么", "什么")  # as Hong Kong writes it


def as_written(part: str, text: str) -> str:
    """Return `part` of ``simplified(text)`` as `text` has it; as it is where it is no part."""
    at = simplified(text).find(part)
    return part if at < 0 else text[at : at + len(part)]


def is_traditional(text: str) -> bool:
    """Tell whether more signs of `text` are traditional only than are simplified only."""
    plain = simplified(text)
    return plain != text and _differing(text, plain) > _differing(text, traditional(text))


def traditional(text: str) -> str:
    """Return `text` in traditional signs, as Taiwan writes them."""
    return text if text.isascii() else _converted(text, "s2tw")


def words_in_script_of(question: str, answer: str) -> str:
    """Return `answer` with our own words, and no quotation, in the script of `question`."""
    if not is_traditional(question):
        return answer
    parts = _NOT_OURS.split(answer)
    return "".join(part if at % 2 else traditional(part) for at, part in enumerate(parts))


def in_each_script(text: str) -> set[str]:
    """Return how simplified `text` may be written: so, and in the usual traditional signs."""
    if text.isascii():
        return {text}
    return {text, *(_converted(text, way) for way in ("s2t", "s2tw", "s2hk"))}


def _differing(one: str, two: str) -> int:
    return sum(a != b for a, b in zip(one, two, strict=False))


@lru_cache(maxsize=1)
def _signs() -> dict[int, str]:
    """Return the simplified sign of each traditional one."""
    signs = "\n".join(map(chr, chain(*_BLOCKS)))
    plain = _converted(_converted(signs, "t2s"), "t2s")  # 薴 is 苧, which is 苎
    pairs = zip(signs, plain, strict=True)
    return {ord(sign): simple for sign, simple in pairs if sign != simple}


def _converted(text: str, way: str) -> str:
    told: str = _converter(way).convert(text.encode(errors="replace").decode())
    return told


@lru_cache(maxsize=4)
def _converter(way: str) -> OpenCC:
    from opencc import OpenCC

    return OpenCC(way)
