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
from evals.training.detector.losses import WEIGHTS, losses
from evals.training.detector.net import Net
from evals.training.detector.placed import Placed, placed
from evals.training.detector.store import KeptBoards
from evals.training.detector.targets import targets
from kb.errors import WrongUse

START = Path(__file__).parent / "start.pt"  # the weights of today, to go on from
_SPARE = 8e9  # bytes of a GPU's memory that boards leave free, beside what the net has taken


@dataclass(frozen=True)
class Plan:
    """How to train.

    `rate` is the highest learning rate, it falls to 0 along a cosine; `size` of a crop in pixels;
    `real`: share of the crops that are of hdBPMN, `photos`: of photos of boards. The course ends
    after `steps` or `minutes`, whichever comes first. `threads` of the net; cutting crops takes as
    many beside them while it does so, which on a CPU come out of the same cores.
    """

    steps: int
    rate: float = 2.2e-3
    batch: int = 8
    size: int = 512
    real: float = 0.55
    photos: float = 0.0
    seed: int = 7
    threads: int = 2
    device: str = "cpu"
    minutes: float = math.inf


class Turns:
    """Boards by turns: every one comes up before one comes up again; those drawn meanwhile join in.

    Attributes:
        shown: places of the boards that came up.
    """

    def __init__(self, boards: Sequence[Board], device: str) -> None:
        self.shown: set[int] = set()
        self._boards, self._device = boards, device
        self._kept: dict[int, Placed] = {}
        self._left: list[int] = []

    def begin(self) -> None:
        """Begin a round anew."""
        self._left = []

    def next(self, rng: np.random.Generator) -> Placed | None:
        """Return the board whose turn it is, None where there is none at all."""
        if not self._left:
            if isinstance(self._boards, KeptBoards):
                self._boards.refresh()
            self._left = rng.permutation(len(self._boards)).tolist()
        if not self._left:
            return None
        place = self._left.pop()
        self.shown.add(place)
        if place in self._kept:
            return self._kept[place]
        board = placed(self._boards[place], self._device)
        if has_room(self._device):
            self._kept[place] = board
        return board


def has_room(device: str) -> bool:
    """Whether boards may stay on `device`: a GPU with memory to spare, which disks are far from."""
    return torch.device(device).type == "cuda" and torch.cuda.mem_get_info(device)[0] > _SPARE


class Crops:
    """Endless batches of random crops with their targets, made while the net learns from others.

    `begin`: steps that were made before; a training that goes on sees other crops than those.
    """

    def __init__(
        self,
        real: Sequence[Board],
        drawn: Sequence[Board],
        plan: Plan,
        begin: int = 0,
        photos: Sequence[Board] = (),
    ) -> None:
        self.plan = plan
        self.real, self.drawn = Turns(real, plan.device), Turns(drawn, plan.device)
        self.photos = Turns(photos, plan.device)
        self._seed = plan.seed + begin

    def __iter__(self) -> Iterator[dict[str, Tensor]]:
        """Yield ``picture`` (b×2×h×w) and the maps of `targets`, on the device of the plan.

        Raises:
            WrongUse: there is no board at all.
        """
        for group in (self.real, self.photos, self.drawn):
            group.begin()
        rng = np.random.default_rng(self._seed)
        chance = torch.Generator(self.plan.device).manual_seed(self._seed)
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

    def _next(self, rng: np.random.Generator) -> Placed:
        chance, plan = rng.random(), self.plan
        groups = [self.drawn, self.real]
        if chance < plan.real:
            groups.reverse()
        elif chance < plan.real + plan.photos:
            groups.insert(0, self.photos)
        for group in groups:
            board = group.next(rng)
            if board is not None:
                return board
        raise WrongUse("there are no boards to learn from", code="no_data")


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
