"""What language a text is in, what it is called when names are compared, and its search terms.

One tokenizer serves passages and queries in Chinese, English and anything else:

- Chinese, in simplified signs whichever it is written in: jieba's words and sub-words, and every
  pair of neighbouring characters, since a query and a board need not be cut alike;
- kana, Hangul, Thai and their neighbours: pairs of characters;
- everything else: words, case folded and without accents, English ones stemmed (Snowball);
  ``camelCase``, ``snake_case``, ``hy-phens`` and ``dotted.names`` give the whole and the parts;
- numbers, dates and versions as written (``3.5%``, ``2026-11-22``, ``v1.2``), and dates by part.

Imports are light: jieba's dictionary (0.2 s) loads with the first Chinese word.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, Literal

from kb.simplified import simplified
from kb.stopwords import STOP_WORDS

MAX_TERM = 64  # characters; what is longer is a hash or a URL, and nobody types it

# Chinese signs, as they stand between the brackets of a pattern.
HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"
_KANA = "\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff"
# Scripts written without spaces, or with particles glued to the word.
_GLUED = f"{_KANA}\u1100-\u11ff\uac00-\ud7a3\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
# Python's \w leaves out combining marks, which Indic and Thai words are full of.
_MARKS = "".join(
    chr(c) for c in range(0x300, 0x1C00) if unicodedata.category(chr(c)).startswith("M")
)
_WORD = f"[^\\W_{HAN}{_GLUED}]"
_SIGN = f"(?:{_WORD}|[{_MARKS}])"
_RUN = re.compile(
    f"(?P<han>[{HAN}]+)"
    f"|(?P<glued>[{_GLUED}][{_GLUED}{_MARKS}]*)"
    f"|(?P<number>(?>\\d+(?:[.,:/-]\\d+)*%?)(?!{_SIGN}|_))"
    f"|(?P<word>{_WORD}{_SIGN}*(?:(?:['’.&-]|_+){_WORD}{_SIGN}*)*(?:[+#]{{1,2}}|%)?)"
)
_JOINT = re.compile(r"[-_&]+|(?<!\d)\.|\.(?!\d)")  # between parts of a compound, not in v1.2
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z]{2})")
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?%?$")
_APOSTROPHE = re.compile(r"['’](?:[sS]\b)?")  # with the s of a possessive
_KEY_DROPS = re.compile(
    f"['’]|(?:[^\\w+#%{_MARKS}]|_)+|(?<![^\\W_])(?<![+#{_MARKS}])[+#%{_MARKS}]+"
)
_HAN_SPACE = re.compile(f"(?<=[{HAN}{_KANA}]) | (?=[{HAN}{_KANA}])")

_LATIN_WORD = re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]+")
_HAN_SIGN = re.compile(f"[{HAN}]")
_HAN_HELPER = re.compile("[的了是在和与吗呢么谁哪有我你请为]")
_KANA_SIGN = re.compile(f"[{_KANA}]")

_local = threading.local()


def language_of(text: str) -> Literal["en", "zh", ""]:
    """Guess the language by script: "zh", "en" (any Latin script), or "" for neither.

    Where both stand, the side with more function words has it ("what leads to 库存预警" is
    English), else the side with more signs or words ("用 Kubernetes 部署" is Chinese).
    Kana makes a text Japanese, hence "".
    """
    text = simplified(unicodedata.normalize("NFKC", text))
    han = len(_HAN_SIGN.findall(text))
    kana = len(_KANA_SIGN.findall(text))
    latin = [word.casefold() for word in _LATIN_WORD.findall(text)]
    if kana and kana * 4 > han and kana > len(latin):
        return ""
    if han and latin:
        helpers = sum(word in STOP_WORDS for word in latin) - len(_HAN_HELPER.findall(text))
        return "zh" if (-helpers, han) >= (0, len(latin)) else "en"
    return "zh" if han else "en" if latin else ""


def key_of(text: str) -> str:
    """Return the name by which same-named nodes of different boards meet.

    Width, case, punctuation, white space and script don't count: ``"Check  stock!"`` is
    ``"check stock"``, ``"检查 库存。"`` and ``"檢查庫存"`` are ``"检查库存"``. A name of symbols
    only is "". Idempotent.
    """
    key = text
    for _ in range(3):  # folding can make room for composing, which can make room for folding
        key, before = unicodedata.normalize("NFKC", key).casefold(), key
        if key == before:
            break
    key = _KEY_DROPS.sub(lambda m: "" if m.group() in "'’" else " ", key)
    key = " ".join(key.split())
    return simplified(_HAN_SPACE.sub("", key))


def terms_of(text: str) -> list[str]:
    """Return the search terms of `text` in reading order, with repeats; never an empty string."""
    return list(_terms(text, frozenset()))


def content_terms(text: str) -> list[str]:
    """Return the terms that carry content: `terms_of` without Chinese and English stop words.

    A question of nothing but such words ("what is this?", 这是什么？) gives [].
    """
    return list(_terms(text, STOP_WORDS))


def segments(text: str) -> Iterator[str]:
    """Yield the words of `text` as written; Chinese as jieba cuts it."""
    for match in _RUN.finditer(unicodedata.normalize("NFKC", text)):
        if match.lastgroup == "han":
            yield from _stretches(match.group(), jieba().cut(simplified(match.group())))
        else:
            yield match.group()


def _terms(text: str, stop: frozenset[str]) -> Iterator[str]:
    for match in _RUN.finditer(unicodedata.normalize("NFKC", text)):
        run = match.group()
        if match.lastgroup == "han":
            yield from _chinese(simplified(run), stop)
        elif match.lastgroup == "glued":
            yield from _pairs(run)
        elif match.lastgroup == "number":
            yield from _number(run)
        else:
            yield from _words(run, stop)


def _pairs(run: str) -> Iterator[str]:
    if len(run) <= 1:
        yield run
    for i in range(len(run) - 1):
        yield run[i : i + 2]


def _chinese(run: str, stop: frozenset[str]) -> Iterator[str]:
    """Words and pairs of `run`, each span once; pairs don't reach across a stop word."""
    stretch = ""
    for word in jieba().cut(run) if stop else [run]:
        if word in stop:
            yield from _spans(stretch)
            stretch = ""
        else:
            stretch += word
    yield from _spans(stretch)


