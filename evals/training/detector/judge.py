"""Fits the judge of pairs: two hidden layers that weigh the evidence for a line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from evals.training.detector.answers import Answer
from ingest.extract.local.eyes.layout import FRAMES, KINDS
from ingest.extract.local.eyes.pairs import find_pairs

Array = npt.NDArray[Any]

_WIDTH = 48
_BATCH = 512
_FRAME_KINDS = [KINDS.index(kind) for kind in sorted(FRAMES)]


@dataclass(frozen=True)
class Evidence:
    """Features k×f of candidate pairs and what they are, k×2: an arrow, any line; 0 or 1."""

    features: Array
    true: Array


def evidence(answer: Answer) -> Evidence:
    """Return the candidates of one board."""
    nodes = np.nonzero(~np.isin(answer.seen.kinds, _FRAME_KINDS))[0]
    boxes, kinds = answer.seen.boxes[nodes], answer.seen.kinds[nodes]
    pairs = find_pairs(answer.maps.astype(np.float32), boxes, kinds)
    arrows, lines = true_links(answer)
    same = answer.same[nodes]
    true = []
    for source, target in pairs.places:
        link = (int(same[source]), int(same[target]))
        true.append((link in arrows, link in lines or link[::-1] in lines))
    return Evidence(pairs.features, np.array(true, np.float32).reshape(-1, 2))


def true_links(answer: Answer) -> tuple[set[tuple[int, int]], set[tuple[int, int]]]:
    """Return the (source, target) of every arrow, and of every line of any kind."""
    arrows, lines = set(), set()
    for line in answer.board.lines:
        link = (line.source, line.target)
        if min(link) < 0:
            continue
        lines.add(link)
        if line.heads >= 1:
            arrows.add(link)
        if line.heads == 2:
            arrows.add(link[::-1])
    return arrows, lines


def fit(parts: Iterable[Evidence], *, rounds: int = 30, seed: int = 0) -> dict[str, Array]:
    """Return the weights of the judge, as `pairs.Judge` reads them."""
    torch.manual_seed(seed)
    kept = [part for part in parts if len(part.features)]
    x = torch.from_numpy(np.concatenate([part.features for part in kept]))
    y = torch.from_numpy(np.concatenate([part.true for part in kept]))
    mean, spread = x.mean(0), x.std(0) + 1e-3
    x = (x - mean) / spread
    net = nn.Sequential(
        nn.Linear(x.shape[1], _WIDTH), nn.ReLU(), nn.Dropout(0.1),
        nn.Linear(_WIDTH, _WIDTH), nn.ReLU(), nn.Linear(_WIDTH, 2),
    )  # fmt: skip
    optimiser = torch.optim.AdamW(net.parameters(), 2e-3, weight_decay=0.01)
    steps = rounds * (len(x) // _BATCH + 1)
    rate = torch.optim.lr_scheduler.OneCycleLR(optimiser, 4e-3, total_steps=steps + 1)
    for _ in range(rounds):
        for chosen in torch.split(torch.randperm(len(x)), _BATCH):
            _learn(net, optimiser, x[chosen], y[chosen])
            rate.step()
    names = {"0": "first", "3": "second", "5": "last"}
    weights = {
        f"{names[name.split('.')[0]]}.{name.split('.')[1]}": value.detach().numpy()
        for name, value in net.named_parameters()
    }
    return {**weights, "mean": mean.numpy(), "spread": spread.numpy()}


def _learn(net: nn.Module, optimiser: torch.optim.Optimizer, x: Tensor, y: Tensor) -> None:
    loss = functional.binary_cross_entropy_with_logits(net(x), y)
    optimiser.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    optimiser.step()


def save(weights: dict[str, Array], path: Path) -> None:
    """Write the weights as an ``.npz`` file."""
    np.savez(path, **{name: value.astype(np.float32) for name, value in weights.items()})  # type: ignore[arg-type]
