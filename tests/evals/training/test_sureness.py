"""How sureness is weighed: what its signs are of, and what they may say."""

from __future__ import annotations

import numpy as np
import pytest

from evals.training.upper.choose import Signed, choose, signed
from kb.answer.selection.logits import Logits
from kb.answer.selection.net import GONE
from kb.answer.selection.sureness import SIGNS
from tests.evals.training.toys import toy


def test_questions_of_which_no_node_was_read_tell_nothing() -> None:
    some = [toy(n, category=category) for n, category in enumerate(("lookup", "none", "lookup"))]
    some[1].units.kinds[:] = ["board"] * len(some[1].rows)
    nothing, read = (np.full(len(some[0].rows), logit, np.float32) for logit in (GONE, 2.0))
    said = [Logits(of, of, 0.0) for of in (read, read, nothing)]
    got = signed(some, said)
    assert got.signs.shape == (1, len(SIGNS))
    assert (got.answerable.tolist(), got.companies.tolist()) == ([True], ["0"])


def chance(seed: int, count: int) -> np.ndarray:
    """Return the signs of questions of which nothing can be told."""
    signs = np.random.default_rng(seed).normal(size=(count, len(SIGNS)))
    signs[:, 0] = 1.0
    return signs


def test_sureness_tells_what_can_be_answered() -> None:
    answerable = np.arange(200) % 4 > 0
    signs = chance(4, 200)
    signs[:, SIGNS.index("over_none")] += 3.0 * answerable
    companies = np.array([f"c{n % 5}" for n in range(200)])
    chosen = choose(Signed(signs, answerable, companies), 0.9)
    assert chosen.refused == pytest.approx(0.9, abs=0.03)
    assert chosen.wrongly < 0.3
    assert chosen.weights["over_none"] == max(chosen.weights.values())


def test_an_organisation_is_judged_by_what_others_taught() -> None:
    signs = np.ones((200, len(SIGNS)))
    answerable, second = np.arange(200) % 2 > 0, np.arange(200) >= 100
    signs[:, SIGNS.index("several")] = np.where(answerable ^ second, 3.0, 0.0)  # else the reverse
    companies = np.where(second, "b", "a")
    assert choose(Signed(signs, answerable, companies), 0.9).wrongly == 1.0
    assert choose(Signed(signs[second], answerable[second], companies[second]), 0.9).wrongly == 0.0


def test_a_sign_is_not_let_speak_against_its_meaning() -> None:
    """A name that no board holds can't speak for an answer, whatever a sample says."""
    answerable = np.arange(400) % 2 > 0
    signs = chance(5, 400)
    signs[:, SIGNS.index("lacks_name")] += 2.0 * answerable
    signs[:, SIGNS.index("has_name")] -= 1.0 * answerable
    signs[:, SIGNS.index("several")] -= 1.0 * answerable
    weights = choose(Signed(signs, answerable, np.array(["a", "b"] * 200)), 0.5).weights
    assert (weights["lacks_name"], weights["has_name"]) == (0.0, 0.0)
    assert weights["several"] < -0.3
