"""The loop: batches of crops, AdamW, a running mean of the weights, checkpoints to go on from."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from evals.training.course import Course, device_of
from evals.training.detector.augment import crops
from evals.training.detector.boards import Board
from evals.training.detector.held import Held, held
from evals.training.detector.losses import WEIGHTS, losses
from evals.training.detector.net import Net
from evals.training.detector.store import KeptBoards
from evals.training.detector.targets import targets

START = Path(__file__).parent / "start.pt"  # the weights of today, to go on from


@dataclass(frozen=True)
class Plan:
    """How to train.

    `rate` is the highest learning rate, it falls to 0 along a cosine; `size` of a crop in pixels;
    `real`: share of the crops that are of real boards. The course ends after `steps` or `minutes`,
    whichever comes first.
    """

    steps: int
    rate: float = 2.2e-3
    batch: int = 8
    size: int = 512
    real: float = 0.55
    seed: int = 7
    threads: int = 2
    device: str = "cpu"
    minutes: float = math.inf


class Crops:
    """Endless batches of random crops with their targets, made while the net learns from others.

    Every board comes up before one comes up again; boards that are drawn meanwhile join in.
    """

    def __init__(self, real: Sequence[Board], drawn: Sequence[Board], plan: Plan) -> None:
        self.groups = [group for group in (real, drawn) if group]
        self.plan = plan
        self._held: list[dict[int, Held]] = [{} for _ in self.groups]
        self._turns: list[list[int]] = [[] for _ in self.groups]

    def __iter__(self) -> Iterator[dict[str, Tensor]]:
        """Yield ``picture`` (b×2×h×w) and the maps of `targets`, on the device of the plan."""
        rng = np.random.default_rng(self.plan.seed)
        chance = torch.Generator(self.plan.device).manual_seed(self.plan.seed)
        with ThreadPoolExecutor(1) as ahead:
            coming = ahead.submit(self._batch, rng, chance)
            while True:
                batch = coming.result()
                coming = ahead.submit(self._batch, rng, chance)
                yield batch

    def _batch(self, rng: np.random.Generator, chance: torch.Generator) -> dict[str, Tensor]:
        boards = [self._next(rng) for _ in range(self.plan.batch)]
        with torch.no_grad():
            pictures, matrices = crops(boards, self.plan.size, rng, chance)
            return {"picture": pictures, **targets(boards, matrices, self.plan.size)}

    def _next(self, rng: np.random.Generator) -> Held:
        g = 0 if len(self.groups) == 1 or rng.random() < self.plan.real else 1
        boards, turns, known = self.groups[g], self._turns[g], self._held[g]
        if not turns:
            if isinstance(boards, KeptBoards):
                boards.refresh()
            turns += rng.permutation(len(boards)).tolist()
        place = turns.pop()
        if place in known:
            return known[place]
        board = held(boards[place], self.plan.device)
        if self.plan.device != "cpu":  # its memory is large, and disks are far from it
            known[place] = board
        return board


class Trainer(Course):
    """A net in training. `folder` holds ``last.pt``, which `resume` goes on from."""

    def __init__(self, plan: Plan, folder: Path) -> None:
        torch.manual_seed(plan.seed)
        torch.set_num_threads(plan.threads)
        torch.backends.cudnn.benchmark = True  # all crops are of one size
        net = Net().to(plan.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        optimiser = torch.optim.AdamW(_groups(net), plan.rate, betas=(0.9, 0.98))
        self.plan = plan
        super().__init__(net, optimiser, folder, keep=0.998, minutes=plan.minutes)

    def start_from(self, weights: Path) -> None:
        """Start from trained `weights` in any precision, such as `START`."""
        known = torch.load(weights, weights_only=True, map_location=self.plan.device)
        self.net.load_state_dict({**self.net.state_dict(), **known})
        self.mean = {name: value.clone() for name, value in self.net.state_dict().items()}

    def train(self, batches: Crops) -> None:
        """Train up to the last step and write ``weights.pt``."""
        self.net.train()
        self.run(batches, self.plan.steps)
        torch.save(self.mean, self.folder / "weights.pt")

    def learn(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        """Take one step on a batch of `Crops`."""
        self.set_rate(self.plan.rate, self.plan.steps)
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
