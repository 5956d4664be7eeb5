"""The figures of the extraction eval, on small boards whose figures can be counted by hand."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from evals.extraction.bootstrap import bins_of, calibration, draws_of, ratio
from evals.extraction.breakdown import breakdown
from evals.extraction.compare import Reading, compare
from evals.extraction.figures import figures_of
from evals.extraction.match import (
    as_published,
    in_common,
    inside_share,
    match_boxes,
    match_edges,
    overlap_union,
    plain,
    wrong_letters,
)
from evals.extraction.truth import TrueBoard, TrueEdge, TrueNode, long_edges, shared_edges
from kb.scene import ExtractorInfo, Node, Relation, Scene

A, B, C = (0, 0, 100, 50), (200, 0, 300, 50), (400, 0, 500, 50)


def board(nodes, edges=(), **more):
    size = (1024, 512)
    return TrueBoard("b", lambda: Image.new("RGB", size), size, tuple(nodes), tuple(edges), **more)


def scene(nodes, relations=()):
    return Scene(
        width=1024, height=512, nodes=nodes, relations=relations, extractor=ExtractorInfo(name="t")
    )


def three(kinds=("box", "diamond", "ellipse"), texts=("One", "Two", "Three")):
    boxes = zip("abc", kinds, (A, B, C), texts, strict=True)
    return board(
        [TrueNode(*one) for one in boxes],
        [
            TrueEdge("a", "b", ((100, 25), (200, 25))),
            TrueEdge("b", "c", ((300, 25), (400, 25))),
        ],
    )


def values(reading):
    return {name: told.value for name, told in figures_of([reading]).items()}


def perfect():
    true = three()
    nodes = [Node(id=n.id, kind=n.kind, bbox=n.box, text=n.text) for n in true.nodes]
    relations = [Relation(id=e.source, source=e.source, target=e.target) for e in true.edges]
    return compare(scene(nodes, relations), true)


def test_a_board_that_is_read_without_fault():
    told = values(perfect())
    for name in ("node_f1", "kind_f1", "edge_f1", "string_text", "string_text_kind", "string_path"):
        assert told[name] == 1, name
    assert told["cer"] == told["ece_nodes"] == told["ece_relations"] == 0
    assert told["long_recall"] is None  # no arrow is that long
    assert told["shared_recall"] is None


def test_each_fault_costs_what_it_should():
    nodes = [
        Node(id="1", kind="box", bbox=(0, 0, 100, 45), text="0ne"),  # a letter wrong
        Node(id="2", kind="box", bbox=B, text="two"),  # a diamond
        Node(id="3", kind="text", bbox=(600, 300, 700, 330), text="noise"),  # not there; c missed
    ]
    relations = [
        Relation(id="r1", source="1", target="2"),  # right
        Relation(id="r2", source="2", target="3"),  # wrong
        Relation(id="r3", source="2", target="1", directed=False),  # no directed edge
    ]
    told = values(compare(scene(nodes, relations), three()))
    assert told["node_f1"] == pytest.approx(4 / 6)
    assert told["shape_f1"] == pytest.approx(4 / 5)
    assert told["kind_f1"] == pytest.approx(2 / 6)
    assert told["edge_f1"] == pytest.approx(2 / 4)
    assert told["cer"] == pytest.approx((1 + 0 + 5) / 11)
    assert told["string_text"] == pytest.approx(2 / 6)
    assert told["string_kind"] == pytest.approx(2 / 6)
    assert told["string_text_kind"] == 0
    assert told["string_path"] == 0


def test_strings_need_no_boxes_and_textless_nodes_are_alike():
    true = board([TrueNode("a", "diamond", A), TrueNode("b", "box", B, "Pack\nthe order")])
    found = [
        Node(id="1", kind="box", bbox=(500, 300, 600, 400), text="pack_the order"),
        Node(id="2", kind="diamond", bbox=(700, 300, 800, 400)),
    ]
    told = values(compare(scene(found), true))
    assert told["string_text"] == told["string_text_kind"] == 1
    assert told["node_f1"] == 0
    assert told["cer"] == 1


def test_an_unmatched_node_costs_its_text_and_an_extra_word_costs_too():
    true = three()
    found = [Node(id="1", kind="box", bbox=A, text="One and more")]
    assert values(compare(scene(found), true))["cer"] == pytest.approx((7 + 3 + 5) / 11)


@pytest.mark.parametrize(
    ("more", "text", "counted"),
    [
        ({"loose": ((590, 290, 720, 340),)}, "in a label", 0),  # mostly inside
        ({"loose": ((600, 290, 690, 340),)}, "over a label", 0),  # overlap
        ({"loose": ((690, 290, 790, 340),)}, "beside a label", 1),
        ({"sayings": ("if it is late",)}, "if it 1s late", 0),
        ({"sayings": ("if it is late",)}, "another thing", 1),
    ],
)
def test_words_of_no_node_are_neither_right_nor_wrong(more, text, counted):
    true = board([TrueNode("a", "box", A)], **more)
    words = Node(id="w", kind="text", bbox=(600, 300, 700, 330), text=text)
    arrow = Relation(id="r", source="1", target="w")
    reading = compare(scene([Node(id="1", kind="box", bbox=A), words], [arrow]), true)
    assert len(reading.nodes) == 1 + counted
    assert len(reading.edges) == counted  # a line to what doesn't count doesn't count either
    drawn = words.model_copy(update={"kind": "box"})
    assert len(compare(scene([drawn]), true).nodes) == 1


def test_containers_and_titles_are_no_nodes():
    found = [
        Node(id="f", kind="container", bbox=(0, 0, 900, 500)),
        Node(id="t", kind="title", bbox=(0, 0, 90, 20)),
    ]
    reading = compare(scene(found, [Relation(id="r", source="f", target="t")]), three())
    assert (reading.nodes, reading.edges) == ((), ())


def test_parallel_edges_count_each_once():
    assert match_edges([("1", "2")] * 3, [("a", "b")] * 2, {"1": "a", "2": "b"}) == {0: 0, 1: 1}
    assert match_edges([("2", "1")], [("a", "b")], {"1": "a", "2": "b"}) == {}


def test_boxes_match_one_to_one_best_first():
    assert match_boxes([A, (0, 0, 100, 40)], [A]) == {0: 0}
    assert match_boxes([(0, 0, 100, 24)], [A]) == {}
    assert overlap_union((0, 0, 10, 10), (5, 0, 15, 10)) == pytest.approx(1 / 3)
    assert inside_share((0, 0, 10, 10), (5, 0, 50, 50)) == pytest.approx(0.5)


def test_long_arrows_and_shared_ends_are_told_at_the_reference_size():
    nodes = [TrueNode("a", "box", A), TrueNode("b", "box", B)]
    paths = [
        ((0, 0), (0, 200), (130, 200)),  # 330 px of 2048 are 165 of 1024
        ((0, 0), (310, 0)),
        ((320, 14), (400, 400)),  # 17 px away: 8.6 at the reference size
        ((600, 600), (601, 610), (602, 600)),  # a loop's own ends are no sharing
    ]
    edges = tuple(TrueEdge("a", "b", path) for path in paths)
    true = TrueBoard("b", lambda: Image.new("RGB", (2, 1)), (2048, 900), tuple(nodes), edges)
    assert long_edges(true) == [True, False, True, False]
    assert shared_edges(true) == [True, True, False, False]


def test_texts_are_folded_as_the_published_figures_do():
    assert as_published("Order_note  A\nb") == "ordernoteab"
    assert in_common(["a", "a", "b"], ["a", "b", "b"]) == 2
    assert plain("ＡＢ c\n检 查") == "abc检查"
    assert wrong_letters("kitten", "sitting") == 3


def test_calibration_error():
    # Two of four right at .9; all of two right at .7: (|2 - 3.6| + |2 - 1.4|) / 6
    confidences, right = np.array([0.9] * 4 + [0.7] * 2), np.array([1, 1, 0, 0, 1, 1.0])
    bins = bins_of(confidences, right)[None]
    told = calibration(bins, draws_of(1))
    assert told.value == pytest.approx((1.6 + 0.6) / 6)
    assert bins_of(np.array([1.0]), np.array([1.0]))[-1].tolist() == [0, 1]  # 1.0 is in the last


def test_the_interval_is_the_same_every_time_and_holds_the_value():
    right = np.arange(40) % 3 > 0
    told = [ratio(right.astype(float), np.ones(40), draws_of(40)) for _ in range(2)]
    assert told[0] == told[1]
    value, low, high = told[0]
    assert low < value < high
    # binomial: ± 1.96 standard errors
    assert high - low == pytest.approx(2 * 1.96 * (value * (1 - value) / 40) ** 0.5, rel=0.2)
    assert ratio(np.zeros(3), np.zeros(3), draws_of(3)).value is None


def test_the_breakdown_tells_kinds_and_causes():
    true = three()
    found = [
        Node(id="1", kind="box", bbox=A, text="One"),
        Node(id="2", kind="ellipse", bbox=B, text="Two"),
        Node(id="9", kind="sticky", bbox=(700, 300, 800, 400)),
    ]
    reading = compare(scene(found, [Relation(id="r", source="2", target="1")]), true)
    tables = breakdown([reading])
    kinds = {row[""]: row for row in tables["kind"]}
    assert kinds["diamond"] == {
        "": "diamond", "nodes": 1, "found": 1.0, "kind right": 0.0, "false": 0, "cer": 0.0,
    }  # fmt: skip
    assert (kinds["ellipse"]["found"], kinds["sticky"]["false"]) == (0.0, 1)
    assert tables["wrong kind"] == [{"": "diamond read as ellipse", "nodes": 1}]
    causes = {row[""]: row["edges"] for row in tables["edge missed because"]}
    assert causes == {"reversed": 1, "a node at its end was not found": 1}
    assert tables["line"] == [{"": "arrow", "edges": 2, "found": 0.0}]


def test_thirds_hold_the_same_number_of_pictures():
    one = perfect()
    readings = [
        Reading(**{**vars(one), "sharpness": float(i), "contrast": float(-i)}) for i in range(9)
    ]
    rows = breakdown(readings)["sharpness"]
    assert [(row[""], row["pictures"]) for row in rows] == [
        ("lowest third", 3),
        ("middle third", 3),
        ("highest third", 3),
    ]
