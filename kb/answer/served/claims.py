"""What a sentence may not make up: figures, currencies, names, addresses and denials.

Each is looked for in a sentence and in what it rests on; what stands in the first alone is made up.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from decimal import Decimal

from kb.answer.served.wording import FRAME, terms
from kb.simplified import simplified
from kb.text import segments, tagged_words

_ADDRESS = re.compile(r"\b[a-z][a-z0-9+.-]*://\S*|\bwww\.\S+|\b(?:javascript|data):\S+", re.I)
_FIGURE = re.compile(r"\d+(?:[.,:/-]\d+)*")
_SCALES = {"k": 1_000, "thousand": 1_000, "million": 1_000_000, "万": 10_000, "亿": 100_000_000}
_SCALED = re.compile(
    r"(?<![a-z\d_.,:/-])(?P<n>\d+(?:,\d{3})*(?:\.\d+)?)"
    r"(?:(?P<k>k)\b|\s?(?P<en>thousand|million)\b|\s?(?P<zh>[万亿]))",
    re.IGNORECASE,
)
_CURRENCIES = {
    "EUR": r"€|\b(?:euros?|EUR)\b|欧元",
    "USD": r"\$|\b(?:dollars?|USD)\b|美元",
    "GBP": r"£|\b(?:pounds?|GBP)\b|英镑",
    "CNY": r"\b(?:yuan|RMB|CNY)\b|人民币|(?<=[\d零〇一二三四五六七八九两十百千万亿])\s?元",
}
_MONEY = re.compile("|".join(f"(?P<{n}>{words})" for n, words in _CURRENCIES.items()), re.I)
_UNIT = (
    r"[\s-]*(?:%|percent|(?:second|minute|hour|day|week|month|quarter|year|time)s?\b"
    r"|(?:EUR|USD|GBP|CNY|RMB|euros?|dollars?|pounds?|yuan)\b|[€$£]"
    r"|个?(?:小时|钟头|月|星期|季度)|[秒天日周年次倍元块]|分钟)"
)
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

    What "20k", "20 thousand" and 2万 hold is 20000.
    With `parts` those of a date or time too: what "2026-03-02" holds is 2026, 3 and 2.
    """
    text = plainly(text)
    found = {_scaled(m) for m in _SCALED.finditer(text)}
    text = _SCALED.sub(" ", text)
    for figure in _FIGURE.findall(text):
        found.add(_plain(figure.replace(",", "")))
        if parts and not set(figure) & {".", ","}:
            found |= {_plain(part) for part in re.split(r"[:/-]", figure)}
    found |= {_ENGLISH[word] for word in _WORD.findall(text.casefold()) if word in _ENGLISH}
    return found | {figure for *_, figure in _han_figures(text)}


def in_digits(text: str, known: str) -> str:
    """Return `text` with its figures in digits where they don't stand in `known` as they are.

    三个 is 3 个, 2万 and "20k" are 20000; 一个 stays.
    """
    text, known = map(plainly, (text, known))
    text = _SCALED.sub(lambda m: m[0] if m[0] in known else f" {_scaled(m)} ", text)
    for word, start, numeral, figure in reversed(list(_han_figures(text))):
        if word not in known:
            text = f"{text[:start]} {figure} {text[start + len(numeral) :]}"
    return text


def names(text: str) -> list[str]:
    """Return what looks like a name: Latin words with a capital letter, and Chinese ones."""
    text = unicodedata.normalize("NFKC", text)
    latin = [word for word in _WORD.findall(text) if word[0].isupper() and terms(word) - FRAME]
    chinese = [w for w, tag in tagged_words(text) if tag.startswith(_NAME_TAGS) and len(w) > 1]
    return latin + [word for word in chinese if not word.isascii()]


def currencies(text: str) -> set[str]:
    """Return the currencies that `text` names, by their codes."""
    return {str(m.lastgroup) for m in _MONEY.finditer(plainly(text))}


def amounts(text: str) -> list[str]:
    """Return the stretches of `text` that may say a figure or a currency."""
    text = plainly(text)
    longer = [m.group() for form in (_SCALED, _MONEY) for m in form.finditer(text)]
    return [*longer, *segments(_SCALED.sub(" ", text))]


def measures(text: str, figure: str) -> bool:
    """Say whether `text` says `figure` of days or euros, or the like, instead of things."""
    words = "|".join([figure, *(word for word, said in _ENGLISH.items() if said == figure)])
    form = rf"(?<![a-z\d.,])(?:{words}){_UNIT}"
    return bool(re.search(form, in_digits(text, ""), re.IGNORECASE))


def addresses(text: str) -> list[str]:
    """Return what a page might make a link of."""
    return _ADDRESS.findall(unicodedata.normalize("NFKC", text))


def denies(text: str) -> bool:
    """Say whether `text` says of something that it is not so."""
    return bool(_DENIAL.search(simplified(text)))


def plainly(text: str) -> str:
    """Return `text` in signs of one width and script."""
    return simplified(unicodedata.normalize("NFKC", text))


def _han_figures(text: str) -> Iterator[tuple[str, int, str, str]]:
    """Yield the Chinese words that say figures beyond one: word, place, numeral, figure."""
    at = 0
    for word, tag in tagged_words(text):
        at = text.find(word, at)
        # 五天 is tagged as a time, as 今天 is.
        numeral = _NUMERAL.match(word) if tag == "m" or word[-1] in "天周年" else None
        if numeral and (n := _han_number(numeral.group())) > 1:
            yield word, at, numeral.group(), str(n)
        at += len(word)


def _scaled(amount: re.Match[str]) -> str:
    scale = _SCALES[(amount["k"] or amount["en"] or amount["zh"]).casefold()]
    return f"{(Decimal(amount['n'].replace(',', '')) * scale).normalize():f}"


def _plain(figure: str) -> str:
    return figure.lstrip("0") or "0"


def _han_number(numeral: str) -> int:
    total = digit = 0
    for sign in numeral:
        if sign == "万":  # of all before it: 二十万
            total, digit = (total + digit or 1) * _UNITS[sign], 0
        elif sign in _UNITS:
            total, digit = total + (digit or 1) * _UNITS[sign], 0
        else:
            digit = _DIGITS[sign]
    return total + digit
