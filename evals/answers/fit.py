"""``python -m evals.answers.fit``: fits how plans are weighed, on the dev half of the questions.

Two linear models: one ranks the plans of a question (softmax over them, against how right each is),
one says how sure the best of them is (logistic, right against wrong). Cross-validated by company,
so that no board of a question is among those that its weights were fitted on. The report half is
never looked at.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from evals.retrieval.questions import Question, questions
from evals.retrieval.world import Group, known_boards, opened, spots
from kb.answer.judge import FEATURES, SURENESS, WEIGHTS, Judged, logistic, sureness_features
from kb.answer.planning import judged_plans

if TYPE_CHECKING:
    from kb.base import KnowledgeBase

Vector = NDArray[np.float64]

DECAY = 0.001  # L2, of the ranking weights
SURE_DECAY = 0.003
RIGHT = 0.45  # from which a plan counts as right for the second model


@dataclass(frozen=True)
class Example:
    """A question with its plans, and how right each is: 0 … 1."""

    question: Question
    judged: Judged
    right: Vector

    @property
    def company(self) -> str:
        """Whose boards it asks about."""
        return self.question.id.rpartition("-")[0]


def examples(base: KnowledgeBase, asked: Sequence[Question]) -> list[Example]:
    """Return each question with its plans as the product lays them out."""
    workspace = base.settings.workspace
    known = known_boards(base, workspace)
    made = []
    for question in asked:
        judged = judged_plans(base, question.text, workspace=workspace)
        groups = spots(question, known) if question.answerable else []
        right = np.array(
            [rightness(plan.view.ref.id, plan.members, groups) for plan in judged.plans]
        )
        made.append(Example(question, judged, right))
    return made


def rightness(board: str, members: Sequence[str], groups: Sequence[Group]) -> float:
    """Return precision squared times recall of nodes, over the groups that are all needed."""
    right = {(spot.board, node) for group in groups for spot in group for node in spot.nodes}
    whole = {spot.board for group in groups for spot in group if not spot.nodes}
    told = {(board, member) for member in members}
    held = sum(place in right or place[0] in whole for place in told)
    if not held:
        return 0.0
    recalls = [
        max(len(told & {(spot.board, n) for n in spot.nodes}) / len(spot.nodes) for spot in some)
        for group in groups
        if (some := [spot for spot in group if spot.nodes])
    ]
    recall = sum(recalls) / len(recalls) if recalls else 1.0
    return (held / len(told)) ** 2 * recall


def fit_ranking(some: Sequence[Example]) -> Vector:
    """Return the weights under which right plans come first: softmax regression, L2, L-BFGS."""
    from scipy.optimize import minimize

    sets = [rivals(one) for one in some if one.right.max(initial=0.0) >= RIGHT / 2]
    features = np.concatenate([rows for rows, _ in sets])
    target = np.concatenate([right / right.sum() for _, right in sets])
    starts = np.cumsum([0, *(len(right) for _, right in sets)])[:-1]
    of = np.repeat(np.arange(len(sets)), np.diff([*starts, len(target)]))

    def loss(weights: Vector) -> tuple[float, Vector]:
        scores = features @ weights
        scores -= np.maximum.reduceat(scores, starts)[of]
        chances = np.exp(scores)
        total = np.add.reduceat(chances, starts)
        logs = scores - np.log(total)[of]
        slope = features.T @ (chances / total[of] - target) / len(sets) + 2 * DECAY * weights
        return DECAY * float(weights @ weights) - float(target @ logs) / len(sets), slope

    start = np.zeros(len(FEATURES))
    return np.asarray(minimize(loss, start, jac=True, options={"maxiter": 150}).x)


def rivals(one: Example, most: int = 60) -> tuple[Vector, Vector]:
    """Return the plans that are right and a fixed sample of the others, the likelier ones first."""
    likely = one.judged.features @ _PLAIN
    order = np.lexsort((-likely, one.right <= 0))[:most]
    return one.judged.features[order], one.right[order]


_PLAIN = np.array(
    [float(name.endswith((":all_meant", ":member_near", ":anchor_near"))) for name in FEATURES]
)


def fit_sureness(rows: Vector, right: Vector) -> Vector:
    """Return the weights under which right best plans are sure: logistic regression, L2."""
    from scipy.optimize import minimize

    signs = np.where(right, 1.0, -1.0)

    def loss(weights: Vector) -> tuple[float, Vector]:
        margins = signs * (rows @ weights)
        slope = rows.T @ (-signs / (1 + np.exp(margins))) / len(rows)
        value = float(np.logaddexp(0, -margins).mean())
        return value + SURE_DECAY * float(weights @ weights), slope + 2 * SURE_DECAY * weights

    return np.asarray(minimize(loss, np.zeros(rows.shape[1]), jac=True).x)


@dataclass(frozen=True)
class Outcome:
    """What became of one question under weights that had not seen its company."""

    question: Question
    best: float  # how right the best plan is
    sure: float


def crossed(some: Sequence[Example]) -> list[Outcome]:
    """Judge each company's questions with the weights of the others."""
    found: list[Outcome] = []
    for company in sorted({one.company for one in some}):
        others = [one for one in some if one.company != company]
        ranking = fit_ranking(others)
        rows = np.stack([sureness_features(one.judged, ranking)[0] for one in others])
        right = np.array([_best(one, ranking) >= RIGHT for one in others], float)
        sureness = fit_sureness(rows, right)
        for one in some:
            if one.company == company:
                row, _ = sureness_features(one.judged, ranking)
                sure = logistic(float(row @ sureness))
                found.append(Outcome(one.question, _best(one, ranking), sure))
    return found


