"""Weighs all evidence for a line between two nodes, beside that for other lines at its ends."""

from __future__ import annotations

from enum import IntEnum
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ingest.extract.local.eyes.pairs import Pairs

Array = npt.NDArray[Any]

USUAL = 4.0  # candidates at a node: what all of them say is told as a share of so many


class Joined(IntEnum):
    """What joins two nodes: the places of the judge's answers."""

    NOT = 0
    PLAIN = 1
    BOTH = 2  # one line with two heads
    TWO = 3  # an arrow each way
    THERE = 4
    BACK = 5


OTHER_WAY = [Joined.NOT, Joined.PLAIN, Joined.BOTH, Joined.TWO, Joined.BACK, Joined.THERE]


class Judge:
    """Layers that read every candidate from both its ends, and those that share a node.

    Weights from an ``.npz`` file. Candidates that share a node compete for its ink: after two
    layers each hears what is strongest, and what there is in all, at both its nodes (as in message
    passing, arXiv 1704.01212).
    """

    def __init__(self, weights: Path) -> None:
        with np.load(weights) as file:
            self._weights = {name: file[name].astype(np.float32) for name in file.files}

    def __call__(self, pairs: Pairs) -> Array:
        """Return how likely each of `Joined` is for the k `pairs`: k×6."""
        if len(pairs.places) == 0:
            return np.zeros((0, len(Joined)))
        there, back = self._read(pairs.there), self._read(pairs.back)
        strongest, sums = _heard(pairs.places, there, back)
        (a, b), last = pairs.places.T, self._last
        one = last(there, back, strongest[a], sums[a], strongest[b], sums[b])
        other = last(back, there, strongest[b], sums[b], strongest[a], sums[a])
        logits = (one + other[:, OTHER_WAY]) / 2
        share = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(share / share.sum(axis=1, keepdims=True))

    def _read(self, features: Array) -> Array:
        w = self._weights
        x = (features - w["mean"]) / w["spread"]
        for layer in ("first", "second"):
            x = np.maximum(x @ w[f"{layer}.weight"].T + w[f"{layer}.bias"], 0)
        return np.asarray(x)

    def _last(self, *parts: Array) -> Array:
        w = self._weights
        x = np.maximum(np.concatenate(parts, axis=1) @ w["third.weight"].T + w["third.bias"], 0)
        return np.asarray(x @ w["last.weight"].T + w["last.bias"])


def _heard(places: Array, there: Array, back: Array) -> tuple[Array, Array]:
    """Return for each node the strongest of what its candidates say, and their sum."""
    count = int(places.max()) + 1
    strongest, sums = (np.zeros((count, there.shape[1]), np.float32) for _ in range(2))
    for side, said in ((0, there), (1, back)):
        np.maximum.at(strongest, places[:, side], said)
        np.add.at(sums, places[:, side], said)
    return strongest, sums / USUAL
