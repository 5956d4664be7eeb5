"""What a sentence may not make up: figures, names, addresses and denials.

Each is looked for in a sentence and in what it rests on; what stands in the first alone is made up.
"""

from __future__ import annotations

import re
import unicodedata

from kb.answer.served.wording import FRAME, terms
from kb.text import tagged_words

_ADDRESS = re.compile(r"\b[a-z][a-z0-9+.-]*://\S*|\bwww\.\S+|\b(?:javascript|data):\S+", re.I)
_FIGURE = re.compile(r"\d+(?:[.,:/-]\d+)*")
_WORD = re.compile(r"[^\W\d_][\w'’-]*")
_DENIAL = re.compile(
    r"\b(?:not?|never|none|nobody|nothing|neither|nor|without|cannot|\w+n['’]t)\b"
    r"|不(?!仅|断|过|久|只|同(?!意))|没|无(?!线|人机)|未(?!来)|禁止|非(?!常)",
    re.IGNORECASE,
)
_TO_TWENTY = (
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty"
)
_ENGLISH = {word: str(n) for n, word in enumerate(_TO_TWENTY.split(), start=2)} | {
    "thirty": "30",
    "forty": "40",
    "fifty": "50",
    "sixty": "60",
    "seventy": "70",
    "eighty": "80",
    "ninety": "90",
    "hundred": "100",
    "thousand": "1000",
    "million": "1000000",
}
_DIGITS = {sign: n for n, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000, "万": 10_000}
_NUMERAL = re.compile(f"[{''.join(_DIGITS)}{''.join(_UNITS)}]+")
_NAME_TAGS = ("nr", "ns", "nt", "nz")  # people, places, organisations, other names


def figures(text: str, *, parts: bool = True) -> set[str]:
    """Return the figures in `text`, also those in words but "one"; thousands without commas.

    With `parts` those of a date or time too: what "2026-03-02" holds is 2026, 3 and 2.
    """
    text = unicodedata.normalize("NFKC", text)
    found: set[str] = set()
    for figure in _FIGURE.findall(text):
        found.add(_plain(figure.replace(",", "")))
        if parts and not set(figure) & {".", ","}:
            found |= {_plain(part) for part in re.split(r"[:/-]", figure)}
    found |= {_ENGLISH[word] for word in _WORD.findall(text.casefold()) if word in _ENGLISH}
    numerals = [_NUMERAL.match(word) for word, tag in tagged_words(text) if tag == "m"]
    return found | {str(n) for m in numerals if m and (n := _han_number(m.group())) > 1}


def names(text: str) -> list[str]:
    """Return what looks like a name: Latin words with a capital letter, and Chinese ones."""
    text = unicodedata.normalize("NFKC", text)
    latin = [word for word in _WORD.findall(text) if word[0].isupper() and terms(word) - FRAME]
    chinese = [w for w, tag in tagged_words(text) if tag.startswith(_NAME_TAGS) and len(w) > 1]
    return latin + [word for word in chinese if not word.isascii()]


def addresses(text: str) -> list[str]:
    """Return what a page might make a link of."""
    return _ADDRESS.findall(unicodedata.normalize("NFKC", text))


def denies(text: str) -> bool:
    """Say whether `text` says of something that it is not so."""
    return bool(_DENIAL.search(text))


def _plain(figure: str) -> str:
    return figure.lstrip("0") or "0"


def _han_number(numeral: str) -> int:
    total = digit = 0
    for sign in numeral:
        if sign in _UNITS:
            total, digit = total + (digit or 1) * _UNITS[sign], 0
        else:
            digit = _DIGITS[sign]
    return total + digit
