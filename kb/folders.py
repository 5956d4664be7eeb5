"""The folder that a question names: "the hospital's audit", "at Lanternpay".

Boards of one team, client or project lie in a folder that is called like it. What its boards say
goes without that name, and other folders' boards may say much the same.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kb.bilingual import ways_of
from kb.index.folders import SIGNS, WORD, ByName, folders_of, names_of, plain
from kb.index.points import Hit, ranked
from kb.index.scope import places_of
from kb.weights import WEIGHTS, Weights

MOST = 3  # folders that are looked into for one question, and that one name may be of
_BEGINNING = re.compile(r"(?:^|[.!?:;\n。！？：；])[^\w]*")


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

    A name is what the folders of some hits are called and not those of all. It is a proper name
    where it is written like one, no dictionary has it and no other hit says it; otherwise it counts
    only if the best hit is from there. Of several the name that fewest boards go by. Chinese has no
    capitals: its names are never proper ones.
    """
    asked = _Asked(question)
    called = {_board(hit): _names(hit) for hit in hits}
    best, fewest = Scope(list(hits)), len(called)
    for name in sorted(filter(asked.names, set().union(*called.values()))):
        boards = {board for board, names in called.items() if name in names}
        inside = [hit for hit in hits if _board(hit) in boards]
        others = (hit for hit in hits if _board(hit) not in boards)
        sure = asked.properly(name) and not any(_says(name, hit) for hit in others)
        if len(boards) < fewest and (sure or inside[0] is hits[0]):
            best, fewest = Scope(inside, sure), len(boards)
    return best


def folder_first(question: str, hits: Sequence[Hit], weights: Weights = WEIGHTS) -> list[Hit]:
    """Return `hits`, best first, with those of the folder that `question` names raised."""
    inside = scope_of(question, hits).hits
    if len(inside) == len(hits):
        return inside
    ids = {hit.id for hit in inside}
    return ranked(hit.raised(weights.folder) if hit.id in ids else hit for hit in hits)


def named_among(question: str, folders: ByName) -> list[str]:
    """Return the paths of those of `folders` that `question` names, at most MOST.

    Those with the rarest names first; a name of more than MOST folders tells none of them.
    """
    asked = _Asked(question)
    named = [name for name, paths in folders.items() if len(paths) <= MOST and asked.names(name)]
    named.sort(key=lambda name: (len(folders[name]), name))
    return list(dict.fromkeys(path for name in named for path in folders[name]))[:MOST]


class _Asked:
    """The words of a question that may be names."""

    def __init__(self, question: str) -> None:
        text = plain(question)
        self._signs = " ".join(SIGNS.findall(text))
        words = list(WORD.finditer(text))
        self._words = {word[0].casefold() for word in words}
        # Where no word is small, capitals say nothing; nor do they where a sentence begins.
        small = self._signs or any(word.islower() for word in text.split())
        begun = set() if self._signs else {one.end() for one in _BEGINNING.finditer(text)}
        told = (word for word in words if small and word.start() not in begun)
        self._proper = {word[0].casefold() for word in told if not word[0][0].islower()}

    def names(self, name: str) -> bool:
        """Whether it holds this name of a folder."""
        return name in self._words or (name in self._signs and bool(SIGNS.match(name)))

    def properly(self, name: str) -> bool:
        """Whether it writes it as a proper name, and it is no word of the dictionary."""
        return name in self._proper and not ways_of(name)


def _names(hit: Hit) -> frozenset[str]:
    places = hit.payload.get("places") or places_of(hit.payload.get("source") or ())
    folders = (folder.rpartition("/")[2] for folder in folders_of(places))
    return frozenset().union(*map(names_of, folders))


def _board(hit: Hit) -> str:
    return str(hit.payload["board"])


def _says(name: str, hit: Hit) -> bool:
    told = f"{hit.payload.get('title', '')}\n{hit.payload.get('text', '')}"
    return name in plain(told).casefold()
