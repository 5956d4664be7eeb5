from __future__ import annotations

import numpy as np
import pytest

from evals.answers.fit import (
    Example,
    Outcome,
    fit_ranking,
    fit_sureness,
    lines,
    rightness,
    threshold,
)
from evals.retrieval.questions import Question
from evals.retrieval.world import Spot
from kb.answer.judge import FEATURES, Judged


def question(category: str = "lookup") -> Question:
    return Question("firm-1", category, "Which?", (), ())


def test_rightness_is_of_nodes() -> None:
    one, two = Spot("b", frozenset("xy")), Spot("c", frozenset("z"))
    assert rightness("b", ["x", "y"], [(one,)]) == 1.0
    assert rightness("b", ["x"], [(one,)]) == 0.5
    assert rightness("b", ["x", "q"], [(one,)]) == pytest.approx(0.125)
    assert rightness("b", ["x", "y"], [(one,), (two,)]) == 0.5  # both boards are needed
    assert rightness("c", ["z"], [(one, two)]) == 1.0  # either will do
    assert rightness("d", ["x"], [(one,)]) == 0.0
    assert rightness("b", ["q"], [(Spot("b"),)]) == 1.0  # nobody says which node


def test_what_decides_gets_the_weight() -> None:
    rng = np.random.default_rng(1)
    made = []
    for _ in range(40):
        features = rng.normal(size=(6, len(FEATURES)))
        right = np.zeros(6)
        right[int(np.argmax(features[:, 3]))] = 1.0
        made.append(Example(question(), Judged([], features), right))
    weights = fit_ranking(made)
    assert int(np.argmax(weights)) == 3


def test_sureness_and_its_threshold() -> None:
    rows = np.array([[1.0, x] for x in (-2.0, -1.0, 1.0, 2.0)])
    weights = fit_sureness(rows, np.array([0.0, 0.0, 1.0, 1.0]))
    assert weights[1] > 0.5
    outcomes = [Outcome(question("none"), 0.0, sure / 10) for sure in range(10)]
    least = threshold(outcomes, refused=0.9)
    assert sum(one.sure < least for one in outcomes) == 9
    told = lines([*outcomes, Outcome(question(), 1.0, 0.95)], least)
    assert told[1].split() == ["right", "and", "answered", "1", "of", "1"]
    assert told[3].split() == ["rightly", "refused", "9", "of", "10"]
