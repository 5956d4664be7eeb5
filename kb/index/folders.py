"""What the folders are called that boards lie in: words by which a question can name them.

Words of four letters or two Chinese signs can; shorter ones, figures, months and weekdays can't.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache

from kb.simplified import simplified
from kb.stopwords import STOP_WORDS
from kb.tags import MONTH, WEEKDAY
from kb.text import HAN

WORD = re.compile(rf"[^\W\d_{HAN}]{{4,64}}")
SIGNS = re.compile(rf"[{HAN}]{{2,64}}")
_NO_NAME = re.compile(rf"(?:{MONTH}|{WEEKDAY})", re.IGNORECASE)

ByName = Mapping[str, tuple[str, ...]]


def plain(text: str) -> str:
    """Return `text` in simplified signs, each sign composed, as names are compared."""
    return simplified(unicodedata.normalize("NFC", text))


@lru_cache(maxsize=10_000)
def names_of(folder: str) -> frozenset[str]:
    """Return the words by which a folder of this name can be called, in small letters."""
    text = plain(folder)
    found = {word.casefold() for form in (WORD, SIGNS) for word in form.findall(text)}
    return frozenset(word for word in found - STOP_WORDS if not _NO_NAME.fullmatch(word))


def folders_of(places: Iterable[str]) -> set[str]:
    """Return the paths of the folders right above `places`."""
    return {place.rpartition("/")[0] for place in places} - {""}


def by_name(places: Iterable[str]) -> ByName:
    """Return the folders above `places` by each word that they are called by, paths sorted."""
    found: dict[str, list[str]] = {}
    for folder in sorted(folders_of(places)):
        for name in names_of(folder.rpartition("/")[2]):
            found.setdefault(name, []).append(folder)
    return {name: tuple(paths) for name, paths in found.items()}
