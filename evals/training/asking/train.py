"""The loop: batches of wordings, AdamW on the additions alone.

Passages keep their vectors, so all units of a store are rivals at no cost. Questions are also held
near to where e5 put them, so that what it can already do stays.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from evals.extraction.progress import shown
from evals.training.asking.additions import Pair, add_low_rank, pairs
from evals.training.asking.corpus import Asked, Corpus
from evals.training.asking.encoder import Encoder, centred
from evals.training.asking.loss import contrast
from evals.training.asking.measure import measure, told

_STEEPEST = 1.0  # norm of a gradient; steeper ones are cut
_READ = 64  # questions at once, where nothing is learnt

Item = tuple[Corpus, Asked]


@dataclass(frozen=True)
class Plan:
    """How to train.

    `rate` is the highest learning rate; `rank` of the additions; `temperature` of the softmax;
    `keep`: weight of staying where e5 put a question.
    """

    rounds: int = 3
    rate: float = 5e-4
    rank: int = 8
    batch: int = 32
    temperature: float = 0.05
    keep: float = 0.5
    seed: int = 1


class Trainer:
    """An encoder in training: it is given its additions here."""

    def __init__(self, encoder: Encoder, corpora: Sequence[Corpus], plan: Plan) -> None:
        self.encoder, self.plan = encoder, plan
        self.items: list[Item] = [(corpus, one) for corpus in corpora for one in corpus.asked]
        self._corpora = corpora
        self._units = [torch.from_numpy(corpus.vectors) for corpus in corpora]
        self._before = _read(encoder, {one.text for _, one in self.items}) if plan.keep else {}
        self.added = add_low_rank(encoder.bert, plan.rank)
        self.parameters = [weights for low in self.added for weights in (low.down, low.up)]
        self._optimiser = torch.optim.AdamW(self.parameters, plan.rate, weight_decay=0.01)
        steps = plan.rounds * (len(self.items) // plan.batch)
        self._pace = torch.optim.lr_scheduler.OneCycleLR(
            self._optimiser, plan.rate, total_steps=steps + 1, pct_start=0.1
        )
        self._rng = random.Random(plan.seed)

    def go_on_from(self, start: Sequence[Pair]) -> None:
        """Take over additions that were trained before, () for none."""
        for low, (down, up) in zip(self.added, start, strict=bool(start)):
            low.down.data.copy_(down)
            low.up.data.copy_(up)

    def round(self, name: str) -> float:
        """Learn from every wording once (but for a rest); return the mean loss."""
        self.encoder.bert.train()
        self._rng.shuffle(self.items)
        size = self.plan.batch
        starts = range(0, len(self.items) - size + 1, size)
        losses = [
            self.step(self.items[start : start + size])
            for start in shown(starts, len(starts), name)
        ]
        return sum(losses) / max(1, len(losses))

    def step(self, items: Sequence[Item]) -> float:
        """Take one step down the loss of these, and return it."""
        loss = self.loss(items)
        self._optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.parameters, _STEEPEST)
        self._optimiser.step()
        self._pace.step()
        return float(loss.detach())

    def loss(self, items: Sequence[Item]) -> Tensor:
        """Return the mean loss of these; each is held against the units of its own corpus."""
        total = torch.zeros(())
        for corpus, units in zip(self._corpora, self._units, strict=True):
            batch = [one for of, one in items if of is corpus]
            if not batch:
                continue
            raw = self.encoder([one.text for one in batch])
            one = contrast(centred(raw, batch, corpus), batch, units, self.plan.temperature)
            if self._before:
                old = torch.stack([self._before[one.text] for one in batch])
                one = one + self.plan.keep * (1 - (raw * old).sum(-1)).mean()
            total = total + one * len(batch) / len(items)
        return total


def train(
    encoder: Encoder,
    corpora: Sequence[Corpus],
    val: Corpus,
    plan: Plan,
    trained: Path,
    start: Sequence[Pair] = (),
) -> None:
    """Train, say after each round how it does on `val`, and write what was trained.

    `start` is what an earlier training wrote, to go on from; its rank must be the same.
    """
    torch.manual_seed(plan.seed)
    sys.stdout.write(f"before\n{told(measure(encoder, val))}")
    trainer = Trainer(encoder, corpora, plan)
    trainer.go_on_from(start)
    weights = sum(one.numel() for one in trainer.parameters)
    sys.stdout.write(f"{len(trainer.items)} wordings, {weights / 1e6:.2f} million weights\n")
    for number in range(1, plan.rounds + 1):
        loss = trainer.round(f"round {number} of {plan.rounds}")
        sys.stdout.write(f"round {number} loss {loss:.3f}\n{told(measure(encoder, val))}")
        sys.stdout.flush()
        trained.parent.mkdir(parents=True, exist_ok=True)
        torch.save(pairs(trainer.added), trained)


def _read(encoder: Encoder, texts: set[str]) -> dict[str, Tensor]:
    """Return the vectors of texts before anything is learnt."""
    encoder.bert.eval()
    order = sorted(texts, key=lambda text: (len(text), text))
    starts = range(0, len(order), _READ)
    found: dict[str, Tensor] = {}
    with torch.no_grad():
        for start in shown(starts, len(starts), "questions as e5 reads them"):
            part = order[start : start + _READ]
            found |= zip(part, encoder(part), strict=True)
    return found
