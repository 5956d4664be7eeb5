"""The loop: lines of like width, CTC, AdamW, a running mean of the weights, checkpoints.

Chinese is drawn only, its hands are few and its signs many: on Chinese lines the new network is
also held to the whole answer of the old ones, their mean, the more the surer they are of what the
line says. So hands and signs that don't come up stay known.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import torch
import torch.nn.functional as F  # noqa: N812 - as everybody calls it
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from evals.training.course import Course, device_of
from evals.training.recogniser import augment
from evals.training.recogniser.alphabet import Alphabet
from evals.training.recogniser.graph import GraphNet
from evals.training.recogniser.lines import Array
from evals.training.recogniser.store import Shelf

_FAR = 0.35  # of drawn lines: seen as those of a board in a photo
_LEAST = 1e-8  # of a likelihood that is held to
_STEP = 32  # pixels: batches are as wide as a multiple of it, since each new shape costs time

Batch = tuple[Tensor, list[str]]
Pair = tuple[Array, str]


@dataclass(frozen=True)
class Plan:
    """How to train.

    `rate`: the highest learning rate, it falls to 0 along a cosine; `width`: pixels of lines side
    by side in a batch; `workers` change lines; `hold`: weight of keeping to the old answers. The
    course ends after `steps` or `minutes`.
    """

    steps: int
    rate: float = 3e-4
    seed: int = 11
    threads: int = 2
    width: int = 8000
    workers: int = 1
    device: str = "cpu"
    minutes: float = math.inf
    hold: float = 0.5


@dataclass(frozen=True)
class Source:
    """Places in a shelf that are drawn from equally, and the share of all lines they make up."""

    shelf: Shelf
    places: Sequence[int]
    share: float


class Lines(IterableDataset[Batch]):
    """Endless batches of like width, all with Chinese signs or none of them.

    Every line of a source comes up before one comes up again.
    """

    def __init__(self, sources: Sequence[Source], seed: int, width: int = Plan.width) -> None:
        self.sources, self.seed, self.width = [s for s in sources if s.places], seed, width

    def __iter__(self) -> Iterator[Batch]:
        """Yield pictures b×3×48×w and what they say."""
        worker = get_worker_info()
        rng = np.random.default_rng([self.seed, worker.id if worker else 0])
        shares = np.array([source.share for source in self.sources])
        turns: list[list[int]] = [[] for _ in self.sources]
        waiting: dict[tuple[bool, int], list[Pair]] = {}
        while True:
            g = int(rng.choice(len(shares), p=shares / shares.sum()))
            if not turns[g]:
                turns[g] = rng.permutation(self.sources[g].places).tolist()
            line = self.sources[g].shelf[turns[g].pop()]
            pixels = augment.varied(line, rng, _FAR)
            width = max(augment.LEAST_WIDTH, -(-pixels.shape[1] // _STEP) * _STEP)
            alike = waiting.setdefault((_is_chinese(line.text), width), [])
            alike.append((pixels, line.text))
            if len(alike) * width >= self.width:
                pictures, texts = zip(*alike, strict=True)
                alike.clear()
                yield torch.from_numpy(augment.batch(pictures, width)), list(texts)


class Trainer(Course):
    """A recogniser in training. `folder` holds ``last.pt``, which `resume` goes on from.

    It is held to what `model`, from which it starts, and those of `beside` answer together.
    """

    def __init__(
        self, model: onnx.ModelProto, plan: Plan, folder: Path,
        beside: Sequence[onnx.ModelProto] = (),
    ) -> None:  # fmt: skip
        torch.manual_seed(plan.seed)
        torch.set_num_threads(plan.threads)
        net = GraphNet(model, scores=True).eval().to(plan.device)
        optimiser = torch.optim.AdamW(
            net.parameters(), plan.rate, betas=(0.9, 0.98), weight_decay=0.0
        )
        super().__init__(net, optimiser, folder, keep=0.997, minutes=plan.minutes)
        self.plan, self.alphabet = plan, Alphabet.of(model)
        self.old = [GraphNet(m, scores=True).eval().to(plan.device) for m in (model, *beside)]

    def train(self, lines: Lines) -> None:
        """Train up to the last step."""
        loader = DataLoader(lines, None, num_workers=self.plan.workers, prefetch_factor=8)
        self.run(loader, self.plan.steps)

    def learn(self, batch: Batch) -> dict[str, Tensor]:
        """Take one step on a batch of `Lines`."""
        pictures, texts = batch
        self.set_rate(self.plan.rate, self.plan.steps)
        pictures = pictures.to(self.plan.device).contiguous(memory_format=torch.channels_last)
        with self._less_precise():
            scores = self.net(pictures)
        signs = torch.log_softmax(scores.float(), -1)
        read = self._misread(signs, texts).mean()
        held = self._strayed(signs, pictures, texts)
        self.descend(read + self.plan.hold * held)
        return {"read": read, "held": held}

    def _less_precise(self) -> torch.autocast:
        return torch.autocast(device_of(self.net).type, torch.bfloat16)

    def _misread(self, signs: Tensor, texts: list[str]) -> Tensor:
        """Return by line how unlikely `signs` make each sign of its text."""
        numbers = [self.alphabet.numbers(text) for text in texts]
        lengths = torch.tensor([len(line) for line in numbers])
        unlikely: Tensor = F.ctc_loss(
            signs.transpose(0, 1),
            torch.tensor([n for line in numbers for n in line], device=signs.device),
            torch.full((len(texts),), signs.shape[1]),
            lengths,
            reduction="none",
            zero_infinity=True,
        )
        return unlikely / lengths.clamp_min(1).to(signs.device)

    def _strayed(self, signs: Tensor, pictures: Tensor, texts: list[str]) -> Tensor:
        """Return how far the answers to Chinese lines are from the old ones."""
        if not all(map(_is_chinese, texts)):
            return signs.new_zeros(())
        with torch.no_grad():
            with self._less_precise():
                scores = [net(pictures) for net in self.old]
            seen = torch.stack([torch.softmax(one.float(), -1) for one in scores]).mean(0)
            old = seen.clamp_min(_LEAST).log()
            unlikely = self._misread(old, texts)
            # 0 stands for a text that has no room in the line
            sure = torch.where(unlikely > 0, torch.exp(-unlikely), 0.0)
        strayed = F.kl_div(signs, old, reduction="none", log_target=True).sum((1, 2))
        return (sure * strayed).mean()


def _is_chinese(text: str) -> bool:
    return any(unicodedata.name(sign, "").startswith("CJK UNIFIED") for sign in text)
