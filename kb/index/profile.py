"""What the units of one workspace are like: their languages, how rare words are, their folders.

Rarities and means are estimated from the first units of each language in the order of their ids.
Ids are hashes, so that is a random sample, and one that depends on what is in the index now and on
nothing else: units that were deleted leave no trace in it, and no other workspace is looked at.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from kb.index.driver import Conditions, Driver
from kb.index.folders import ByName, by_name
from kb.index.points import Point
from kb.index.scope import LANGUAGE, PLACES, in_language

SAMPLE = 1_000  # units of each language
UNSEEN = 0.3  # how often a word that the sample lacks is thought to stand in one of that size

Vector = NDArray[np.float32]


@dataclass(frozen=True)
class Profile:
    """Languages, words and folders of a workspace.

    Attributes:
        counts: units by language.
        sampled: units by language that were looked at.
        means: mean vector of those, by language.
        units: estimated number of units that hold a term, by its number.
        folders: paths of those that its boards lie in, by the words that each is called by.
    """

    counts: Mapping[str, int] = field(default_factory=dict)
    sampled: Mapping[str, int] = field(default_factory=dict)
    means: Mapping[str, Vector] = field(default_factory=dict)
    units: Mapping[int, float] = field(default_factory=dict)
    folders: ByName = field(default_factory=dict)

    @property
    def total(self) -> int:
        """How many units there are."""
        return sum(self.counts.values())

    def rarity(self, term: int) -> float:
        """Return the inverse document frequency of a term (BM25's, never negative)."""
        total = self.total
        seen = sum(self.sampled.values())
        guess = UNSEEN * total / seen if total > seen else 0.0
        held = max(self.units.get(term, 0.0), guess)
        return math.log(1 + (total - min(held, total) + 0.5) / (held + 0.5))


def profile_of(driver: Driver, where: Conditions) -> Profile:
    """Look at a sample of the units that `where` admits."""
    counts = driver.facet(LANGUAGE, where)
    sampled: dict[str, int] = {}
    means: dict[str, Vector] = {}
    units: dict[int, float] = {}
    for language, count in counts.items():
        spoken = in_language(where, language)
        sample = list(islice(driver.scroll(spoken, payload=False), SAMPLE))
        if not sample:  # deleted meanwhile
            continue
        sampled[language] = len(sample)
        vectors = np.array([point.dense for point in sample], np.float32)
        means[language] = np.asarray(vectors.mean(axis=0), np.float32)
        for term, held in _terms(sample).items():
            units[term] = units.get(term, 0.0) + held * count / len(sample)
    return Profile(counts, sampled, means, units, by_name(driver.facet(PLACES, where)))


def _terms(points: Iterable[Point]) -> Counter[int]:
    return Counter(term for point in points for term in point.sparse.indices)
