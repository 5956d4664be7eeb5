"""What changed between two scenes: certain of what changed, silent about what the camera did."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.compare import compare_scenes
from kb.compare.lines import compare_lines
from kb.compare.matching import match
from kb.scene import ExtractorInfo, Node, Relation, Scene
from tests.kb.compare.scenes import FLOW, TILTED, WIRES, flow, node, renamed, scene, seen


def changed(told: Scene, ident: str, **update: object) -> Scene:
    nodes = [n.model_copy(update=update) if n.id == ident else n for n in told.nodes]
    return told.model_copy(update={"nodes": tuple(nodes)})


def test_a_board_differs_from_itself_in_nothing() -> None:
    diff = compare_scenes(flow(), renamed(flow(), "x"))
    assert diff.empty
    assert (diff.same, diff.alike, diff.nodes.changed) == (len(FLOW), 1.0, ())


def test_added_removed_and_changed_nodes() -> None:
    later = changed(flow(), "stock", text="Check the stock", color="red", tags=("risk",))
    nodes = [n for n in later.nodes if n.id != "mail"] + [node("new", "Call customer", (900, 900))]
    wires = [wire for wire in WIRES if "mail" not in wire]
    later = scene(nodes, wires)
    diff = compare_scenes(flow(), renamed(later, "x"))
    assert [n.text for n in diff.nodes.added] == ["Call customer"]
    assert [n.text for n in diff.nodes.removed] == ["Send confirmation"]
    assert len(diff.ghosts) == 1
    (change,) = diff.nodes.changed
    assert {f.name: (f.before, f.after, f.sure) for f in change.fields} == {
        "text": ("Check stock", "Check the stock", True),
        "color": (None, "red", True),
        "tags": ("", "risk", True),
    }
    assert [edge.source_text for edge in diff.relations.removed] == ["Take payment"]
    assert not diff.relations.rewired


def test_rewired_turned_and_relabelled_lines() -> None:
    wires = [("cart", "stock", "if any"), ("pay", "stock"), ("pay", "ship"), ("pack", "ship")]
    diff = compare_scenes(flow(), renamed(scene(list(flow().nodes), wires), "x"))
    told = {(c.before.source, c.before.target): c for c in diff.relations.changed}
    assert told["cart", "stock"].how == ("label",)
    assert told["stock", "pay"].how == ("direction",)
    (rewired,) = diff.relations.rewired
    assert rewired.before.source_text == rewired.after.source_text == "Take payment"
    assert rewired.after.target_text == "Ship with courier"
    assert len(diff.relations.removed) == 1  # one of two lines of "Take payment" is gone
    assert not diff.relations.added


@pytest.mark.parametrize(
    ("old", "new", "removed", "added", "changed"),
    [
        ([("a", "b"), ("b", "a")], [("b", "a")], ["ab"], [], []),
        ([("b", "a"), ("a", "b")], [("b", "a")], ["ab"], [], []),
        ([("a", "b")], [("b", "a"), ("a", "b")], [], ["ba"], []),
        ([("a", "b", "yes"), ("a", "b", "no")], [("a", "b", "no")], ["ab"], [], []),
        ([("a", "b", "是"), ("b", "a", "否")], [("b", "a", "是")], ["ba"], [], [("direction",)]),
    ],
)
def test_a_line_that_is_as_it_was_has_not_become_another(
    old: list[tuple[str, ...]],
    new: list[tuple[str, ...]],
    removed: list[str],
    added: list[str],
    changed: list[tuple[str, ...]],
) -> None:
    nodes = [node("a", "Alpha", (0, 0)), node("b", "库存", (500, 0))]
    lines = compare_scenes(scene(nodes, old), scene(nodes, new)).relations
    assert [one.source + one.target for one in lines.removed] == removed
    assert [one.source + one.target for one in lines.added] == added
    assert [one.how for one in lines.changed] == changed
    assert not lines.rewired


def test_a_card_goes_from_one_column_to_another() -> None:
    def board(parent: str, at: float) -> Scene:
        columns = [
            Node(id="todo", kind="container", text="To do", bbox=(0, 0, 600, 1000)),
            Node(id="done", kind="container", text="Done", bbox=(650, 0, 1250, 1000)),
        ]
        cards = [node("a", "Write the contract", (50, 100), parent="todo")]
        return scene([*columns, *cards, node("b", "Order boxes", (at, 300), parent=parent)])

    diff = compare_scenes(board("todo", 50), renamed(board("done", 700), "x"))
    (move,) = diff.nodes.moved
    assert (move.before.text, move.out_of, move.into) == ("Order boxes", "To do", "Done")
    assert not diff.nodes.added
    assert not diff.nodes.removed


def test_what_is_carried_along_has_not_moved() -> None:
    def board(x: float) -> Scene:
        frame = Node(id="f", kind="container", text="Team", bbox=(x, 500, x + 250, 700))
        held = node("h", "Hire two people", (x + 10, 550), parent="f")
        others = [n for n in flow().nodes if n.bbox[1] < 400]
        return scene([*others, frame, held])

    diff = compare_scenes(board(50), renamed(board(900), "x"))
    assert [move.before.text for move in diff.nodes.moved] == ["Team"]


def test_another_camera_and_a_bad_reader_change_nothing_for_sure() -> None:
    def misread(text: str) -> str:
        return text.replace("o", "0", 1).replace("i", "l", 1)

    diff = compare_scenes(flow("local"), renamed(seen(flow(), TILTED, misread), "x"))
    assert diff.empty
    assert diff.alike == 1.0
    assert diff.nodes.changed  # told, but not as certain


def test_a_real_change_is_seen_through_another_camera() -> None:
    later = scene([n for n in flow().nodes if n.id != "book"], WIRES[:-1])
    later = changed(later, "ship", text="Hand over to the drone")
    diff = compare_scenes(flow("local"), renamed(seen(later, TILTED), "x"))
    assert [n.text for n in diff.nodes.removed] == ["Book the revenue"]
    assert [c.after.text for c in diff.nodes.changed if c.sure] == ["Hand over to the drone"]
    assert len(diff.relations.removed) == 1
    assert not diff.nodes.moved


def test_steps_with_other_numbers_are_other_steps() -> None:
    before = scene([node(f"s{i}", f"Step {i}", (100 + 250 * i, 100)) for i in range(4)])
    after = scene([node(f"s{i}", f"Step {i}", (100 + 250 * (i - 1), 100)) for i in range(1, 5)])
    diff = compare_scenes(before, renamed(after, "x"))
    assert [n.text for n in diff.nodes.removed] == ["Step 0"]
    assert [n.text for n in diff.nodes.added] == ["Step 4"]


def test_nothing_in_common() -> None:
    other = scene([node("q", "风险", (10, 10)), node("w", "预算", (400, 10))], [("q", "w")])
    diff = compare_scenes(flow(), other)
    assert len(diff.nodes.added) == 2
    assert len(diff.nodes.removed) == len(FLOW)
    assert (diff.same, diff.alike) == (0, 0.0)
    assert not compare_scenes(scene([]), scene([])).nodes.added


_words = st.sampled_from(["Plan", "Do", "Check", "风险", "库存", "Ship", "", "Step 1", "Step 2"])


@st.composite
def _scenes(draw: st.DrawFn) -> Scene:
    texts = draw(st.lists(_words, max_size=7))
    spot = st.tuples(st.integers(0, 1000), st.integers(0, 1000))
    nodes = [node(f"n{i}", text, draw(spot)) for i, text in enumerate(texts)]
    ids = [n.id for n in nodes]
    ends = st.tuples(st.sampled_from(ids), st.sampled_from(ids)) if ids else st.nothing()
    wires = draw(st.lists(ends, max_size=6)) if ids else []
    lines = tuple(
        Relation(id=f"r{i}", source=a, target=b, directed=draw(st.booleans()))
        for i, (a, b) in enumerate(wires)
    )
    return Scene(
        width=1300, height=1100, nodes=tuple(nodes), relations=lines,
        extractor=ExtractorInfo(name="native"),
    )  # fmt: skip


@settings(max_examples=60)
@given(_scenes(), _scenes())
def test_everything_on_either_board_is_told_once(before: Scene, after: Scene) -> None:
    matching = match(before, after)
    assert len(set(matching.pairs.values())) == len(matching.pairs)
    diff = compare_scenes(before, after)
    assert len(diff.nodes.removed) + len(matching.pairs) == len(before.nodes)
    assert len(diff.nodes.added) + len(matching.pairs) == len(after.nodes)
    told = [change.before.id for change in (*diff.relations.changed, *diff.relations.rewired)]
    told += [edge.id for edge in diff.relations.removed]
    assert len(told) == len(set(told))
    assert len(before.relations) - len(diff.relations.removed) == (
        len(after.relations) - len(diff.relations.added)
    )


@settings(max_examples=40)
@given(_scenes())
def test_a_copy_has_no_changes(told: Scene) -> None:
    diff = compare_scenes(told, renamed(told, "x"))
    assert diff.alike == (1.0 if told.nodes else 0.0)
    assert not diff.nodes.added
    assert not [c for c in diff.nodes.changed if c.sure]


def test_names_that_stand_many_times_are_told_apart_by_their_place() -> None:
    nodes = [
        node(f"n{i}", f"Thing {i % 60}", (i % 20 * 50, i // 20 * 80), kind="sticky")
        for i in range(240)
    ]
    diff = compare_scenes(scene(nodes), renamed(scene(nodes), "x"))
    assert (diff.alike, diff.nodes.moved) == (1.0, ())


def test_a_hub_with_thousands_of_lines_is_rewired_in_one_go() -> None:
    many, labels = 1_500, ("", "yes", "no")
    nodes = [node(f"n{i}", f"Thing {i}", (0, 0)) for i in range(many + 1)]
    stars = [
        scene(nodes, [("n0", f"n{1 + (i + by) % many}", labels[i % 3]) for i in range(0, many, 2)])
        for by in (0, 1)
    ]
    diff = compare_lines(*stars, {one.id: one.id for one in nodes})
    assert len(diff.rewired) == many // 2
    assert all(one.before.label == one.after.label for one in diff.rewired)
    assert (diff.added, diff.removed, diff.changed) == ((), (), ())


def test_where_a_thing_came_from_is_on_the_later_picture() -> None:
    far = (*flow().nodes, node("off", "Far away", (10**7, 10**7)))
    before = flow().model_copy(update={"nodes": far, "width": 10**8, "height": 10**8})
    after = scene([*flow().nodes, node("off", "Far away", (900, 900))])
    (move,) = (m for m in compare_scenes(before, after).nodes.moved if m.before.id == "off")
    assert 0 <= move.came[0] <= move.came[2] <= after.width
    assert 0 <= move.came[1] <= move.came[3] <= after.height
