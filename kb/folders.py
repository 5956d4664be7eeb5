"""The folder that a question names: "the hospital's audit", "at Alder", of boards kept apart so.

Boards of one team, client or project lie in a folder that is called like it. What its boards say
goes without that name, and other folders' boards may say much the same. Words of four letters or
two Chinese signs can name a folder; shorter ones, figures, months and weekdays can't.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import PurePosixPath

from kb.index.points import Hit, ranked
from kb.index.scope import folders_of, places_of
from kb.simplified import simplified
from kb.stopwords import STOP_WORDS
from kb.tags import MONTH, WEEKDAY
from kb.text import HAN
from kb.weights import WEIGHTS, Weights

MOST = 3  # folders that one question names
_WORD = re.compile(rf"[^\W\d_{HAN}]{{4,}}")
_BEGIN = re.compile(r"\W*")
_SIGNS = re.compile(rf"[{HAN}]{{2,}}")
_NO_NAME = re.compile(rf"(?:{MONTH}|{WEEKDAY})", re.IGNORECASE)


@dataclass(frozen=True)
class Scope:
    """The hits that a question is about.

    Attributes:
        hits: of the folder that it names, all where it names none.
        sure: whether it can't mean others: it names no folder, or one by its proper name.
    """

    hits: list[Hit]
    sure: bool = True


def scope_of(question: str, hits: Sequence[Hit]) -> Scope:
    """Return the hits that `question` is about: those of a folder that it names.

    A name is told by what lies in some folders and not in all. It counts as a proper name where
    nothing beyond the folder says it too, otherwise only if the best hit is from there. Of several
    the name that fewest boards go by. Chinese has no capitals: its names are never proper ones.
    """
    asked = _Names(question)
    folders = [_folder_names(hit) for hit in hits]
    best, fewest = Scope(list(hits)), len({_board(hit) for hit in hits})
    for name in sorted(filter(asked.name, set().union(*folders))):
        inside = [hit for hit, names in zip(hits, folders, strict=True) if name in names]
        others = [hit for hit, names in zip(hits, folders, strict=True) if name not in names]
        boards = len({_board(hit) for hit in inside})
        sure = asked.properly(name) and not any(_says(name, hit) for hit in others)
        if boards < fewest and (sure or inside[0] is hits[0]):
            best, fewest = Scope(inside, sure), boards
    return best


def folder_first(question: str, hits: Sequence[Hit], weights: Weights = WEIGHTS) -> list[Hit]:
    """Return `hits`, best first, with those of the folder that `question` names raised."""
    inside = scope_of(question, hits).hits
    if len(inside) == len(hits):
        return inside
    ids = {hit.id for hit in inside}
    return ranked(hit.raised(weights.folder) if hit.id in ids else hit for hit in hits)


def named_among(question: str, folders: Iterable[PurePosixPath]) -> list[str]:
    """Return the paths of those of `folders` that `question` names, at most MOST."""
    asked = _Names(question)
    named = (str(one) for one in folders if any(map(asked.name, _words(one.name))))
    return list(islice(named, MOST))


class _Names:
    """What a question may call by its name."""

    def __init__(self, question: str) -> None:
        text = simplified(unicodedata.normalize("NFC", question))
        self._signs = "".join(_SIGNS.findall(text))
        words = list(_WORD.finditer(text))
        self._words = {word[0].casefold() for word in words}
        # Where no word is small, capitals say nothing; nor do they of the word that begins it all.
        small = self._signs or any(word.islower() for word in text.split())
        begin = -1 if self._signs else _BEGIN.match(text).end()  # type: ignore[union-attr]
        told = (word for word in words if small and word.start() != begin)
        self._proper = {word[0].casefold() for word in told if not word[0][0].islower()}

    def name(self, name: str) -> bool:
        """Whether the question holds this name of a folder."""
        return name in self._words or bool(_SIGNS.match(name) and name in self._signs)

    def properly(self, name: str) -> bool:
        """Whether it writes it as a proper name."""
        return name in self._proper


@lru_cache(maxsize=10_000)
def _words(name: str) -> frozenset[str]:
    """Return the words by which a folder of this name can be called."""
    name = simplified(unicodedata.normalize("NFC", name))
    found = {word.casefold() for form in (_WORD, _SIGNS) for word in form.findall(name)}
    return frozenset(word for word in found - STOP_WORDS if not _NO_NAME.fullmatch(word))


def _folder_names(hit: Hit) -> frozenset[str]:
    folders = folders_of(places_of(hit.payload.get("source") or ()))
    return frozenset().union(*(_words(folder.name) for folder in folders))


def _board(hit: Hit) -> str:
    return str(hit.payload["board"])


def _says(name: str, hit: Hit) -> bool:
    told = f"{hit.payload.get('title', '')}\n{hit.payload.get('text', '')}"
    return name in simplified(told).casefold()
