from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings

from ingest.board import Limits
from ingest.readers.canvas import read
from kb.errors import BadSource

from .native_samples import LIMITS, check_golden, damaged, reads_or_refuses


def scene_of(nodes, edges=()):
    data = json.dumps({"nodes": list(nodes), "edges": list(edges)}).encode()
    return next(read(data, "b.canvas", LIMITS)).scene


def node(name, x=0, y=0, w=100, h=50, **more):
    return {"id": name, "type": "text", "x": x, "y": y, "width": w, "height": h, **more}


def test_sample():
    (board,) = check_golden(read, "review.canvas")
    scene = board.scene
    by_id = {one.id: one for one in scene.nodes}
    assert by_id["t2"].parent == "inner"
    assert by_id["inner"].parent == "g"
    assert by_id["t1"].text == "## 目标\n- 降低延迟\n- Keep costs flat"
    assert scene.title == "评审 Review"
    ends = {one.id: (one.source, one.target, one.directed, one.kind) for one in scene.relations}
    assert ends == {
        "e1": ("t1", "t2", True, "arrow"),
        "e2": ("f", "t2", True, "arrow"),  # its head is at the start: turned round
        "e3": ("l", "t1", False, "line"),
        "e4": ("l", "f", False, "arrow"),
    }
    assert scene.notes


@pytest.mark.parametrize("title", ["Roadmap spring 2026", "春季路线图"])
def test_a_heading_alone_is_the_title(title):
    cards = [
        node("a", text=f"# {title}", w=400),
        node("b", y=90, text="- [x] **Call** the bank"),
    ]
    scene = scene_of(cards)
    assert scene.title == title
    assert [(one.kind, one.text) for one in scene.nodes] == [
        ("title", title),
        ("box", "- [x] Call the bank"),
    ]


def test_a_heading_that_a_line_joins_is_a_step():
    cards = [node("a", text="# Pay"), node("b", y=90, text="## Ship\nby post")]
    scene = scene_of(cards, [{"id": "e", "fromNode": "a", "toNode": "b"}])
    assert [(one.kind, one.text) for one in scene.nodes] == [
        ("box", "Pay"),
        ("box", "## Ship\nby post"),
    ]


def test_an_empty_file_but_for_white_space_is_an_empty_board():
    (board,) = read(b"{}", "new.canvas", LIMITS)
    assert board.scene.nodes == ()


def test_preset_and_hex_colours():
    scene = scene_of([node("a", color="1"), node("b", y=90, color="#2f9e44"), node("c", y=180)])
    assert [one.color for one in scene.nodes] == ["red", "green", None]


def test_equal_groups_do_not_hold_each_other():
    groups = [node(name, w=300, h=300) | {"type": "group", "label": name} for name in ("a", "b")]
    scene = scene_of([*groups, node("n", x=10, y=10)])
    parents = {one.id: one.parent for one in scene.nodes}
    assert sorted(str(parents[name]) for name in ("a", "b")) == ["None", "b"] or parents["b"] == "a"
    assert parents["n"] in ("a", "b")


def test_a_label_beyond_the_specification_is_kept():
    scene = scene_of([node("a", label="Name", text="words")])
    assert scene.nodes[0].text == "Name\nwords"


def test_the_same_id_twice_is_renamed_and_noted():
    scene = scene_of([node("a", text="1"), node("a", y=90, text="2")])
    assert [one.id for one in scene.nodes] == ["a", "a~2"]
    assert any("id" in note for note in scene.notes)


def test_far_flung_boards_are_drawn_small_enough():
    scene = scene_of([node("a"), node("b", x=9_000_000, y=5_000_000)])
    assert max(scene.width, scene.height) <= 8100


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"[1, 2]", "corrupt"),
        (b'{"name": 1}', "corrupt"),
        (b'{"nodes": [}', "corrupt"),
        (b"\xff\xfe\x00", "corrupt"),
    ],
)
def test_refused(data, code):
    with pytest.raises(BadSource) as caught:
        list(read(data, "bad.canvas", LIMITS))
    assert caught.value.code == code


def test_too_many_elements_are_refused():
    data = json.dumps({"nodes": [node(str(n)) for n in range(11)]}).encode()
    with pytest.raises(BadSource) as caught:
        list(read(data, "big.canvas", Limits(max_elements=10)))
    assert caught.value.code == "too_many_elements"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=damaged("review.canvas"))
def test_damaged_files(data):
    reads_or_refuses(read, data, "review.canvas")
