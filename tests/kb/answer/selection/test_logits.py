"""What two steps of selection say together."""

from __future__ import annotations

import numpy as np

from kb.answer.selection.logits import Logits, mixed
from kb.answer.selection.net import GONE


def said(member: list[float], start: list[float], none: float) -> Logits:
    return Logits(np.array(member, np.float32), np.array(start, np.float32), none)


def test_both_have_their_share_of_the_say() -> None:
    first = said([2.0, 4.0, 9.0], [0.0, 1.0, 9.0], 1.0)
    second = said([6.0, -4.0, GONE], [2.0, 1.0, GONE], -3.0)
    together = mixed(first, second, 0.25)
    assert together.member.tolist() == [3.0, 2.0, GONE]  # what was not read is no answer
    assert together.start.tolist() == [0.5, 1.0, GONE]
    assert together.none == 1.0  # of the one that doubts more


def test_a_share_of_one_is_the_second_alone() -> None:
    first, second = said([2.0, 4.0], [1.0, 2.0], 1.0), said([0.0, GONE], [5.0, GONE], 7.0)
    together = mixed(first, second, 1.0)
    assert together.member.tolist() == second.member.tolist()
    assert together.start.tolist() == second.start.tolist()
    assert together.none == 7.0
