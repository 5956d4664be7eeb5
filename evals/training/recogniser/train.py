"""The loop: lines of like width, CTC, AdamW, a running mean of the weights, checkpoints.

Chinese is drawn only and its signs are many: where the bundled network reads a Chinese line right,
the new one is also held to its whole answer, so that the signs that don't come up stay known.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import torch
import torch.nn.functional as F  # noqa: N812 - as everybody calls it
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset

from evals.training.course import Course
from evals.training.recogniser import augment
from evals.training.recogniser.alphabet import Alphabet
from evals.training.recogniser.graph import GraphNet
from evals.training.recogniser.lines import Array
from evals.training.recogniser.store import Shelf

_HOLD = 0.5  # weight of keeping to the old network's answers
_STEP = 32  # pixels: batches are as wide as a multiple of it, since each new shape costs time
_WIDTHS = 8000  # pixels of lines side by side in a batch

Batch = tuple[Tensor, list[str]]
Pair = tuple[Array, str]


@dataclass(frozen=True)
class Plan:
    """How to train. `rate`: the highest learning rate; it falls to 0 along a cosine."""

    steps: int
    rate: float = 3e-4
    seed: int = 11
    threads: int = 2


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

    def __init__(self, sources: Sequence[Source], seed: int) -> None:
        self.sources, self.seed = [s for s in sources if s.places], seed

    def __iter__(self) -> Iterator[Batch]:
        """Yield pictures b×3×48×w and what they say."""
        rng = np.random.default_rng(self.seed)
        shares = np.array([source.share for source in self.sources])
        turns: list[list[int]] = [[] for _ in self.sources]
        waiting: dict[tuple[bool, int], list[Pair]] = {}
        while True:
            g = int(rng.choice(len(shares), p=shares / shares.sum()))
            if not turns[g]:
                turns[g] = rng.permutation(self.sources[g].places).tolist()
            line = self.sources[g].shelf[turns[g].pop()]
            pixels = augment.varied(line, rng)
            width = max(augment.LEAST_WIDTH, -(-pixels.shape[1] // _STEP) * _STEP)
            alike = waiting.setdefault((_is_chinese(line.text), width), [])
            alike.append((pixels, line.text))
            if len(alike) * width >= _WIDTHS:
                pictures, texts = zip(*alike, strict=True)
                alike.clear()
                yield torch.from_numpy(augment.batch(pictures, width)), list(texts)


class Trainer(Course):
    """A recogniser in training. `folder` holds ``last.pt``, which `resume` goes on from."""

    def __init__(self, model: onnx.ModelProto, plan: Plan, folder: Path) -> None:
        torch.manual_seed(plan.seed)
        torch.set_num_threads(plan.threads)
        net = GraphNet(model, scores=True).eval()
        optimiser = torch.optim.AdamW(
            net.parameters(), plan.rate, betas=(0.9, 0.98), weight_decay=0.0
        )
        super().__init__(net, optimiser, folder, keep=0.997)
        self.plan, self.alphabet = plan, Alphabet.of(model)
        self.old = GraphNet(model, scores=True).eval()

    def train(self, lines: Lines) -> None:
        """Train up to the last step."""
        self.run(DataLoader(lines, None, num_workers=1, prefetch_factor=8), self.plan.steps)

    def learn(self, batch: Batch) -> dict[str, float]:
        """Take one step on a batch of `Lines`."""
        pictures, texts = batch
        self.set_rate(self.plan.rate, self.plan.steps)
        pictures = pictures.contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16):
            scores = self.net(pictures)
        signs = torch.log_softmax(scores.float(), -1)
        read = self._misread(signs, texts)
        held = self._strayed(signs, pictures, texts)
        self.descend(read + _HOLD * held)
        return {"read": float(read.detach()), "held": float(held.detach())}

    def _misread(self, signs: Tensor, texts: list[str]) -> Tensor:
        numbers = [self.alphabet.numbers(text) for text in texts]
        return F.ctc_loss(
            signs.transpose(0, 1),
            torch.tensor([n for line in numbers for n in line]),
            torch.full((len(texts),), signs.shape[1]),
            torch.tensor([len(line) for line in numbers]),
            zero_infinity=True,
        )

    def _strayed(self, signs: Tensor, pictures: Tensor, texts: list[str]) -> Tensor:
        """Return how far the answers to Chinese lines are from those that were right before."""
        if not all(map(_is_chinese, texts)):
            return torch.zeros(())
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
            old = torch.log_softmax(self.old(pictures).float(), -1)
        said = [self.alphabet.text(best) for best in old.argmax(-1).numpy()]
        right = [i for i, text in enumerate(texts) if said[i] == text]
        if not right:
            return torch.zeros(())
        strayed = F.kl_div(signs[right], old[right], reduction="none", log_target=True)
        return strayed.sum() / len(texts)


def _is_chinese(text: str) -> bool:
    return any(unicodedata.name(sign, "").startswith("CJK UNIFIED") for sign in text)
