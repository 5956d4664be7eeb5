"""Takes the language out of vectors, so that questions meet answers in another language.

A vector of a multilingual model is roughly language + meaning. Most of a language's mean vector is
subtracted from each text in it and the rest brought to length 1. For units of one language the
cosine to a question q is then ``(q·d - q·c) / |d - c|`` with c the same for all of them: searching
each language by q finds the right candidates with vectors as they are stored, and the exact value
is computed for those alone, from their cosines to q and to c.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from kb.index.points import Dense, Look, Point, Seen, Where
from kb.index.profile import Profile
from kb.index.scope import LANGUAGE

SHORT = 1e-3  # a vector so short has no direction beside the rounding of numbers
PRIOR = 32.0  # units that the model's own means count as, beside those of the workspace

Vector = NDArray[np.float32]


@dataclass(frozen=True)
class Means:
    """A model's mean vectors by language, of questions and of what is to be found.

    Empty for a model that is not known: then nothing is taken away.
    """

    questions: Mapping[str, Vector] = field(default_factory=dict)
    passages: Mapping[str, Vector] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.questions)


@dataclass(frozen=True)
class Centres:
    """What is taken from the vectors of one workspace, by language: a share of each mean."""

    profile: Profile
    means: Means
    taken: float

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages to be searched one by one; () where all can be searched at once."""
        return tuple(self.profile.counts) if self.means and len(self.profile.counts) > 1 else ()

    def question(self, vector: Dense, language: str) -> Vector:
        """Return a question's vector without its language, of length 1."""
        plain = np.asarray(vector, np.float32)
        mean = self.means.questions.get(language)
        return _unit(plain if mean is None else plain - self.taken * mean)

    def passages(self) -> dict[str, Vector]:
        """Return what is taken from units, by language: nothing where no means are known."""
        languages = {*self.means.passages, *self.profile.means} if self.means else set()
        return {language: self._centre(language) for language in sorted(languages)}

    def _centre(self, language: str) -> Vector:
        """What is taken: of the mean of the workspace's units and of the model's own texts."""
        prior = self.means.passages.get(language)
        mean = self.profile.means.get(language)
        count = self.profile.sampled.get(language, 0)
        if prior is None or mean is None:
            known = prior if mean is None else mean
            return np.asarray(self.taken * np.asarray(known), np.float32)
        return np.asarray(self.taken * (PRIOR * prior + count * mean) / (PRIOR + count), np.float32)


class Sight:
    """What a question looks with, and what it makes of what it sees.

    Args:
        question: its vector, centred.
        view: the centres of the languages.
    """

    def __init__(self, question: Vector, view: Centres) -> None:
        self.looks = [Look(question)]
        self._centres: dict[str, tuple[float, float]] = {}
        for language, centre in view.passages().items():
            if (length := float(np.linalg.norm(centre))) > SHORT:
                self.looks.append(Look(centre, (Where(LANGUAGE, any=(language,)),)))
                self._centres[language] = (length, float(question @ centre))

    def cosine(self, unit: Seen) -> float:
        """Return the cosine of the question to a unit, both without their language."""
        if len(unit.cosines) == 1:  # of a language that nothing is taken from
            return unit.cosines[0]
        near, alike = unit.cosines
        length, aside = self._centres[str(unit.payload[LANGUAGE])]
        left = 1 + length * length - 2 * length * alike  # of the unit's vector, squared
        return (near - aside) / max(math.sqrt(max(left, 0.0)), SHORT)

    def seen(self, points: Sequence[Point]) -> list[Seen]:
        """Return stored units as an engine that looks this way would."""
        if not points:
            return []
        looks = _unit(np.array([look.vector for look in self.looks], np.float32))
        cosines = np.array([point.dense for point in points], np.float32) @ looks.T
        aside = {where.any[0]: at for at, look in enumerate(self.looks) for where in look.where}
        found = []
        for point, near in zip(points, cosines.tolist(), strict=True):
            at = aside.get(str(point.payload.get(LANGUAGE, "")))
            kept = near[:1] if at is None else [near[0], near[at]]
            found.append(Seen(point.id, point.payload, point.sparse, kept))
        return found


def _unit(vectors: Vector) -> Vector:
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(length, 1e-12), np.float32)
