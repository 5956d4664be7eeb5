"""What goes into an index and what comes out: plain shapes, the same for every engine."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Dense = NDArray[np.float32] | Sequence[float]
Payload = dict[str, Any]

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:kb:unit")


class Sparse(NamedTuple):
    """A sparse vector: term numbers, ascending and unique, and a weight for each."""

    indices: list[int]
    values: list[float]

    def __bool__(self) -> bool:
        return bool(self.indices)


@dataclass
class Point:
    """One unit in the index.

    Attributes:
        id: a UUID; `point_id` makes it.
        dense: unit vector of the index's dimension.
        sparse: term weights; may be empty.
        payload: needs ``workspace`` and ``board``; what a search filters by is ``unit, kinds,
            tags, colors, at`` (Unix seconds) and ``source`` (list of paths). JSON values only.
    """

    id: str
    dense: Dense
    sparse: Sparse
    payload: Payload


class Hit(NamedTuple):
    """A unit found; a tuple, since a search makes hundreds.

    Attributes:
        score: both searches joined, see `kb.index.fusion`.
        dense: cosine to the question, freed from the bias of language where means are known.
        sparse: share of the question's words that it holds, by rarity; None if it shares none.
        named: share of them that stand in its board's title or path.
        foreign: whether it is in another language than the question.
        long: how much more words count in it than in a short text.
        crossed: share of the question's words that it holds by a translation, by rarity; once all
            is weighed, with that of its board.
    """

    id: str
    score: float
    payload: Payload
    dense: float | None = None
    sparse: float | None = None
    named: float = 0.0
    foreign: bool = False
    long: float = 1.0
    crossed: float = 0.0

    def raised(self, by: float) -> Hit:
        """Return the hit with so much more score."""
        return self._replace(score=self.score + by) if by else self


def ranked(hits: Iterable[Hit]) -> list[Hit]:
    """Sort by score; equal ones in the order of their ids."""
    return sorted(hits, key=lambda hit: (-round(hit.score, 6), hit.id))


@dataclass(frozen=True)
class Where:
    """A condition on one payload field: any of the values, or within the bounds (inclusive)."""

    key: str
    any: tuple[str, ...] = ()
    gte: float | None = None
    lte: float | None = None


@dataclass(frozen=True)
class Search:
    """One nearest-neighbour search; `using` is "dense" or "sparse"."""

    using: str
    vector: Dense | Sparse
    where: tuple[Where, ...]
    limit: int


@dataclass(frozen=True)
class Look:
    """A direction that the units found are held against, where they meet a condition."""

    vector: Dense
    where: tuple[Where, ...] = ()


class Seen(NamedTuple):
    """A unit as a question sees it.

    Attributes:
        sparse: its term weights; may be empty.
        cosines: of its dense vector to the looks whose condition it meets, in their order.
    """

    id: str
    payload: Payload
    sparse: Sparse
    cosines: Sequence[float]


@dataclass(frozen=True)
class About:
    """What an index knows of itself; kept beside the points.

    Attributes:
        fingerprint: of the embedder whose vectors it holds.
        dim: of those vectors.
    """

    fingerprint: str
    dim: int


def point_id(workspace: str, board: str, unit: str) -> str:
    """Return the id of a unit: the same whenever it is put again."""
    return str(uuid.uuid5(_NAMESPACE, "\x1f".join((workspace, board, unit))))
