from __future__ import annotations

import json
import re

import numpy as np

from kb.answer.judge import FEATURES, SURENESS, WEIGHTS, fitted, sureness_features
from kb.answer.notebook import Notebook
from kb.answer.planning import judged_plans
from kb.answer.telling import told as tell
from kb.base import KnowledgeBase
from kb.graph import Graph

Told = tuple[KnowledgeBase, dict[str, str]]


def test_the_weights_are_of_the_features_that_are_measured() -> None:
    kept = json.loads(WEIGHTS.read_text("utf-8"))
    assert set(kept["ranking"]) == set(FEATURES)
    assert set(kept["sureness"]) == set(SURENESS)
    assert kept["from"].startswith("python -m evals.answers")
    assert 0.0 < fitted().least < 1.0


def test_every_plan_has_finite_numbers_and_tells_what_it_cites(told: Told) -> None:
    base, boards = told
    for question in ("What do we do when everything is sold out?", "退款会有哪些风险？"):
        judged = judged_plans(base, question, workspace="w")
        assert judged.features.shape == (len(judged.plans), len(FEATURES))
        assert np.isfinite(judged.features).all()
        row, best = sureness_features(judged, fitted().ranking)
        assert row.shape == (len(SURENESS),)
        assert np.isfinite(row).all()
        with base.catalog.session() as session:
            for plan in (judged.plans[best], *judged.plans[:60]):
                notes = Notebook(session, Graph(session, "w"), "w")
                text = tell(plan, notes, zh=False)
                marks = [int(mark) for mark in re.findall(r"\[(\d+)\]", text)]
                assert sorted(set(marks)) == list(range(1, len(notes.cited) + 1))
                cited = {node for one in notes.cited for node in one.nodes}
                assert set(plan.members) <= cited <= {*plan.members, plan.anchor}
                assert plan.view.ref.id in boards.values()


def test_an_empty_store_has_no_plans(told: Told) -> None:
    judged = judged_plans(told[0], "What comes next?", workspace="empty")
    assert judged.plans == []
