from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kb.scene import ExtractorInfo, Node, Relation, Scene
from kb.ways import MAX_WAYS, ways_of

BOX = (0.0, 0.0, 10.0, 10.0)


def scene(names: dict[str, str], relations: list[Relation], parents: dict[str, str]) -> Scene:
    nodes = tuple(
        Node(id=i, kind="box", text=text, bbox=BOX, parent=parents.get(i))
        for i, text in names.items()
    )
    return Scene(
        width=100,
        height=100,
        nodes=nodes,
        relations=tuple(relations),
        extractor=ExtractorInfo(name="test"),
    )


def test_ways_respect_direction_and_pass_silent_shapes() -> None:
    ways = ways_of(
        scene(
            {"a": "A", "gate": "", "b": "B", "c": "C", "box": "Box"},
            [
                Relation(id="1", source="a", target="gate"),
                Relation(id="2", source="gate", target="b"),
                Relation(id="3", kind="line", source="b", target="c", directed=False),
            ],
            {"c": "box"},
        )
    )
    assert ways["a"] == (("after", "b"),)
    assert set(ways["b"]) == {("before", "a"), ("beside", "c")}
    assert set(ways["c"]) == {("beside", "b"), ("in", "box")}
    assert ways["box"] == (("holds", "c"),)
    assert "gate" not in ways


def test_ways_end_at_words_that_nobody_can_read() -> None:
    relations = [
        Relation(id="1", source="a", target="unread"),
        Relation(id="2", source="unread", target="b"),
    ]
    board = scene({"a": "A", "unread": "", "b": "B"}, relations, {})
    nodes = tuple(node.model_copy(update={"kind": "text"}) for node in board.nodes)
    assert ways_of(board)["a"] == (("after", "b"),)
    assert ways_of(board.model_copy(update={"nodes": nodes}))["a"] == ()


_pairs = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=40)


@given(_pairs, st.sets(st.integers(0, 9)))
def test_every_way_leads_to_a_speaking_node_and_back(
    pairs: list[tuple[int, int]], silent: set[int]
) -> None:
    names = {str(i): "" if i in silent else f"node {i}" for i in range(10)}
    relations = [
        Relation(id=str(n), source=str(a), target=str(b)) for n, (a, b) in enumerate(pairs)
    ]
    ways = ways_of(scene(names, relations, {}))
    for node, leaving in ways.items():
        assert len(leaving) == len(set(leaving)) <= MAX_WAYS
        for way, end in leaving:
            assert end != node
            assert names[end]
            back = "before" if way == "after" else "after"
            if not silent:
                assert (back, node) in ways[end]
