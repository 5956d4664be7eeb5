from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from kb.reading import label_of, outline, reading_order, token_cost
from kb.scene import ExtractorInfo, Node, Relation, Scene
from kb.units import Unit, units_of


def scene_of(nodes: list[Node], relations: list[Relation] | None = None, title: str = "") -> Scene:
    return Scene(
        title=title,
        width=1000,
        height=800,
        nodes=tuple(nodes),
        relations=tuple(relations or ()),
        extractor=ExtractorInfo(name="test"),
    )


def by_key(scene: Scene) -> dict[str, Unit]:
    return {unit.key: unit for unit in units_of(scene)}


FLOW = scene_of(
    [
        Node(id="c", kind="container", text="Shop", bbox=(0, 0, 600, 300)),
        Node(
            id="a", kind="box", text="Check\nstock", bbox=(10, 10, 100, 60), parent="c", color="red"
        ),
        Node(id="b", kind="box", text="Ship", bbox=(200, 10, 300, 60), tags=("risk",), parent="c"),
        Node(id="x", kind="drawing", bbox=(400, 10, 500, 60)),
    ],
    [
        Relation(id="1", source="a", target="b", label="in stock"),
        Relation(id="2", source="b", target="x"),
        Relation(id="3", kind="contains", source="c", target="a"),
        Relation(id="4", kind="line", source="a", target="b", directed=False),
    ],
    title="Order flow",
)


def test_units_of_a_flow() -> None:
    units = by_key(FLOW)
    assert list(units) == ["n:c", "n:a", "n:b", "r:1", "r:4", "b"]
    a = units["n:a"]
    assert a.quote == "Check\nstock"
    assert a.passage == "Check\nstock\nOrder flow · Shop · → Ship"
    assert (a.kinds, a.colors, a.region) == (("box",), ("red",), (10, 10, 100, 60))
    assert units["n:b"].tags == ("risk",)
    assert units["r:1"].quote == "Check stock → Ship: in stock"
    assert units["r:1"].nodes == ("a", "b")
    assert units["r:1"].region == (10, 10, 300, 60)
    assert units["r:4"].quote == "Check stock — Ship"
    assert units["b"].quote == "Order flow\nShop\nCheck stock\nShip"


def test_a_board_without_words_has_no_units() -> None:
    nodes = [Node(id=i, kind="drawing", bbox=(0, 0, 10, 10)) for i in "ab"]
    assert units_of(scene_of(nodes, [Relation(id="r", source="a", target="b")])) == []


def test_a_board_with_only_a_title_is_found_by_it() -> None:
    (unit,) = units_of(scene_of([], title="Retro 12"))
    assert (unit.key, unit.quote, unit.region) == ("b", "Retro 12", (0, 0, 1000, 800))


def test_a_long_text_becomes_parts_that_hold_every_word() -> None:
    lines = [f"line {i} says 库存检查 number {i}" for i in range(120)]
    node = Node(id="a", kind="text", text="\n".join(lines), bbox=(0, 0, 10, 10))
    parts = [u for u in units_of(scene_of([node])) if u.kind == "node"]
    assert len(parts) > 2
    assert "\n".join(u.quote for u in parts) == node.text
    assert max(token_cost(u.passage) for u in parts) < 220


def test_units_do_not_depend_on_the_order_of_nodes() -> None:
    turned = FLOW.model_copy(update={"nodes": FLOW.nodes[::-1]})
    assert units_of(turned) == units_of(FLOW)


def test_names() -> None:
    assert label_of("hyrax.\ntrain()") == "hyrax. train()"
    assert label_of("检查\n库存") == "检查库存"
    assert label_of("## Redis\n\n- cache") == "Redis"
    assert label_of("  \n ") == ""
    assert label_of("x" * 200) == "x" * 79 + "…"


def test_reading_order_goes_row_by_row() -> None:
    boxes = {"d": (0, 100, 50, 140), "b": (200, 12, 260, 48), "a": (0, 10, 50, 50)}
    nodes = [Node(id=i, kind="box", text=i, bbox=box) for i, box in boxes.items()]
    assert [n.id for n in reading_order(nodes)] == ["a", "b", "d"]
    assert [n.id for _, n in outline(FLOW)] == ["c", "a", "b", "x"]


_texts = st.text(st.sampled_from("ab 库存\n#-→[1]"), max_size=400)


@st.composite
def _scenes(draw: st.DrawFn) -> Scene:
    texts = draw(st.lists(_texts, min_size=1, max_size=8))
    nodes = [
        Node(
            id=f"n{i}",
            kind="box",
            text=text,
            bbox=(10.0 * i, 5.0 * (i % 3), 10.0 * i + 9, 30),
            parent=f"n{draw(st.integers(0, i - 1))}" if i and draw(st.booleans()) else None,
        )
        for i, text in enumerate(texts)
    ]
    ends = st.sampled_from([n.id for n in nodes])
    relations = [
        Relation(id=f"r{i}", source=draw(ends), target=draw(ends), label=draw(_texts)[:30])
        for i in range(draw(st.integers(0, 6)))
    ]
    return scene_of(nodes, relations, draw(_texts))


@settings(max_examples=60, deadline=None)
@given(_scenes())
def test_every_unit_is_keyed_bounded_and_inside_its_board(scene: Scene) -> None:
    units = units_of(scene)
    ids = {node.id for node in scene.nodes}
    assert len({u.key for u in units}) == len(units)
    texts = {n.id: n.text for n in scene.nodes}
    for unit in units:
        assert unit.quote.strip()
        assert set(unit.nodes) <= ids
        assert token_cost(unit.passage) < 420
        assert 0 <= unit.region[0] <= unit.region[2] <= scene.width
        if unit.kind == "node":
            assert unit.quote in texts[unit.nodes[0]]
    assert {n.id for n in scene.nodes if n.text.strip()} == {
        u.nodes[0] for u in units if u.kind == "node"
    }
