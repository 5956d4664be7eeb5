"""An embedder without a model: fast, deterministic, and near for texts that share words.

For tests that are about the store, not about meaning; those about meaning use the real one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kb.embed.embedder import Asked
from kb.embed.lower import States
from kb.text import terms_of

DIM = 64


class HashedWords:
    """Each term adds a fixed random direction; vectors are normalised."""

    dim = DIM
    fingerprint = "hashed-words-1"
    taught = False

    def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.array([self.query(text) for text in texts], np.float32).reshape(-1, DIM)

    def query(self, text: str) -> NDArray[np.float32]:
        total = np.zeros(DIM, np.float64)
        for term in [*terms_of(text), text]:
            total += _direction(term)
        return (total / np.linalg.norm(total)).astype(np.float32)

    def asked(self, text: str) -> Asked:
        vector = self.query(text)
        return Asked(vector, vector[None])

    def lower(self) -> HashedStates:
        return HashedStates()


class HashedStates:
    """Lower layers without a model: a fixed random state for each term."""

    def asked(self, questions: Sequence[str]) -> list[States]:
        return [_states(["<s>", *terms_of(question), "</s>"]) for question in questions]

    def rows(self, texts: Sequence[str]) -> list[States]:
        return [_states(terms_of(text)) for text in texts]


def _states(terms: Sequence[str]) -> States:
    return np.array([_direction(term) for term in terms], np.float16).reshape(-1, DIM)


def _direction(term: str) -> NDArray[np.float64]:
    seed = int.from_bytes(hashlib.sha256(term.encode()).digest()[:8], "little")
    return np.random.default_rng(seed).normal(size=DIM)
