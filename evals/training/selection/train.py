"""The loop: rounds over all questions, AdamW, the rate along one cycle."""

from __future__ import annotations

import math
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from evals.extraction.progress import shown
from evals.training.selection.batches import all_rows, batches, padded, some_rows
from evals.training.selection.laid import Laid
from evals.training.selection.loss import loss, truth
from evals.training.selection.measure import judged, told
from kb.answer.selection.net import NetSize, SelectorNet

_STEEPEST = 1.0  # norm of a gradient; steeper ones are cut
_HEAD = 32  # numbers of an attention head


@dataclass(frozen=True)
class Plan:
    """How to train.

    `rate` is the highest learning rate; `drop` the share of wrong boards that a question is shown
    without; `width`, `layers` and `dropout` are the net's.
    """

    rounds: int = 12
    rate: float = 1e-3
    batch: int = 12
    drop: float = 0.3
    width: int = 128
    layers: int = 3
    dropout: float = 0.15
    seed: int = 1


class Trainer:
    """A selector net in training."""

    def __init__(self, laid: Sequence[Laid], plan: Plan) -> None:
        self.laid, self.plan = laid, plan
        torch.manual_seed(plan.seed)
        self._rng = random.Random(plan.seed)
        self.net = SelectorNet(
            NetSize(
                dim=len(laid[0].vector),
                width=plan.width,
                heads=max(1, plan.width // _HEAD),
                layers=plan.layers,
                dropout=plan.dropout,
            )
        )
        self._optimiser = torch.optim.AdamW(self.net.parameters(), plan.rate, weight_decay=0.05)
        self._left = plan.rounds * math.ceil(len(laid) / plan.batch) - 1
        self._pace = torch.optim.lr_scheduler.OneCycleLR(
            self._optimiser, plan.rate, total_steps=self._left + 1, pct_start=0.1
        )

    def round(self, name: str) -> float:
        """Learn from every question once; return the mean loss."""
        self.net.train()
        made = batches(self.laid, self.plan.batch, self._rng)
        losses = [self.step(batch) for batch in shown(made, len(made), name)]
        return sum(losses) / len(losses)

    def step(self, batch: Sequence[Laid]) -> float:
        """Take one step on a batch and return its loss."""
        drop = self.plan.drop
        kept = [some_rows(one, drop, self._rng) if drop else all_rows(one) for one in batch]
        sheet = padded(batch, kept)
        missed = loss(self.net(sheet), truth(batch, kept, sheet.row_mask.shape[1]))
        self._optimiser.zero_grad()
        missed.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.net.parameters(), _STEEPEST)
        self._optimiser.step()
        if self._left > 0:
            self._pace.step()
            self._left -= 1
        return float(missed.detach())


def train(
    laid: Sequence[Laid], val: Sequence[Laid], plan: Plan, trained: Path, start: Path | None = None
) -> None:
    """Train, say after each round how it does on `val`, and write what was trained.

    `start` is what an earlier training wrote, to go on from; its net must be as large.
    """
    trainer = Trainer(laid, plan)
    if start is not None:
        trainer.net.load_state_dict(torch.load(start, weights_only=True)["state"])
        sys.stdout.write(f"start\n{told(judged(trainer.net, val))}")
    weights = sum(one.numel() for one in trainer.net.parameters())
    sys.stdout.write(
        f"{len(laid)} questions, {len(val)} to judge by, {weights / 1e6:.2f} million weights\n"
    )
    for number in range(1, plan.rounds + 1):
        missed = trainer.round(f"round {number} of {plan.rounds}")
        sys.stdout.write(f"round {number} loss {missed:.3f}\n{told(judged(trainer.net, val))}")
        sys.stdout.flush()
        trained.parent.mkdir(parents=True, exist_ok=True)
        torch.save({"state": trainer.net.state_dict(), "size": trainer.net.about()}, trained)


def parted(laid: Sequence[Laid]) -> tuple[list[Laid], list[Laid]]:
    """Return what to train on and what to judge by: a quarter of the organisations."""
    companies = sorted({one.company for one in laid})
    random.Random(0).shuffle(companies)
    out = set(companies[: max(1, len(companies) // 4)])
    return [one for one in laid if one.company not in out], [
        one for one in laid if one.company in out
    ]
