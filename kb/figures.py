"""Figures in names: sprint 12 is not sprint 13, and 第二阶段 is 第2阶段."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import lru_cache

from kb.simplified import simplified

_DIGITS = {sign: place for place, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_SIGNS = "零〇一二两三四五六七八九十廿"
_FIGURE = re.compile(
    r"(?P<digits>\d{1,3}(?:,\d{3})+(?!\d)|\d+(?:\.\d+)*)"
    # A sign alone is often no number: 统一, 三明治, 下一步.
    rf"|(?:(?<=第)|(?<=周)|(?<=星期))(?P<nth>[{_SIGNS}]+)"
    rf"|(?P<counted>[{_SIGNS}]+(?=期|阶段|季度|月|日|号|版|楼)|[{_SIGNS}]{{4}}(?=年))"
    rf"|(?P<tens>[{_SIGNS}]*[十廿][{_SIGNS}]+|[{_SIGNS}]+十)"
)


_YEAR = re.compile(r"(?:19|20)\d\d")


@lru_cache(maxsize=20_000)
def figures_of(text: str) -> tuple[str, ...]:
    """Return the figures in `text` as written in digits, in reading order: "2", "2.1", "2000"."""
    return tuple(
        _plain(found["digits"]) if found["digits"] else _told(found.group())
        for found in _FIGURE.finditer(simplified(unicodedata.normalize("NFKC", text)))
    )


def holds_figures(text: str, asked: str) -> bool:
    """Say whether `text` has all figures of `asked`; more don't matter, nor does their order.

    A year need only not be another one: boards seldom write down when they were drawn.
    """
    wanted = Counter(figures_of(asked))
    if not wanted:
        return True
    held = Counter(figures_of(text))
    if not any(map(_YEAR.fullmatch, held)):
        wanted = Counter({one: n for one, n in wanted.items() if not _YEAR.fullmatch(one)})
    return wanted <= held


def _plain(digits: str) -> str:
    return digits.replace(",", "").lstrip("0") or "0"


def _told(signs: str) -> str:
    """Return a numeral below a hundred in digits; one of mere digits (二〇二六) sign by sign."""
    signs = signs.replace("廿", "二十")
    tens, ten, ones = signs.partition("十")
    if not ten:
        return _plain("".join(str(_DIGITS[sign]) for sign in signs))
    return f"{_told(tens) if tens else 1}{_told(ones) if ones else 0}"
