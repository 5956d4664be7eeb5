"""The loop: batches of crops, AdamW, a running mean of the weights, checkpoints to go on from."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from evals.training.course import Course, device_of
from evals.training.detector.augment import crop
from evals.training.detector.boards import Board
from evals.training.detector.losses import WEIGHTS, losses
from evals.training.detector.net import Net
from evals.training.detector.targets import Targets, targets

_REAL_SHARE = 0.55  # of the crops
START = Path(__file__).parent / "start.pt"  # the weights of today, to go on from


@dataclass(frozen=True)
class Plan:
    """How to train.

    `rate` is the highest learning rate, it falls to 0 along a cosine; `size` of a crop in pixels;
    `workers` cut crops. The course ends after `steps` or `minutes`, whichever comes first.
    """

    steps: int
    rate: float = 2.2e-3
    batch: int = 8
    size: int = 512
    seed: int = 7
    threads: int = 2
    workers: int = 1
    device: str = "cpu"
    minutes: float = math.inf


class Crops(IterableDataset[dict[str, Tensor]]):
    """Endless random crops with their targets; every board comes up before one comes up again."""

    def __init__(
        self, real: Sequence[Board], drawn: Sequence[Board], seed: int, size: int = Plan.size
    ) -> None:
        self.groups = [group for group in (real, drawn) if group]
        self.seed, self.size = seed, size

    def __iter__(self) -> Iterator[dict[str, Tensor]]:
        """Yield ``picture`` (2×h×w) and the fields of `Targets`, in half precision."""
        worker = get_worker_info()
        rng = np.random.default_rng([self.seed, worker.id if worker else 0])
        turns: list[list[int]] = [[] for _ in self.groups]
        while True:
            g = 0 if len(self.groups) == 1 or rng.random() < _REAL_SHARE else 1
            if not turns[g]:
                turns[g] = rng.permutation(len(self.groups[g])).tolist()
            board = self.groups[g][turns[g].pop()]
            picture, matrix = crop(board, self.size, rng)
            true = targets(board, matrix, self.size)
            maps = {f.name: np.asarray(getattr(true, f.name), np.float16) for f in fields(Targets)}
            tensors = {name: torch.from_numpy(values) for name, values in maps.items()}
            yield {"picture": torch.from_numpy(picture.astype(np.float16)), **tensors}


class Trainer(Course):
    """A net in training. `folder` holds ``last.pt``, which `resume` goes on from."""

    def __init__(self, plan: Plan, folder: Path) -> None:
        torch.manual_seed(plan.seed)
        torch.set_num_threads(plan.threads)
        net = Net().to(plan.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        optimiser = torch.optim.AdamW(_groups(net), plan.rate, betas=(0.9, 0.98))
        self.plan = plan
        super().__init__(net, optimiser, folder, keep=0.998, minutes=plan.minutes)

    def start_from(self, weights: Path) -> None:
        """Start from trained `weights` in any precision, such as `START`."""
        known = torch.load(weights, weights_only=True, map_location=self.plan.device)
        self.net.load_state_dict({**self.net.state_dict(), **known})
        self.mean = {name: value.clone() for name, value in self.net.state_dict().items()}

    def train(self, crops: Crops) -> None:
        """Train up to the last step and write ``weights.pt``."""
        self.net.train()
        loader = DataLoader(
            crops, self.plan.batch, num_workers=self.plan.workers, prefetch_factor=4,
            pin_memory=self.plan.device != "cpu",
        )  # fmt: skip
        self.run(loader, self.plan.steps)
        torch.save(self.mean, self.folder / "weights.pt")

    def learn(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        """Take one step on a batch of `Crops`."""
        self.set_rate(self.plan.rate, self.plan.steps)
        batch = {
            name: b.to(self.plan.device, non_blocking=True).float() for name, b in batch.items()
        }
        picture = batch["picture"].contiguous(memory_format=torch.channels_last)
        with torch.autocast(device_of(self.net).type, torch.bfloat16):
            maps = self.net(picture)
        parts = losses(maps, batch)
        self.descend(torch.stack([WEIGHTS[name] * part for name, part in parts.items()]).sum())
        return parts


def _groups(net: nn.Module) -> list[dict[str, Any]]:
    """Weights decay, biases and norms don't."""
    return [
        {"params": [p for p in net.parameters() if p.ndim > 1], "weight_decay": 0.05},
        {"params": [p for p in net.parameters() if p.ndim <= 1], "weight_decay": 0.0},
    ]