def _best(one: Example, ranking: Vector) -> float:
    return float(one.right[int(np.argmax(one.judged.features @ ranking))])


def threshold(outcomes: Sequence[Outcome], *, refused: float = 0.70) -> float:
    """Return the least sureness under which this share of unanswerable questions is refused."""
    sure = sorted(one.sure for one in outcomes if not one.question.answerable)
    return sure[min(len(sure) - 1, int(refused * len(sure)))] if sure else 0.5


def lines(outcomes: Sequence[Outcome], least: float) -> list[str]:
    """Return the cross-validated figures."""
    asked = [one for one in outcomes if one.question.answerable]
    none = [one for one in outcomes if not one.question.answerable]
    kept = [one for one in asked if one.sure >= least]
    made = [
        f"best plan right      {sum(o.best >= RIGHT for o in asked)} of {len(asked)}",
        f"right and answered   {sum(o.best >= RIGHT for o in kept)} of {len(asked)}",
        f"wrongly refused      {len(asked) - len(kept)} of {len(asked)}",
        f"rightly refused      {sum(o.sure < least for o in none)} of {len(none)}",
    ]
    for category in sorted({one.question.category for one in asked}):
        some = [one for one in asked if one.question.category == category]
        made.append(f"  {category:<10} {sum(o.best >= RIGHT for o in some)} of {len(some)}")
    return made


def main() -> None:
    """Fit, print the cross-validated figures, write the weights."""
    parser = argparse.ArgumentParser(prog="python -m evals.answers.fit", description=__doc__)
    parser.add_argument("--home", type=Path, help="store to use and keep, instead of a passing one")
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    options = parser.parse_args()
    with opened(options.home) as base:
        some = examples(base, questions("dev"))
    outcomes = crossed(some)
    least = threshold(outcomes)
    print("\n".join(lines(outcomes, least)))
    options.out.write_text(written(some, least, lines(outcomes, least)), encoding="utf-8")


def written(some: Sequence[Example], least: float, figures: Sequence[str]) -> str:
    """Return the weights fitted on all of `some`, with where they come from, as JSON."""
    ranking = fit_ranking(some)
    rows = np.stack([sureness_features(one.judged, ranking)[0] for one in some])
    right = np.array([_best(one, ranking) >= RIGHT for one in some], float)
    sureness = fit_sureness(rows, right)
    kept = {
        "from": "python -m evals.answers.fit",
        "questions": f"dev half, {len(some)} questions, cross-validated by company",
        "figures": list(figures),
        "least": round(least, 4),
        "sureness": dict(zip(SURENESS, np.round(sureness, 4).tolist(), strict=True)),
        "ranking": dict(zip(FEATURES, np.round(ranking, 4).tolist(), strict=True)),
    }
    return json.dumps(kept, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    main()
