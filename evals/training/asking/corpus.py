"""Questions with the units that answer them, as numbers of rows in one matrix of vectors."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evals.training.questions.arrays import read_arrays, write_arrays

Vector = NDArray[np.float32]
Rows = list[int]


@dataclass(frozen=True)
class Asked:
    """One wording, and the units that are right for it.

    Attributes:
        language: whose mean is taken from its vector.
        nodes: all of these are wanted; of the rows of one, any will do.
        starts: nodes that the question names, likewise.
        boards: all units of each board that is wanted, of its alternatives together.
        same: rows that say elsewhere what a right node says: neither right nor wrong.
    """

    text: str
    language: str
    category: str
    nodes: list[Rows]
    starts: list[Rows]
    boards: list[Rows]
    same: Rows


@dataclass(frozen=True)
class Corpus:
    """All units of a store, and what is asked of them.

    Attributes:
        vectors: freed from their language, of length 1: (units, dim).
        boards: id of the board of each unit.
        means: by language, what is taken from a question's vector.
    """

    vectors: Vector
    boards: list[str]
    means: dict[str, Vector]
    asked: list[Asked]

    def centres(self, batch: list[Asked]) -> Vector:
        """Return what is taken from the vector of each question: (questions, dim)."""
        nothing = np.zeros(self.vectors.shape[1], np.float32)
        return np.stack([self.means.get(one.language, nothing) for one in batch])

    def save(self, path: Path) -> None:
        """Write it to `path`."""
        languages = sorted(self.means)
        means = np.array([self.means[one] for one in languages], np.float32)
        about = {
            "boards": self.boards,
            "languages": languages,
            "asked": [asdict(one) for one in self.asked],
        }
        write_arrays(path, {"vectors": self.vectors, "means": means}, about)


def load_corpus(path: Path) -> Corpus:
    """Read what `Corpus.save` wrote."""
    arrays, about = read_arrays(path)
    return Corpus(
        vectors=arrays["vectors"],
        boards=about["boards"],
        means=dict(zip(about["languages"], arrays["means"], strict=True)),
        asked=[Asked(**one) for one in about["asked"]],
    )
