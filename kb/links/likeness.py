"""The names of a few boards against all names of their workspace, as matrices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from kb.links.meaning import unpacked
from kb.links.names import ACROSS, MISSPELT, WITHIN, Judgement, judge, names_a_thing
from kb.text import language_of

MOST = 12  # suggestions that one new name brings
LEAST = 0.7  # likeness of letters that is worth knowing; below it counts as none


class Likeness:
    """How alike names are, by letters and by meaning.

    Args:
        mine: names of the boards at hand.
        stored: every name of the workspace, `mine` included, with its packed vector; one without
            is left out, its board is still to come.
        dim: of the vectors.
    """

    def __init__(self, mine: Sequence[str], stored: Mapping[str, bytes], dim: int) -> None:
        self.mine = list(mine)
        self.all = sorted(key for key, vector in stored.items() if vector)
        self._vectors = unpacked([stored[key] for key in self.all], dim)

    @cached_property
    def _rows(self) -> NDArray[np.intp]:
        place = {key: i for i, key in enumerate(self.all)}
        return np.array([place[key] for key in self.mine], np.intp)

    @cached_property
    def meaning(self) -> NDArray[np.float32]:
        """Likeness of meaning, shape (mine, all)."""
        return np.asarray(self._vectors[self._rows] @ self._vectors.T)

    @cached_property
    def spelling(self) -> NDArray[np.float32]:
        """Likeness of letters, shape (mine, all), 0 where below LEAST."""
        from rapidfuzz import fuzz, process

        found = process.cdist(
            self.mine, self.all, scorer=fuzz.ratio, score_cutoff=LEAST * 100, dtype=np.float32
        )
        return np.asarray(found / 100)

    def like(self, row: int) -> list[str]:
        """Return the names spelt like one of mine, itself included."""
        return [self.all[i] for i in np.flatnonzero(self.spelling[row] >= LEAST)]

    def candidates(self) -> Iterator[tuple[int, int]]:
        """Give (row, column) of names that letters or meaning bring near enough to judge."""
        theirs = np.array([_language(key) for key in self.all])
        for row, key in enumerate(self.mine):
            if not _names_a_thing(key):
                continue
            own = _language(key)
            across = (theirs != own) & (theirs != "") & (own != "")
            least = np.where(across, ACROSS[0], WITHIN[0])
            near = (self.meaning[row] >= least) | (self.spelling[row] >= MISSPELT)
            for column in np.flatnonzero(near):
                if self.all[column] != key and _names_a_thing(self.all[column]):
                    yield row, int(column)


def judged(likeness: Likeness, fresh: Collection[str]) -> dict[tuple[str, str], Judgement]:
    """Judge each pair of names (in order) of which one is fresh; the others were judged before.

    Of one fresh name the MOST likely pairs are kept, so that suggestions grow with the names and
    not with their square.
    """
    new = set(fresh)
    found: dict[tuple[str, str], Judgement] = {}
    for row, column in likeness.candidates():
        a, b = sorted((likeness.mine[row], likeness.all[column]))
        if (a, b) in found or not {a, b} & new:
            continue
        spelling, meaning = likeness.spelling[row, column], likeness.meaning[row, column]
        if (judgement := judge(a, b, float(spelling), float(meaning))) is not None:
            found[a, b] = judgement
    ranked = sorted(found, key=lambda pair: (-found[pair].score, pair))
    kept: Counter[str] = Counter()
    best = {}
    for pair in ranked:
        if any(kept[name] < MOST for name in set(pair) & new):
            best[pair] = found[pair]
            kept.update(pair)
    return best


_language = lru_cache(maxsize=200_000)(language_of)
_names_a_thing = lru_cache(maxsize=200_000)(names_a_thing)
