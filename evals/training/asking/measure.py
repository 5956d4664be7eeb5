"""How often what answers a question is among the nearest units."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from evals.training.asking.corpus import Asked, Corpus
from evals.training.asking.encoder import Encoder, centred

_BATCH = 32
_UNITS, _BOARDS, _DEPTH = 10, 5, 300

Hit = tuple[float, float, float]


@dataclass(frozen=True)
class Figures:
    """Means over questions.

    Attributes:
        nodes: share of right nodes among the first ten units.
        boards: share of right boards among the first five.
        first: share of questions whose first unit is a right node.
    """

    nodes: float
    boards: float
    first: float
    questions: int

    def __str__(self) -> str:
        return (
            f"nodes@{_UNITS} {self.nodes:.3f} boards@{_BOARDS} {self.boards:.3f} "
            f"first {self.first:.3f} ({self.questions} questions)"
        )


def measure(encoder: Encoder, corpus: Corpus) -> dict[str, Figures]:
    """Return the figures of all questions ("all") and by category."""
    encoder.bert.eval()
    units = torch.from_numpy(corpus.vectors)
    found: dict[str, list[Hit]] = defaultdict(list)
    for start in range(0, len(corpus.asked), _BATCH):
        batch = corpus.asked[start : start + _BATCH]
        with torch.no_grad():
            questions = centred(encoder([one.text for one in batch]), batch, corpus)
            near = (questions @ units.T).numpy()
        for cosines, one in zip(near, batch, strict=True):
            hit = _hit(cosines, one, corpus.boards)
            found["all"].append(hit)
            found[one.category].append(hit)
    return {name: _mean(hits) for name, hits in found.items()}


def _mean(hits: list[Hit]) -> Figures:
    nodes, boards, first = np.mean(hits, axis=0).tolist()
    return Figures(nodes, boards, first, len(hits))


def _hit(cosines: NDArray[np.float32], one: Asked, boards: list[str]) -> Hit:
    order = np.argsort(-cosines)[:_DEPTH].tolist()
    top = set(order[:_UNITS])
    seen = list(dict.fromkeys(boards[row] for row in order))[:_BOARDS]
    return (
        float(np.mean([bool(top & set(rows)) for rows in one.nodes])),
        float(np.mean([any(boards[row] in seen for row in rows) for rows in one.boards])),
        float(any(order[0] in rows for rows in one.nodes)),
    )


def told(figures: dict[str, Figures]) -> str:
    """Return the figures as lines."""
    return "".join(f"  {name:8} {one}\n" for name, one in figures.items())
