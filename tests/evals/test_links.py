"""The measurement of links: its boards are boards, and what it counts is what is there."""

from __future__ import annotations

import numpy as np

from evals.links.again import seen_again
from evals.links.cost import any_name
from evals.links.flows import flows
from kb.links.versions import BoardLook, judge_versions
from kb.text import language_of
from tests.kb.compare.scenes import flow


def test_flows_are_in_two_languages() -> None:
    steps = [step for one in flows() for step in one]
    assert len(steps) >= 50
    assert all(language_of(step[0]) == "en" and language_of(step[1]) == "zh" for step in steps)
    names = [name for step in steps for name in step]
    assert len(set(names)) == len(names)  # no name may be right for two steps


def test_a_board_seen_again_is_like_the_first_and_not_the_same() -> None:
    again = seen_again(flow(), 3, misread=0.1, changed=0.2)
    assert again == seen_again(flow(), 3, misread=0.1, changed=0.2)
    assert {n.text for n in again.nodes} != {n.text for n in flow().nodes}
    same = seen_again(flow(), 3, misread=0.0, changed=0.0)
    assert [n.text for n in same.nodes] == [n.text for n in flow().nodes]
    assert all(a.bbox != b.bbox for a, b in zip(same.nodes, flow().nodes, strict=True))
    one, two = BoardLook("a", flow(), ""), BoardLook("b", same, "")
    assert judge_versions(one, two, lambda _a, _b: 0.0) is not None


def test_names_go_on_growing_with_the_boards() -> None:
    rng = np.random.default_rng(0)
    assert len({any_name(rng) for _ in range(20_000)}) > 19_000
