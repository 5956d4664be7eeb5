"""How often what is selected is right, and how well sureness tells when to be silent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from evals.retrieval.questions import UNANSWERABLE
from evals.training.selection.batches import all_rows, padded
from evals.training.selection.laid import Laid
from kb.answer.selection.net import GONE, SelectorNet

MEMBER = 0.4  # chance from which a row is chosen
_BATCH = 16
_REFUSED = 0.9  # share of unanswerable questions that are to be refused

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class Judged:
    """What was said of a question.

    Attributes:
        chosen: rows; at least the likeliest one.
        top: the likeliest row.
        sure: the chance that there is an answer.
    """

    one: Laid
    chosen: frozenset[int]
    top: int
    sure: float


@dataclass(frozen=True)
class Figures:
    """Means over answerable questions.

    Attributes:
        first: whether the likeliest row is right.
        precision: share of chosen rows that are right.
        recall: share of right rows that are chosen.
        whole: whether every right row is chosen.
    """

    first: float
    precision: float
    recall: float
    whole: float
    questions: int

    def __str__(self) -> str:
        return (
            f"first {self.first:.3f} precision {self.precision:.3f} recall {self.recall:.3f} "
            f"whole {self.whole:.3f} ({self.questions} questions)"
        )


@dataclass(frozen=True)
class Refusals:
    """How answerable and unanswerable questions are told apart.

    Attributes:
        auc: how often an answerable question is answered more surely than an unanswerable one.
        lost: share of answerable questions refused, where nine in ten of the others are.
    """

    auc: float
    lost: float

    def __str__(self) -> str:
        return f"auc {self.auc:.3f}, refused wrongly at {_REFUSED:.0%} {self.lost:.3f}"


def judged(net: SelectorNet, laid: Sequence[Laid], member: float = MEMBER) -> list[Judged]:
    """Ask the selector net about questions, each with all its rows."""
    net.eval()
    found = []
    for start in range(0, len(laid), _BATCH):
        batch = laid[start : start + _BATCH]
        with torch.no_grad():
            said = net(padded(batch, [all_rows(one) for one in batch]))
        for at, one in enumerate(batch):
            logits = said.member[at, : len(one.rows)].double().numpy()
            found.append(judged_by(one, logits, float(said.none[at]), member))
    return found


def judged_by(one: Laid, logits: Vector, none: float, member: float) -> Judged:
    """Return what these logits of rows, and of there being no answer, say of a question."""
    logits = np.where(one.is_node, logits, GONE)
    if not len(logits):
        return Judged(one, frozenset(), -1, 0.0)
    top = int(logits.argmax())
    chances = 1 / (1 + np.exp(-logits))
    chosen = frozenset(np.flatnonzero(chances > member).tolist()) or frozenset([top])
    highest = max(float(logits[top]), none)
    some, nothing = float(np.exp(logits - highest).sum()), float(np.exp(none - highest))
    return Judged(one, chosen, top, some / (some + nothing))


def figures(found: Sequence[Judged]) -> dict[str, Figures]:
    """Return the figures of all ("all"), by category, and by language of question and answer."""
    parts: dict[str, list[tuple[float, ...]]] = defaultdict(list)
    for said in found:
        if said.one.category != UNANSWERABLE:
            values = _figures(said)
            for name in ("all", said.one.category, _languages(said.one)):
                parts[name].append(values)
    return {name: _mean(values) for name, values in parts.items()}


def _figures(said: Judged) -> tuple[float, ...]:
    right = said.one.right
    recalls = []
    for group in said.one.groups:
        if group:  # of alternatives, the one that is held best
            held = [len(said.chosen & rows) / len(rows) for rows in group if rows]
            recalls.append(max(held, default=0.0))
    return (
        float(said.top in right),
        len(said.chosen & right) / max(1, len(said.chosen)),
        float(np.mean(recalls)) if recalls else 0.0,
        float(min(recalls, default=0.0) == 1.0),
    )


def _mean(values: Sequence[tuple[float, ...]]) -> Figures:
    first, precision, recall, whole = np.mean(values, axis=0).tolist()
    return Figures(first, precision, recall, whole, len(values))


def _languages(one: Laid) -> str:
    texts = [one.units.texts[one.rows[row]] for row in one.right]
    return f"{_language([one.text])}>{_language(texts)}"


def _language(texts: Sequence[str]) -> str:
    return "zh" if any("\u4e00" <= sign <= "\u9fff" for text in texts for sign in text) else "en"


def refusals(found: Sequence[Judged]) -> Refusals | None:
    """Return how sureness parts questions; None where there are none of one kind."""
    others = np.sort([one.sure for one in found if one.one.category == UNANSWERABLE])
    answerable = np.array([one.sure for one in found if one.one.category != UNANSWERABLE])
    if not len(others) or not len(answerable):
        return None
    least = others[int(_REFUSED * len(others))]
    auc = float((answerable[:, None] > others).mean())
    return Refusals(auc, float((answerable <= least).mean()))


def told(found: Sequence[Judged]) -> str:
    """Return all figures as lines."""
    lines = "".join(f"  {name:8} {one}\n" for name, one in figures(found).items())
    return f"{lines}  {refusals(found) or 'only one of answerable and unanswerable questions'}\n"
