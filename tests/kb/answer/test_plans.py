from __future__ import annotations

from kb.answer.notebook import Notebook
from kb.answer.plans import Plan, Way, changes, plans_of
from kb.answer.telling import told
from kb.answer.views import View
from kb.evidence import BoardRef
from kb.scene import Scene
from kb.tags import tag_scene
from tests.kb.answer.boards import ORDERS, REFUND, STOCK, arrow, node, scene_of


def view(scene: Scene, at: float | None = None) -> View:
    return View(BoardRef(id=scene.title, source="x.png", title=scene.title), tag_scene(scene), at)


def members(plans: list[Plan], way: Way, anchor: str = "", mark: str = "") -> list[set[str]]:
    return [set(p.members) for p in plans if (p.way, p.anchor, p.mark) == (way, anchor, mark)]


def test_ways_along_and_against_arrows_pass_bare_shapes() -> None:
    orders = view(ORDERS)
    assert [hop.end for hop in orders.after["pay"]] == ["ship"]
    assert [hop.end for hop in orders.before["ship"]] == ["pay"]
    assert {(hop.end, hop.label) for hop in orders.after["stock"]} == {
        ("pay", "yes"),
        ("back", "sold out"),
    }


def test_a_fork_is_a_plan_as_a_whole_and_each_way_of_it() -> None:
    plans = list(plans_of(view(ORDERS)))
    assert members(plans, "after", "stock") == [{"pay", "back"}, {"pay"}, {"back"}]
    assert members(plans, "inside", "risks") == [{"r1", "r2"}]
    assert members(plans, "tagged", mark="risk") == [{"r1", "r2"}]


def test_lines_without_direction_join_both_ways() -> None:
    plans = list(plans_of(view(STOCK)))
    assert {"a", "c", "d"} in members(plans, "beside", "b")
    assert {"b"} in members(plans, "beside", "d")


def test_what_came_and_went_between_versions() -> None:
    names = ["Cart", "Pay", "Ship", "Thank"]
    old = scene_of("Shop", "en", [node(n, n, i) for i, n in enumerate(names)], [])
    new = scene_of("Shop", "en", [node(n, n, i) for i, n in enumerate([*names[:3], "Survey"])], [])
    plans = list(changes([view(new, 2.0), view(old, 1.0), view(REFUND, 3.0)]))
    assert members(plans, "added") == [{"Survey"}]
    assert members(plans, "gone") == [{"Thank"}]


def test_loops_end() -> None:
    nodes = [node("a", "A", 0), node("b", "", 1)]
    ring = view(scene_of("R", "en", nodes, [arrow("1", "a", "b"), arrow("2", "b", "a")]))
    assert ring.after.get("a", []) == []
    assert [p.way for p in plans_of(ring)] == ["said"]


def test_a_heading_is_cited_beside_what_stands_under_it() -> None:
    orders = view(ORDERS)
    notes = Notebook(session=None, graph=None, workspace="w")  # type: ignore[arg-type]
    plan = next(p for p in plans_of(orders) if (p.way, p.anchor) == ("inside", "risks"))
    said = told(plan, notes, zh=False)
    assert said.startswith(f"“{orders.name('risks')}” [1]: “")
    assert [e.nodes for e in notes.cited] == [("risks",), *((end,) for end in plan.members)]
