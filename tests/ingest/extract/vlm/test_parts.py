"""Sizes in tokens, tiles of large boards, and how several looks become one."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from ingest.extract.local.geometry import overlap_union
from ingest.extract.vlm.codec import Decoded
from ingest.extract.vlm.merge import Look, merged
from ingest.extract.vlm.regions import MOST_TILES, halves_of, tiles_for
from ingest.extract.vlm.sizing import fitted_size, token_side, tokens_of
from kb.scene import Box, Node, Relation, Scene
from tests.ingest.extract.vlm.scenes import MADE

_sides = st.integers(1, 20_000)


@given(_sides, _sides, st.integers(16, 16_384), st.sampled_from([28, 32]))
def test_a_picture_takes_no_more_tokens_than_allowed(
    width: int, height: int, tokens: int, side: int
) -> None:
    size = fitted_size(width, height, tokens, side)
    assert tokens_of(size, side) <= max(tokens, 16)
    assert size[0] % side == size[1] % side == 0
    assert size[0] <= max(width + side, 4 * side)


@given(st.integers(300, 6000), st.integers(300, 6000), st.integers(256, 4096))
def test_a_picture_keeps_its_shape_and_uses_its_tokens(w: int, h: int, tokens: int) -> None:
    size = fitted_size(w, h, tokens)
    if min(size) >= 8 * 32:
        assert abs(size[0] / size[1] / (w / h) - 1) < 0.2
        assert tokens_of(size) > 0.75 * tokens or size[0] > w - 32


def test_a_token_is_as_large_as_the_family_has_it() -> None:
    assert token_side("Qwen/Qwen3-VL-8B-Instruct") == 32
    assert token_side("Qwen2.5-VL-7B-Instruct-AWQ") == 28
    assert token_side("a-model-of-ours") == 32


def _lines(height: float, size: tuple[int, int]) -> Scene:
    nodes = tuple(
        Node(id=f"n{i}", kind="text", text="a b", bbox=(10.0, 90.0 * i, 300.0, 90.0 * i + height))
        for i in range(5)
    )
    return Scene(width=size[0], height=size[1], nodes=nodes, extractor=MADE)


def test_a_board_is_tiled_where_its_writing_would_be_too_small() -> None:
    size = (4800, 3600)
    assert tiles_for(size, 2048, 32, _lines(60, size)) == []
    assert tiles_for(size, 2048, 32, _lines(20, size))
    assert tiles_for((1600, 1200), 2048, 32, _lines(10, (1600, 1200))) == []  # nothing to gain
    assert tiles_for((12_000, 3_000), 2048, 32, None)
    assert tiles_for((4000, 3000), 2048, 32, None) == []


@given(st.integers(2000, 30_000), st.integers(2000, 30_000))
def test_tiles_cover_the_board_and_overlap(width: int, height: int) -> None:
    tiles = tiles_for((width, height), 1024, 32, None)
    assert len(tiles) <= MOST_TILES
    for tile in tiles:
        assert 0 <= tile[0] < tile[2] <= width
        assert 0 <= tile[1] < tile[3] <= height
    if tiles:
        for x in (0, width / 3, width / 2, width - 1):
            for y in (0, height / 3, height / 2, height - 1):
                assert any(t[0] <= x <= t[2] and t[1] <= y <= t[3] for t in tiles)


def test_halves_overlap_and_end() -> None:
    one, two = halves_of((0.0, 0.0, 1000.0, 600.0))
    assert one[0] == 0
    assert two[2] == 1000
    assert one[2] > two[0]
    assert halves_of((0.0, 0.0, 400.0, 300.0)) == []


def thing(ident: str, text: str, bbox: Box, parent: str | None = None) -> Node:
    return Node(id=ident, kind="box", text=text, bbox=bbox, parent=parent)


def rel(source: str, target: str, kind: str = "arrow") -> Relation:
    return Relation.model_validate(
        {"id": f"{source}{target}", "kind": kind, "source": source, "target": target}
    )


LEFT, RIGHT, WHOLE = (
    (0.0, 0.0, 600.0, 500.0),
    (400.0, 0.0, 1000.0, 500.0),
    (0.0, 0.0, 1000.0, 500.0),
)


def test_a_node_in_two_parts_is_kept_once_with_its_relations() -> None:
    a, b, c = (
        (50.0, 100.0, 150.0, 150.0),
        (450.0, 100.0, 550.0, 150.0),
        (800.0, 100.0, 900.0, 150.0),
    )
    left = Decoded("T", [thing("n1", "A", a), thing("n2", "B", b)], [rel("n1", "n2")])
    right = Decoded("", [thing("n1", "B", b), thing("n2", "C", c)], [rel("n1", "n2")])
    got = merged([Look(LEFT, left), Look(RIGHT, right)])
    assert [(n.id, n.text) for n in got.nodes] == [("n1", "A"), ("n2", "B"), ("n3", "C")]
    assert [(r.source, r.target) for r in got.relations] == [("n1", "n2"), ("n2", "n3")]
    assert got.title == "T"


def test_a_node_cut_by_an_edge_gives_way_to_the_whole_one() -> None:
    cut = Decoded("", [thing("n1", "Check st", (500.0, 100.0, 600.0, 150.0))], [])
    whole = Decoded("", [thing("n1", "Check stock", (500.0, 100.0, 720.0, 150.0))], [])
    for looks in ([Look(LEFT, cut), Look(RIGHT, whole)], [Look(RIGHT, whole), Look(LEFT, cut)]):
        (node,) = merged(looks).nodes
        assert (node.text, node.bbox) == ("Check stock", (500.0, 100.0, 720.0, 150.0))


def test_two_halves_of_a_node_become_one() -> None:
    one = Decoded("", [thing("n1", "Check st", (350.0, 100.0, 600.0, 150.0))], [])
    two = Decoded("", [thing("n1", "eck stock", (400.0, 100.0, 720.0, 150.0))], [])
    (node,) = merged([Look(LEFT, one), Look(RIGHT, two)]).nodes
    assert node.bbox == (350.0, 100.0, 720.0, 150.0)


def test_a_relation_across_parts_comes_from_the_look_at_the_whole() -> None:
    a, c = (50.0, 100.0, 150.0, 150.0), (800.0, 100.0, 900.0, 150.0)
    near = (795.0, 98.0, 905.0, 155.0)
    looks = [
        Look(LEFT, Decoded("", [thing("n1", "A", a)])),
        Look(RIGHT, Decoded("", [thing("n1", "C", c)])),
        Look(WHOLE, Decoded("", [thing("n1", "A", a), thing("n2", "O", near)], [rel("n1", "n2")])),
    ]
    got = merged(looks)
    assert [n.text for n in got.nodes] == ["A", "C"]  # the nearer look read better
    assert [(r.source, r.target) for r in got.relations] == [("n1", "n2")]


def test_neighbours_with_the_same_words_stay_two() -> None:
    one = Decoded("", [thing("n1", "Yes", (410.0, 100.0, 470.0, 150.0))])
    two = Decoded("", [thing("n1", "Yes", (480.0, 100.0, 540.0, 150.0))])
    assert len(merged([Look(LEFT, one), Look(RIGHT, two)]).nodes) == 2


def test_parents_of_several_looks_never_go_round() -> None:
    a, b = (50.0, 50.0, 550.0, 450.0), (60.0, 60.0, 540.0, 440.0)
    one = Decoded("", [thing("n1", "A", a), thing("n2", "B", (100.0, 100.0, 200.0, 150.0), "n1")])
    two = Decoded("", [thing("n1", "A", b, "n2"), thing("n2", "B", (100.0, 100.0, 200.0, 150.0))])
    got = merged([Look(WHOLE, one), Look(WHOLE, two)])
    Scene(width=1000, height=500, nodes=tuple(got.nodes), extractor=MADE)
    assert [n.parent for n in got.nodes] == [None, "n1"]


@given(st.lists(st.sampled_from([LEFT, RIGHT, WHOLE]), min_size=2, max_size=4), st.randoms())
def test_what_is_merged_holds_the_promises(parts: list[Box], random: object) -> None:
    looks = []
    for part in parts:
        nodes = []
        for i in range(random.randint(0, 5)):  # type: ignore[attr-defined]
            x = part[0] + random.random() * (part[2] - part[0] - 60)  # type: ignore[attr-defined]
            y = random.random() * 400  # type: ignore[attr-defined]
            parent = f"n{random.randint(1, i)}" if i else None  # type: ignore[attr-defined]
            nodes.append(thing(f"n{i + 1}", f"w{i}", (x, y, x + 50, y + 30), parent))
        relations = [rel(a.id, b.id) for a, b in itertools.pairwise(nodes)]
        looks.append(Look(part, Decoded("", nodes, relations)))
    got = merged(looks)
    Scene(
        width=1000,
        height=500,
        nodes=tuple(got.nodes),
        relations=tuple(got.relations),
        extractor=MADE,
    )
    for i, node in enumerate(got.nodes):
        for other in got.nodes[:i]:
            assert overlap_union(node.bbox, other.bbox) < 0.9 or node.text != other.text
