from __future__ import annotations

from collections.abc import Callable

import pytest

from kb.minutes import compose
from kb.scene import Relation
from tests.kb.answer.boards import arrow, line, node, scene_of
from tests.kb.minutes.told import lines, read, texts


def test_what_leads_to_a_risk_is_no_answer_to_it() -> None:
    nodes = [node("d", "Deploy", 0), node("r", "Risk: no way back", 2), node("p", "Rehearse", 4)]
    scene = scene_of("Launch", "en", nodes, [arrow("1", "d", "r"), line("2", "p", "r")])
    assert texts(compose(read(scene)), "risks") == ["Risk: no way back", "  Rehearse"]


@pytest.mark.parametrize(
    ("risk", "steps"),
    [
        ("Risk: only one printer", ["Print", "Pack", "Ship"]),
        ("风险：打印机只有一台", ["打印", "装箱", "发货"]),
        ("Question: who pays for it?", ["Print", "Pack", "Ship"]),
    ],
)
@pytest.mark.parametrize("step", [0, 1, 2])
@pytest.mark.parametrize("join", [arrow, line])
def test_a_step_is_what_a_risk_is_about_and_no_answer_to_it(
    risk: str, steps: list[str], step: int, join: Callable[..., Relation]
) -> None:
    nodes = [node(f"s{at}", text, 3 * at) for at, text in enumerate(steps)]
    nodes.append(node("r", risk, 12))
    ways = [arrow("1", "s0", "s1"), arrow("2", "s1", "s2"), join("3", "r", f"s{step}")]
    minutes = compose(read(scene_of("Warehouse", "en", nodes, ways)))
    assert texts(minutes, "flow") == [" → ".join(steps)]
    (told,) = lines(minutes, "questions" if "?" in risk else "risks")
    assert (told.text, len(told.suggestions)) == (risk, 1)


def test_the_centre_of_a_mind_map_is_no_answer_to_a_risk_on_a_branch() -> None:
    nodes = [node("c", "新品上市", 0), node("r", "风险：供应商延期", 3), node("m", "备用供应商", 6)]
    scene = scene_of("新品上市", "zh", nodes, [line("1", "c", "r"), line("2", "r", "m")])
    assert texts(compose(read(scene)), "risks") == ["风险：供应商延期", "  备用供应商"]


def test_risks_may_share_a_measure_and_are_none_to_each_other() -> None:
    nodes = [
        node("a", "Risk: supplier late", 0),
        node("b", "Risk: boxes run out", 3),
        node("m", "Second supplier", 6),
    ]
    joins = [arrow("1", "a", "m"), arrow("2", "b", "m"), line("3", "a", "b")]
    minutes = compose(read(scene_of("Launch", "en", nodes, joins)))
    assert texts(minutes, "risks") == [
        "Risk: supplier late",
        "  Second supplier",
        "Risk: boxes run out",
        "  Second supplier",
    ]
    assert texts(minutes, "flow") == []


def test_a_risk_on_the_way_and_a_question_that_parts_it_stay_in_the_flow() -> None:
    nodes = [node(i, text, at) for at, (i, text) in enumerate(
        [("a", "Pick"), ("r", "⚠ check by hand"), ("p", "Pack"), ("s", "Ship")]
    )]  # fmt: skip
    ways = [arrow("1", "a", "r"), arrow("2", "r", "p"), arrow("3", "p", "s")]
    minutes = compose(read(scene_of("Warehouse", "en", nodes, ways)))
    assert texts(minutes, "flow") == ["Pick → ⚠ check by hand → Pack → Ship"]
    parting = [node("q", "In stock?", 0), node("y", "Pay", 3), node("n", "Wait", 6)]
    parts = [arrow("1", "q", "y", "yes"), arrow("2", "q", "n", "no")]
    scene = scene_of("Shop", "en", parting, parts)
    asked = scene.nodes[0].model_copy(update={"tags": ("question",)})
    scene = scene.model_copy(update={"nodes": (asked, *scene.nodes[1:])})
    assert texts(compose(read(scene)), "flow") == [
        "In stock? → Pay (yes)",
        "In stock? → Wait (no)",
    ]
