"""The loop: batches of crops, AdamW, a running mean of the weights, checkpoints to go on from."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, IterableDataset

from evals.training.detector.augment import crop
from evals.training.detector.boards import Board
from evals.training.detector.losses import WEIGHTS, losses
from evals.training.detector.net import Net
from evals.training.detector.targets import Targets, targets

_REAL_SHARE = 0.55  # of the crops
START = Path(__file__).parent / "start.pt"  # the weights of today, to go on from
_WARM_UP = 150  # steps
_SAVE_EVERY_S = 180.0
_SAY_EVERY = 50


@dataclass(frozen=True)
class Plan:
    """How to train.

    `rate` is the highest learning rate, it falls to 0 along a cosine; `size` of a crop in pixels.
    """

    steps: int
    rate: float = 2.2e-3
    batch: int = 8
    size: int = 512
    seed: int = 7
    threads: int = 2


class Crops(IterableDataset[dict[str, Tensor]]):
    """Endless random crops with their targets; every board comes up before one comes up again."""

    def __init__(
        self, real: Sequence[Board], drawn: Sequence[Board], seed: int, size: int = Plan.size
    ) -> None:
        self.groups = [group for group in (real, drawn) if group]
        self.seed, self.size = seed, size

    def __iter__(self) -> Iterator[dict[str, Tensor]]:
        """Yield ``picture`` (2×h×w) and the fields of `Targets`."""
        rng = np.random.default_rng(self.seed)
        turns: list[list[int]] = [[] for _ in self.groups]
        while True:
            g = 0 if len(self.groups) == 1 or rng.random() < _REAL_SHARE else 1
            if not turns[g]:
                turns[g] = rng.permutation(len(self.groups[g])).tolist()
            board = self.groups[g][turns[g].pop()]
            picture, matrix = crop(board, self.size, rng)
            true = targets(board, matrix, self.size)
            maps = {f.name: np.asarray(getattr(true, f.name), np.float32) for f in fields(Targets)}
            tensors = {
                name: torch.from_numpy(np.asarray(m, np.float32)) for name, m in maps.items()
            }
            yield {"picture": torch.from_numpy(picture), **tensors}


class Trainer:
    """A net in training. `folder` holds ``last.pt``, which `resume` goes on from."""

    def __init__(self, plan: Plan, folder: Path) -> None:
        torch.manual_seed(plan.seed)
        torch.set_num_threads(plan.threads)
        self.plan, self.folder, self.step = plan, folder, 0
        self.net = Net().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.mean = {name: value.clone() for name, value in self.net.state_dict().items()}
        self.optimiser = torch.optim.AdamW(_groups(self.net), plan.rate, betas=(0.9, 0.98))

    def resume(self) -> None:
        """Go on from ``last.pt``, if there is one."""
        path = self.folder / "last.pt"
        if path.exists():
            state = torch.load(path, weights_only=True)
            self.net.load_state_dict(state["net"])
            self.optimiser.load_state_dict(state["optimiser"])
            self.mean, self.step = state["mean"], state["step"]

    def start_from(self, weights: Path) -> None:
        """Start from trained `weights` in any precision, such as `START`."""
        self.net.load_state_dict(torch.load(weights, weights_only=True))
        self.mean = {name: value.clone() for name, value in self.net.state_dict().items()}

    def run(self, crops: Crops) -> None:
        """Train up to the last step; say how it goes; save now and then and at the end."""
        loader = DataLoader(crops, self.plan.batch, num_workers=1, prefetch_factor=4)
        self.net.train()
        begin, first, saved = time.monotonic(), self.step, time.monotonic()
        sums: dict[str, float] = {}
        for batch in loader:
            for name, value in self._learn(batch).items():
                sums[name] = sums.get(name, 0.0) + value
            if self.step % _SAY_EVERY == 0:
                self._say(sums, (time.monotonic() - begin) / (self.step - first))
                sums = {}
            if self.step >= self.plan.steps:
                break
            if time.monotonic() - saved > _SAVE_EVERY_S:
                self._save()
                saved = time.monotonic()
        self._save()
        torch.save(self.mean, self.folder / "weights.pt")

    def _learn(self, batch: dict[str, Tensor]) -> dict[str, float]:
        plan = self.plan
        fall = 0.5 + 0.5 * math.cos(math.pi * min(1.0, self.step / plan.steps))
        for group in self.optimiser.param_groups:
            group["lr"] = plan.rate * min(1.0, (self.step + 1) / _WARM_UP) * fall + 1e-6
        picture = batch["picture"].contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16):
            maps = self.net(picture)
        parts = losses(maps, batch)
        loss = torch.stack([WEIGHTS[name] * part for name, part in parts.items()]).sum()
        self.optimiser.zero_grad(set_to_none=True)
        self.step += 1
        if torch.isfinite(loss):
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(self.net.parameters(), 5.0)
            self.optimiser.step()
            self._follow()
        return {name: float(part.detach()) for name, part in parts.items()}

    def _follow(self) -> None:
        keep = min(0.998, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for name, value in self.net.state_dict().items():
                if value.dtype.is_floating_point:
                    self.mean[name].lerp_(value, 1 - keep)
                else:
                    self.mean[name].copy_(value)

    def _say(self, sums: dict[str, float], pace: float) -> None:
        left = pace * (self.plan.steps - self.step) / 60
        parts = " ".join(f"{name} {value / _SAY_EVERY:.3f}" for name, value in sums.items())
        sys.stdout.write(f"step {self.step} {pace:.2f} s/step, {left:.0f} min left: {parts}\n")
        sys.stdout.flush()

    def _save(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        state = {
            "net": self.net.state_dict(), "optimiser": self.optimiser.state_dict(),
            "mean": self.mean, "step": self.step,
        }  # fmt: skip
        unfinished = self.folder / "last.unfinished"
        torch.save(state, unfinished)
        unfinished.replace(self.folder / "last.pt")


def _groups(net: nn.Module) -> list[dict[str, Any]]:
    """Weights decay, biases and norms don't."""
    return [
        {"params": [p for p in net.parameters() if p.ndim > 1], "weight_decay": 0.05},
        {"params": [p for p in net.parameters() if p.ndim <= 1], "weight_decay": 0.0},
    ]
