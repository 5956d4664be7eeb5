"""How sureness is weighed, fitted on questions that no layer was taught on: a logistic regression.

What is foretold is whether a question can be answered from the boards. The spread of the signs is
taken out before weights are held small, and put back into them afterwards. The least sureness is
that from which a wished share of the unanswerable questions is refused, when each organisation's
questions are judged by weights that were fitted on the others. Signs that can speak only for an
answer, or only against one, are let do so alone: what a few hundred questions say otherwise is
chance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evals.retrieval.questions import UNANSWERABLE
from evals.training.selection.laid import Laid
from kb.answer.selection.logits import Logits
from kb.answer.selection.net import GONE
from kb.answer.selection.sureness import SIGNS, signs_of

DECAY = 30.0
ROUNDS = 60
FOR = frozenset({
    "best", "over_none", "lead", "near", "near_z", "held", "written", "written_all", "exact",
    "has_name", "has_figure", "colour", "span", "who", "when", "number", "board_score",
})  # fmt: skip
AGAINST = frozenset({"none", "lacks_name", "lacks_figure"})

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class Signed:
    """Questions by their signs, (questions, SIGNS), and whether each can be answered."""

    signs: Vector
    answerable: NDArray[np.bool_]
    companies: NDArray[np.str_]


@dataclass(frozen=True)
class Choice:
    """Weights of SIGNS, the least sureness, and what that costs when cross-validated."""

    weights: dict[str, float]
    least: float
    refused: float
    wrongly: float


def signed(laid: Sequence[Laid], said: Sequence[Logits]) -> Signed:
    """Return the signs of each question, of which both steps said this.

    Where no node was read the product is silent without asking for signs: these are left out.
    """
    asked, signs = [], []
    for one, logits in zip(laid, said, strict=True):
        nodes = one.is_node
        if (logits.member[nodes] > GONE).any():
            numbers = one.numbers.astype(np.float32)[nodes]
            signs.append(signs_of(logits.member[nodes], logits.none, numbers))
            asked.append(one)
    return Signed(
        np.array(signs),
        np.array([one.category != UNANSWERABLE for one in asked]),
        np.array([one.company for one in asked]),
    )


def choose(asked: Signed, refuse: float) -> Choice:
    """Fit the weights, and choose the least sureness that refuses this share of the others."""
    foretold = np.zeros(len(asked.answerable))
    companies = np.unique(asked.companies)
    for company in companies:
        out = asked.companies == company
        others = ~out if len(companies) > 1 else out
        weights = fitted(asked.signs[others], asked.answerable[others])
        foretold[out] = _chance(asked.signs[out] @ weights)
    least = float(np.quantile(foretold[~asked.answerable], refuse))
    weights = fitted(asked.signs, asked.answerable)
    return Choice(
        weights=dict(zip(SIGNS, weights.round(5).tolist(), strict=True)),
        least=round(least, 4),
        refused=float((foretold[~asked.answerable] < least).mean()),
        wrongly=float((foretold[asked.answerable] < least).mean()),
    )


def fitted(signs: Vector, right: NDArray[np.bool_]) -> Vector:
    """Return the weights of signs, 0 for those that would speak against their meaning."""
    way = np.array([(name in FOR) - (name in AGAINST) for name in SIGNS])
    kept = np.ones(len(SIGNS), bool)
    while True:
        weights = np.zeros(len(SIGNS))
        weights[kept] = _newton(signs[:, kept], right)
        spread = signs.std(axis=0)
        wrong = np.where(way * weights < 0, np.abs(weights) * spread, 0.0)
        if not wrong.any():
            return weights
        kept[wrong.argmax()] = False  # the worst first: others may mend by that


def _newton(signs: Vector, right: NDArray[np.bool_]) -> Vector:
    middle, spread = signs[:, 1:].mean(axis=0), signs[:, 1:].std(axis=0) + 1e-6
    even = np.column_stack([np.ones(len(signs)), (signs[:, 1:] - middle) / spread])
    decay = np.diag(np.append(1e-9, np.full(even.shape[1] - 1, DECAY)))
    weights = np.zeros(even.shape[1])
    for _ in range(ROUNDS):
        chance = _chance(even @ weights)
        slope = even.T @ (chance - right) + decay @ weights
        bend = (even * (chance * (1 - chance))[:, None]).T @ even + decay
        weights -= np.linalg.solve(bend, slope)
    each = weights[1:] / spread
    return np.append(weights[0] - each @ middle, each)


def _chance(scores: Vector) -> Vector:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(scores, -40, 40))))
