"""The loop: rounds over all questions, AdamW, the rate along one cycle."""

from __future__ import annotations

import math
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from evals.training.selection.batches import all_rows, batches, some_rows
from evals.training.selection.laid import Laid
from evals.training.selection.loss import loss, truth
from evals.training.selection.measure import told
from evals.training.upper.asked import judged, logits_of, skimmed
from evals.training.upper.batches import batch_of, to_read
from evals.training.upper.texts import Texts
from kb.answer.selection.logits import Logits
from kb.answer.selection.net import SelectorNet
from kb.answer.selection.upper import UpperLayers
from kb.embed.lower import LOWER

_STEEPEST = 1.0  # norm of a gradient; steeper ones are cut
_NAMES = {
    "attention.self.query": "query", "attention.self.key": "key", "attention.self.value": "value",
    "attention.output.dense": "dense", "attention.output.LayerNorm": "attended",
    "intermediate.dense": "up", "output.dense": "down", "output.LayerNorm": "fed",
}  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """How to train.

    `rate` is the highest learning rate of what is new, `upper` that of e5's layers; `share` of the
    questions that a round learns from; `drop` of the wrong boards that one is shown without.
    """

    rounds: int = 1
    share: float = 1.0
    rate: float = 5e-4
    upper: float = 1e-4
    batch: int = 12
    drop: float = 0.3
    seed: int = 1


def begun(bert: Any) -> UpperLayers:
    """Return upper layers as e5 has them."""
    upper = UpperLayers()
    for number, layer in enumerate(upper.layers):
        theirs = bert.encoder.layer[LOWER + number]
        for long, short in _NAMES.items():
            layer.get_submodule(short).load_state_dict(theirs.get_submodule(long).state_dict())
    return upper


class Trainer:
    """Upper layers in training."""

    def __init__(
        self, upper: UpperLayers, laid: Sequence[Laid], first: Sequence[Logits], texts: Texts,
        plan: Plan,
    ) -> None:  # fmt: skip
        self.laid, self.plan, self.texts, self.upper = laid, plan, texts, upper
        self._first = {id(one): said for one, said in zip(laid, first, strict=True)}
        torch.manual_seed(plan.seed)
        self._rng = random.Random(plan.seed)
        known = list(upper.layers.parameters())
        ids = {id(one) for one in known}
        new = [one for one in upper.parameters() if id(one) not in ids]
        groups = [{"params": new, "lr": plan.rate}, {"params": known, "lr": plan.upper}]
        self._optimiser = torch.optim.AdamW(groups, weight_decay=0.02)
        self._count = max(1, int(plan.share * len(laid)))
        self._left = plan.rounds * math.ceil(self._count / plan.batch) - 1
        self._pace = torch.optim.lr_scheduler.OneCycleLR(
            self._optimiser,
            [plan.rate, plan.upper],
            total_steps=self._left + 1,
            pct_start=0.08,
        )

    def round(self, name: str) -> float:
        """Learn from the questions of a round; return the mean loss."""
        self.upper.train()
        part = self._rng.sample(self.laid, self._count)
        made = batches(part, self.plan.batch, self._rng)
        losses: list[float] = []
        started = time.monotonic()
        for number, batch in enumerate(made, 1):
            losses.append(self.step(batch))
            if number % 50 == 0:
                sys.stdout.write(
                    f"{name}: {number} of {len(made)}, loss {np.mean(losses[-50:]):.3f}, "
                    f"{time.monotonic() - started:.0f} s\n"
                )
                sys.stdout.flush()
        return sum(losses) / len(losses)

    def step(self, batch: Sequence[Laid]) -> float:
        """Take one step on a batch and return its loss."""
        drop = self.plan.drop
        kept = [some_rows(one, drop, self._rng) if drop else all_rows(one) for one in batch]
        kept = [to_read(o, self._first[id(o)], keep) for o, keep in zip(batch, kept, strict=True)]
        read = batch_of(batch, kept, self.texts)
        true = truth(batch, kept, read.row_mask.shape[1])
        with torch.autocast("cpu", torch.bfloat16):
            said = self.upper(read)
        missed = loss(type(said)(*(one.float() for one in said)), true)
        self._optimiser.zero_grad()
        missed.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.upper.parameters(), _STEEPEST)
        self._optimiser.step()
        if self._left > 0:
            self._pace.step()
            self._left -= 1
        return float(missed.detach())


def train(
    upper: UpperLayers,
    laid: Sequence[Laid],
    val: Sequence[Laid],
    net: SelectorNet,
    texts: Texts,
    plan: Plan,
    trained: Path,
) -> None:
    """Train, say after each round how it does on `val`, and write what was trained."""
    trainer = Trainer(upper, laid, skimmed(net, laid), texts, plan)
    first = skimmed(net, val)
    for number in range(1, plan.rounds + 1):
        missed = trainer.round(f"round {number} of {plan.rounds}")
        found = judged(val, logits_of(upper, val, first, texts))
        sys.stdout.write(f"round {number} loss {missed:.3f}\n{told(found)}")
        sys.stdout.flush()
        trained.parent.mkdir(parents=True, exist_ok=True)
        torch.save({"state": upper.state_dict(), "size": upper.about()}, trained)
