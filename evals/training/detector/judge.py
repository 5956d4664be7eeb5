"""Fits the judge of pairs, which weighs the evidence for a line between two nodes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from evals.training.detector.evidence import Evidence
from ingest.extract.local.eyes.judge import OTHER_WAY, USUAL, Joined

Array = npt.NDArray[Any]

_WIDTH = 64
_DROPOUT = 0.15
_RATE, _DECAY = 3e-3, 0.02
_BATCH = 8  # boards


class _Net(nn.Module):
    """`ingest.extract.local.eyes.judge.Judge`, to be taught."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(features, 2 * _WIDTH), nn.Linear(2 * _WIDTH, _WIDTH)
        self.third, self.last = nn.Linear(6 * _WIDTH, _WIDTH), nn.Linear(_WIDTH, len(Joined))

    def forward(self, places: Tensor, there: Tensor, back: Tensor) -> Tensor:
        """Return logits k×6."""
        there, back = self._read(there), self._read(back)
        nodes = torch.cat([places[:, 0], places[:, 1]])
        said = torch.cat([there, back])
        empty = said.new_zeros(int(nodes.max()) + 1, _WIDTH)
        strongest = empty.scatter_reduce(0, nodes[:, None].expand_as(said), said, "amax")
        sums = empty.index_add(0, nodes, said) / USUAL
        a, b = places.T
        one = self._last(there, back, strongest[a], sums[a], strongest[b], sums[b])
        other = self._last(back, there, strongest[b], sums[b], strongest[a], sums[a])
        return (one + other[:, OTHER_WAY]) / 2

    def _read(self, x: Tensor) -> Tensor:
        x = functional.dropout(functional.relu(self.first(x)), _DROPOUT, self.training)
        return functional.relu(self.second(x))

    def _last(self, *parts: Tensor) -> Tensor:
        x = functional.relu(self.third(torch.cat(parts, dim=1)))
        out: Tensor = self.last(functional.dropout(x, _DROPOUT, self.training))
        return out


def fit(parts: Iterable[Evidence], *, rounds: int = 16, seed: int = 0) -> dict[str, Array]:
    """Return the weights of the judge, as `ingest.extract.local.eyes.judge.Judge` reads them.

    Raises ValueError where no board has candidates.
    """
    torch.manual_seed(seed)
    kept = [part for part in parts if len(part.places)]
    if not kept:
        raise ValueError("nothing to learn from: no two nodes of these boards may be joined")
    mean, spread = _scale(kept)
    net = _Net(len(mean))
    optimiser = torch.optim.AdamW(net.parameters(), _RATE, weight_decay=_DECAY)
    steps = rounds * -(-len(kept) // _BATCH)
    rate = torch.optim.lr_scheduler.OneCycleLR(optimiser, _RATE, total_steps=steps + 1)
    for _ in range(rounds):
        for chosen in torch.split(torch.randperm(len(kept)), _BATCH):
            *seen, true = _together([kept[place] for place in chosen.tolist()], mean, spread)
            loss = functional.cross_entropy(net(*seen), true)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            rate.step()
    weights = {name: value.detach().numpy() for name, value in net.named_parameters()}
    return {**weights, "mean": mean, "spread": spread}


def _scale(parts: Sequence[Evidence]) -> tuple[Array, Array]:
    """Return mean and spread of every feature, from both ends."""
    count = 2 * sum(len(part.places) for part in parts)
    sides = [side for part in parts for side in (part.there, part.back)]
    mean = np.sum([side.sum(axis=0, dtype=float) for side in sides], axis=0) / count
    squares = np.sum([((side - mean) ** 2).sum(axis=0) for side in sides], axis=0)
    return mean.astype(np.float32), (np.sqrt(squares / count) + 1e-3).astype(np.float32)


def _together(parts: Sequence[Evidence], mean: Array, spread: Array) -> list[Tensor]:
    """Return places, features from both ends and the truth of several boards as one."""
    firsts = np.cumsum([0, *(int(part.places.max()) + 1 for part in parts[:-1])])
    places = [part.places + first for part, first in zip(parts, firsts, strict=True)]
    sides = [
        np.concatenate([part.there for part in parts]),
        np.concatenate([p.back for p in parts]),
    ]
    true = np.concatenate([part.true for part in parts])
    scaled = [torch.from_numpy((side - mean) / spread) for side in sides]
    return [torch.from_numpy(np.concatenate(places)), *scaled, torch.from_numpy(true)]


def save(weights: dict[str, Array], path: Path) -> None:
    """Write the weights as an ``.npz`` file, in half precision."""
    halves = {name: value.astype(np.float16) for name, value in weights.items()}
    scales = {name: weights[name].astype(np.float32) for name in ("mean", "spread")}
    np.savez(path, **{**halves, **scales})  # type: ignore[arg-type]
