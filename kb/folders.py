"""The folder that a question names: "the hospital's audit", "at Alder", of boards kept apart so.

Boards of one team, client or project lie in a folder that is called like it. What its boards say
goes without that name, and other folders' boards may say much the same.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from kb.index.points import Hit, ranked
from kb.simplified import simplified
from kb.weights import WEIGHTS, Weights

_WORD = re.compile(r"[^\W\d_\u4e00-\u9fff]{4,}")
_SIGNS = re.compile(r"[\u4e00-\u9fff]{2,}")


def of_folder_named(question: str, hits: Sequence[Hit]) -> list[Hit]:
    """Return the hits whose folder `question` names, all where it names none.

    What some boards' folder is called and not all others', names it: as a proper name where nothing
    beyond the folder says it too, otherwise only if the best hit is from there. Of several the name
    that fewest boards go by. Chinese has no capitals: its names are never proper ones here.
    """
    question = simplified(question)
    words = _WORD.findall(question)
    proper = {word.casefold() for word in words if word[0] != word[0].lower()}
    folders = [folder_names(_folder(hit)) for hit in hits]
    best: list[Hit] = []
    asked = {word.casefold() for word in words}
    for name in sorted(set().union(*folders)):
        if name not in asked and not (_SIGNS.match(name) and name in question):
            continue
        inside = [hit for hit, names in zip(hits, folders, strict=True) if name in names]
        if len(inside) == len(hits) or (best and len(inside) >= len(best)):
            continue
        others = [hit for hit, names in zip(hits, folders, strict=True) if name not in names]
        alone = name in proper and not any(_says(name, hit) for hit in others)
        if alone or inside[0] is hits[0]:
            best = inside
    return best or list(hits)


def folder_first(question: str, hits: Sequence[Hit], weights: Weights = WEIGHTS) -> list[Hit]:
    """Return `hits`, best first, with those of the folder that `question` names raised."""
    inside = of_folder_named(question, hits)
    if len(inside) == len(hits):
        return inside
    ids = {hit.id for hit in inside}
    return ranked(hit.raised(weights.folder) if hit.id in ids else hit for hit in hits)


@lru_cache(maxsize=10_000)
def folder_names(folder: str) -> frozenset[str]:
    """Return the words that a folder's path is made of."""
    folder = simplified(folder)
    return frozenset(name.casefold() for form in (_WORD, _SIGNS) for name in form.findall(folder))


def _folder(hit: Hit) -> str:
    paths: Sequence[str] = hit.payload.get("source") or ("",)
    return paths[0].rpartition("/")[0]


def _says(name: str, hit: Hit) -> bool:
    return name in str(hit.payload.get("text", "")).casefold()
