"""Takes the language out of vectors, so that questions meet answers in another language.

A vector of a multilingual model is roughly language + meaning. Most of a language's mean vector is
subtracted from each text in it and the rest brought to length 1. For units of one language the
cosine to a question q is then ``(q·d - q·c) / |d - c|`` with c the same for all of them: searching
each language by q finds the right candidates with vectors as they are stored, and the exact value
is computed for those alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from kb.index.points import Dense, Point
from kb.index.profile import LANGUAGE, Profile

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

    def cosines(self, question: Vector, points: Sequence[Point]) -> Vector:
        """Return the cosines of a centred question to points, shape (len(points),)."""
        matrix = np.array([point.dense for point in points], np.float32)
        if self.means:
            spoken = [str(point.payload.get(LANGUAGE, "")) for point in points]
            centres = {language: self._centre(language) for language in set(spoken)}
            nothing = np.zeros(matrix.shape[1:], np.float32)
            matrix -= np.stack([nothing if (c := centres[one]) is None else c for one in spoken])
        return np.asarray(_unit(matrix) @ question, np.float32)

    def passages(self) -> dict[str, Vector]:
        """Return what is taken from units, by language: nothing where no means are known."""
        languages = {*self.means.passages, *self.profile.means} if self.means else set()
        centres = {language: self._centre(language) for language in sorted(languages)}
        return {language: one for language, one in centres.items() if one is not None}

    def _centre(self, language: str) -> Vector | None:
        """What is taken: of the mean of the workspace's units and of the model's own texts."""
        prior = self.means.passages.get(language)
        mean = self.profile.means.get(language)
        count = self.profile.sampled.get(language, 0)
        if prior is None or mean is None:
            known = prior if mean is None else mean
            return None if known is None else np.asarray(self.taken * known, np.float32)
        return np.asarray(self.taken * (PRIOR * prior + count * mean) / (PRIOR + count), np.float32)


def _unit(vectors: Vector) -> Vector:
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(length, 1e-12), np.float32)
