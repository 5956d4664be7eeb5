"""The board renderer: what it says is on a board is where it says."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.boards import BoardSpec, Camera, Item, Link, Part, Rendered, Style, random_spec, render
from evals.boards.camera import homography, photograph, project
from evals.boards.layouts import LAYOUTS, Desk
from evals.boards.layouts.flow import ranks_of
from evals.boards.lettering import CHINESE, LATIN, Hand
from evals.boards.randoms import Language
from evals.boards.shapes import border
from evals.boards.spec import LayoutName, Shape

HAND = Hand("kalam", "long-cang")
SMALL = Camera(900, 700, yaw=11, pitch=-8, roll=2.0, noise=0.0, blur=0.0)
CASES: list[tuple[LayoutName, Language]] = [
    (layout, ("en", "zh")[i % 2]) for i, layout in enumerate(get_args(LayoutName))
]


def flat_board(seed: int, language: Language, layout: LayoutName) -> tuple[BoardSpec, Rendered]:
    spec = random_spec(seed, language, layout, photo=False)
    return spec, render(spec)


@pytest.mark.parametrize(("layout", "language"), CASES)
def test_ink_lies_along_every_side_of_every_truth_box(layout: LayoutName, language: Language):
    spec, board = flat_board(3, language, layout)
    assert len(board.scene.nodes) >= len(spec.items)
    rules = {"table", "container"}  # their sides are lines with wobble
    for node in board.scene.nodes:
        x0, y0, x1, y1 = node.bbox
        reach = 9 if node.kind in rules else 5
        left, top = int(x0), int(y0)
        right, foot = int(np.ceil(x1)), int(np.ceil(y1))
        ink = board.ink
        strips = [
            ink[top:foot, left : left + reach],
            ink[top:foot, right - reach : right],
            ink[top : top + reach, left:right],
            ink[foot - reach : foot, left:right],
        ]
        assert all(strip.max() > 60 for strip in strips), node


@pytest.mark.parametrize(("layout", "language"), CASES)
def test_scene_says_what_the_spec_says(layout: LayoutName, language: Language):
    spec, board = flat_board(5, language, layout)
    nodes = {node.id: node for node in board.scene.nodes}
    for item in spec.items:
        assert nodes[item.id].text == item.text
    assert nodes["title"].text == spec.title == board.scene.title
    drawn = [(r.source, r.target, r.label, r.directed) for r in board.scene.relations]
    assert drawn == [(x.source, x.target, x.label, x.heads == 1) for x in spec.links]
    assert board.scene.language == language


@pytest.mark.parametrize("layout", ["flow", "mindmap", "tree", "free", "lanes"])
def test_paths_start_and_end_at_their_nodes(layout: LayoutName):
    _, board = flat_board(8, "en", layout)
    nodes = {node.id: node for node in board.scene.nodes}
    assert board.scene.relations
    for relation in board.scene.relations:
        for end, (x, y) in (
            (relation.source, relation.path[0]),
            (relation.target, relation.path[-1]),
        ):
            x0, y0, x1, y1 = nodes[end].bbox
            away = np.hypot(max(x0 - x, 0, x - x1), max(y0 - y, 0, y - y1))
            below = 60 if nodes[end].kind == "icon" else 0  # the words below a stick figure
            assert away < 22 + below, (relation, nodes[end])


def test_same_spec_same_picture():
    spec = replace(random_spec(2, "zh", "flow", photo=True), camera=SMALL)
    one, two = render(spec), render(spec)
    assert one.scene == two.scene
    assert one.picture.tobytes() == two.picture.tobytes()
    other = render(replace(spec, seed=3))
    assert other.picture.tobytes() != one.picture.tobytes()


@pytest.mark.parametrize("layout", ["wall", "tree"])
def test_truth_goes_through_the_camera(layout: LayoutName):
    spec = random_spec(4, "en", layout, photo=False)
    flat, seen = render(spec), render(replace(spec, camera=SMALL))
    assert seen.view is not None
    assert seen.picture.size == (SMALL.width, SMALL.height)
    for before, after in zip(flat.scene.nodes, seen.scene.nodes, strict=True):
        x0, y0, x1, y1 = before.bbox
        corners = seen.view.map(np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)]))
        low, high = corners.min(axis=0), corners.max(axis=0)
        a = after.bbox
        assert low[0] - 1 <= a[0] <= a[2] <= high[0] + 1
        assert low[1] - 1 <= a[1] <= a[3] <= high[1] + 1
        # words lie within the turned box; they can't be much smaller than it
        assert (a[2] - a[0]) * (a[3] - a[1]) > 0.3 * float((high - low).prod())


def test_a_dot_is_photographed_where_the_view_says():
    board = np.full((600, 900, 3), 255, np.uint8)
    spots = [(80, 90), (820, 70), (450, 300), (100, 520), (800, 540)]
    for spot in spots:
        cv2.circle(board, spot, 14, (255, 0, 0), -1)
    view = photograph(board, SMALL, "whiteboard", np.random.default_rng(1))
    red = (view.pixels[:, :, 0] > 120) & (view.pixels[:, :, 1] < 60)
    _, _, _, found = cv2.connectedComponentsWithStats(red.astype(np.uint8))
    for seen in view.map(np.array(spots, float)):
        assert np.hypot(*(found[1:] - seen).T).min() < 1.5


@settings(max_examples=60, deadline=None)
@given(
    st.floats(-25, 25), st.floats(-25, 25), st.floats(-10, 10), st.integers(200, 3000),
    st.integers(200, 2000),
)  # fmt: skip
def test_the_whole_board_is_in_the_photo(
    yaw: float, pitch: float, roll: float, width: int, height: int
):
    camera = Camera(1200, 900, yaw=yaw, pitch=pitch, roll=roll, margin=0.04)
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], float)
    seen = project(homography(width, height, camera), corners)
    assert (seen >= -0.5).all()
    assert (seen <= np.array([1200.5, 900.5])).all()
    edges = np.roll(seen, -1, axis=0) - seen
    turns = (
        edges[:, 0] * np.roll(edges, -1, axis=0)[:, 1] - edges[:, 1] * np.roll(edges, -1, 0)[:, 0]
    )
    assert (turns > 0).all()  # still a convex board, not mirrored


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from(get_args(Shape)), st.floats(-800, 800), st.floats(-800, 800),
    st.floats(10, 200), st.floats(10, 200),
)  # fmt: skip
def test_lines_leave_a_shape_on_the_way_to_their_aim(
    shape: Shape, x: float, y: float, hw: float, hh: float
):
    at = border(shape, (-hw, -hh, hw, hh), (x, y), 3.0)
    assert np.hypot(*at) <= np.hypot(x, y) + 1e-6
    assert abs(at[0] * y - at[1] * x) <= 1e-6 * max(1.0, x * x + y * y)  # on the ray
    if max(abs(x) / hw, abs(y) / hh) > 2.5:
        assert np.hypot(at[0] / hw, at[1] / hh) > 0.5
        assert max(abs(at[0]) / hw, abs(at[1]) / hh) < 2.5


@settings(max_examples=80, deadline=None)
@given(st.text("ab cdé 茶叶，库存。", min_size=1, max_size=60), st.floats(30, 400))
def test_wrapping_keeps_the_words_and_the_width(text: str, width: float):
    text = text.replace("é", "e")
    lines, widest, height = HAND.block(text, 20.0, width)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert height == pytest.approx(len(lines) * 20 * 1.22)
    for line in lines:
        breakable = len(line.split()) > 1
        assert not breakable or HAND.advance(line, 20.0) <= max(width, widest) + 1e-6


@pytest.mark.parametrize("latin", LATIN)
@pytest.mark.parametrize("chinese", CHINESE)
def test_every_hand_writes_both_languages(latin: str, chinese: str):
    hand = Hand(latin, chinese)
    for sign in "Ag7?%:,-茶库险责，：？":
        mask, _, _ = hand.glyph(sign, 30.0, 3.0)
        assert max(mask.size) > 2
        assert np.asarray(mask).max() > 100
    assert hand.font_of("茶") == chinese
    assert hand.font_of("A") == latin


def test_signs_that_no_font_has_are_refused():
    with pytest.raises(ValueError, match="no font"):
        HAND.font_of("🚀")


def test_links_to_nowhere_are_refused():
    part = Part("p", "flow", (Item("a", "Here"),))
    with pytest.raises(ValueError, match="nowhere"):
        render(BoardSpec("Broken", ((part,),), (Link("a", "nowhere"),)))


@pytest.mark.parametrize("layout", ["flow", "list", "wall", "mindmap", "tree", "table", "lanes"])
@pytest.mark.parametrize("seed", range(6))
def test_items_do_not_cover_each_other(layout: LayoutName, seed: int):
    spec = random_spec(seed, "zh", layout)
    desk = Desk(HAND, 30.0, np.random.default_rng(seed))
    plan = LAYOUTS[layout](spec.parts[0], spec.links, desk)
    boxes = list(plan.boxes.values())
    assert len(boxes) == len(spec.items)
    for i, a in enumerate(boxes):
        assert a[0] > -15
        assert a[2] < plan.width + 15
        for b in boxes[:i]:
            wide, tall = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
            smaller = min((c[2] - c[0]) * (c[3] - c[1]) for c in (a, b))
            assert max(wide, 0) * max(tall, 0) < 0.1 * smaller


def test_ranks_follow_the_arrows_and_survive_rings():
    links = (Link("a", "b"), Link("b", "c"), Link("a", "c"), Link("c", "a"))
    assert ranks_of(["a", "b", "c"], links) == {"a": 0, "b": 1, "c": 2}


def test_numbers_count_within_their_part_and_headings_hold_their_items():
    lists = [
        Part(k, "list", tuple(Item(f"{k}{i}", "x", "text", mark="number") for i in range(2)), k)
        for k in ("one", "two")
    ]
    board = render(BoardSpec("T", (tuple(lists),), style=Style("screen")))
    parents = {node.id: node.parent for node in board.scene.nodes}
    assert parents == {
        "title": None, "one": None, "two": None,
        "one0": "one", "one1": "one", "two0": "two", "two1": "two",
    }  # fmt: skip


def test_a_frame_is_a_container_around_its_items():
    part = Part("f", "flow", (Item("a", "Left"), Item("b", "Right")), heading="All", frame=True)
    scene = render(BoardSpec("", ((part,),), (Link("a", "b"),))).scene
    nodes = {node.id: node for node in scene.nodes}
    frame = nodes["f"]
    assert frame.kind == "container"
    for inner in (nodes["a"], nodes["b"]):
        assert inner.parent == "f"
        assert frame.bbox[0] < inner.bbox[0] < inner.bbox[2] < frame.bbox[2]
        assert frame.bbox[1] < inner.bbox[1] < inner.bbox[3] < frame.bbox[3]


def test_lines_follow_their_ink_and_labels_hold_theirs():
    items = (
        Item("a", "Left"),
        Item("b", "Right", at=(500.0, 20.0)),
        Item("c", "Low", at=(20, 300)),
    )
    links = (
        Link("a", "b", "when late", heads=2, color="red"),
        Link("a", "c", dashed=True, color="green"),
    )
    board = render(BoardSpec("", ((Part("p", "free", items),),), links, style=Style("screen")))
    assert [x.relation for x in board.lines] == [r.id for r in board.scene.relations]
    assert [(x.heads, x.dashed) for x in board.lines] == [(2, False), (1, True)]
    red = np.asarray(board.picture, int) @ np.array([1, -1, 0]) > 60
    x, y = board.lines[0].path.round().astype(int).T
    assert red[y, x].mean() > 0.95
    (x0, y0, x1, y1) = (int(v) for v in board.labels[0])
    near = np.zeros_like(red)
    near[y0 - 1 : y1 + 2, x0 - 1 : x1 + 2] = True
    for way in board.lines[0].path.round().astype(int):
        cv2.circle(seen := np.zeros(red.shape, np.uint8), way.tolist(), 22, 1, -1)
        near |= seen > 0
    assert red[y0:y1, x0:x1].any()
    assert not (red & ~near).any()  # all red is the line, its heads or its label