def _spans(stretch: str) -> Iterator[str]:
    if not stretch:
        return
    spans = {(start, end) for _, start, end in jieba().tokenize(stretch, "search")}
    spans.update((i, i + 2) for i in range(len(stretch) - 1))
    for start, end in sorted(spans):
        yield stretch[start:end][:MAX_TERM]


def _words(run: str, stop: frozenset[str]) -> Iterator[str]:
    names = _JOINT.split(_APOSTROPHE.sub("", run))
    parts = [folded for name in names for part in _CAMEL.split(name) if (folded := _fold(part))]
    if len(parts) > 1:
        # The compound as one term: check-in, checkIn and checkin meet; v1-2 stays off v12.
        whole = ("-" if any(c.isdigit() for c in run) else "").join(parts)
        if len(whole) <= MAX_TERM:
            yield _stem(whole)
    for part in parts:
        if part not in stop:
            yield _stem(part)[:MAX_TERM]


def _number(run: str) -> Iterator[str]:
    if _THOUSANDS.match(run):
        run = run.replace(",", "")
    yield run[:MAX_TERM]
    if run.endswith("%"):
        yield run[:-1][:MAX_TERM]
    parts = re.split("[-/]", run)
    if len(parts) > 1:
        yield from (part[:MAX_TERM] for part in parts)


@lru_cache(maxsize=50_000)
def _fold(word: str) -> str:
    """Case folded; Latin, Greek and Cyrillic letters without accents."""
    folded = word.casefold()
    if folded.isascii():
        return folded
    bare = "".join(c for c in unicodedata.normalize("NFD", folded) if not "\u0300" <= c <= "\u036f")
    return unicodedata.normalize("NFC", bare)


@lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    if not (word.isascii() and word.isalpha()):
        return word
    return str(_stemmer().stemWord(word)) or word


def _stemmer() -> Any:
    """Return this thread's stemmer: it keeps the word it works on in itself."""
    if not hasattr(_local, "stemmer"):
        import snowballstemmer

        _local.stemmer = snowballstemmer.stemmer("english")
    return _local.stemmer


def tagged_words(text: str) -> list[tuple[str, str]]:
    """Return the words of `text` with jieba's tags ("nr" a person …); [] where none is Chinese."""
    if not _HAN_SIGN.search(text):
        return []
    tagged = jieba().tag(simplified(text))
    written = _stretches(text, (word for word, _ in tagged))
    return [(word, tag) for word, (_, tag) in zip(written, tagged, strict=True)]


def _stretches(text: str, words: Iterable[str]) -> Iterator[str]:
    """Yield the stretches of `text` where `words` stand in its simplified form."""
    at = 0
    for word in words:
        yield text[at : at + len(word)]
        at += len(word)


def is_han(sign: str) -> bool:
    """Tell whether `sign` is one Chinese sign."""
    return len(sign) == 1 and _HAN_SIGN.match(sign) is not None


@lru_cache(maxsize=1)
def jieba() -> Any:
    """Return jieba's words (`rjieba.Jieba`); loaded once."""
    import rjieba

    return rjieba.Jieba()
