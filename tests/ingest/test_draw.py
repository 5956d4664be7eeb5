from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.draw import draw_scene, draw_strokes
from ingest.draw.colours import FILL, INK
from ingest.draw.lines import border_point, midpoint, straight_path
from ingest.draw.text import fit, font, length, wrap
from kb.scene import ExtractorInfo, Node, NodeKind, Relation, Scene, Stroke

KINDS = get_args(NodeKind)
NATIVE = ExtractorInfo(name="native")


def scene_of(*nodes, width=400, height=300, **more):
    return Scene(width=width, height=height, nodes=nodes, extractor=NATIVE, **more)


def node(name="n", kind="box", bbox=(50, 50, 250, 150), **more):
    return Node(id=name, kind=kind, bbox=bbox, **more)


def dark(image, box=None):
    pixels = np.asarray(image.crop(tuple(map(int, box))) if box else image)
    return int((pixels.max(axis=2) < 200).sum())


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_shows_its_words_inside_its_box(kind):
    bare = draw_scene(scene_of(node(kind=kind)))
    image = draw_scene(scene_of(node(kind=kind, text="Check stock 检查库存")))
    assert dark(image, (50, 50, 251, 151)) > dark(bare, (50, 50, 251, 151)) + 150
    assert dark(image) == dark(image, (48, 48, 253, 153))


@pytest.mark.parametrize("name", sorted(INK))
def test_every_colour_name_is_drawn_and_readable(name):
    image = draw_scene(scene_of(node(fill=name, color="black" if name != "black" else "white")))
    assert image.getpixel((70, 100)) == FILL[name]
    assert name == "black" or sum(FILL[name]) > 550


def test_an_arrow_has_its_head_at_the_target():
    a, b = node("a", bbox=(10, 130, 60, 170)), node("b", bbox=(340, 130, 390, 170))
    arrow = Relation(id="r", source="a", target="b")
    image = draw_scene(scene_of(a, b, relations=(arrow,)))
    near_target, near_source = (320, 120, 339, 180), (62, 120, 81, 180)
    assert dark(image, near_target) > dark(image, near_source) + 10
    both = arrow.model_copy(update={"directed": False})
    image = draw_scene(scene_of(a, b, relations=(both,)))
    assert dark(image, near_source) == pytest.approx(dark(image, near_target), abs=12)


def test_a_label_stands_on_a_patch_at_the_middle():
    a, b = node("a", bbox=(10, 130, 60, 170)), node("b", bbox=(340, 130, 390, 170))
    plain = draw_scene(scene_of(a, b, relations=(Relation(id="r", source="a", target="b"),)))
    arrow = Relation(id="r", source="a", target="b", label="有货 in stock")
    image = draw_scene(scene_of(a, b, relations=(arrow,)))
    assert dark(image, (120, 135, 280, 165)) > dark(plain, (120, 135, 280, 165)) + 50


def test_strokes():
    stroke = Stroke(points=((10, 10), (90, 10)), color="red", width=4)
    image = draw_strokes([stroke, Stroke(points=((50, 50),), width=6)], 100, 80)
    assert image.size == (100, 80)
    red, green, blue = image.getpixel((50, 10))
    assert red > 150 > max(green, blue)
    assert max(image.getpixel((50, 50))) < 80
    assert image.getpixel((90, 70)) == (255, 255, 255)


def test_chinese_wraps_by_character_and_english_by_word():
    lines = list(wrap("检查库存并扣减", 20, 65))
    assert all(len(line) <= 3 for line in lines)
    assert "".join(lines) == "检查库存并扣减"
    lines = list(wrap("check the stock before payment", 20, 130))
    assert " ".join(lines) == "check the stock before payment"
    assert list(wrap("完成。好", 20, 45)) == ["完成。", "好"]  # no stop begins a line


@given(st.text("ab 检查。,\n", max_size=80), st.integers(9, 40), st.integers(20, 400))
def test_wrapping_keeps_every_sign_and_the_width(text, size, width):
    lines = list(wrap(text, size, width))
    assert "".join("".join(lines).split()) == "".join(text.split())
    for line in lines:
        assert length(line.rstrip("。,"), size) <= width or len(line.rstrip("。,")) <= 1


def test_fitting_shrinks_words_until_they_fit():
    block = fit("a fairly long sentence for a small box", 100, 60, 40)
    assert block.size < 40
    assert block.width <= 100.5
    assert block.height <= 60.5


def test_widths_are_the_fonts_widths():
    for text in ("Check stock", "检查库存"):
        assert length(text, 40) == pytest.approx(font(40).getlength(text), rel=0.05)


def test_the_font_has_both_languages_and_the_usual_signs():
    empty = bytes(font(40).getmask("\U0010fffd"))
    for sign in "aZ9订單库→←✓☐①αΩ≤“”…。，":
        assert bytes(font(40).getmask(sign)) != empty, sign


@pytest.mark.parametrize("kind", ["box", "ellipse", "diamond"])
def test_lines_meet_the_border(kind):
    box = (0.0, 0.0, 100.0, 60.0)
    assert border_point(box, kind, (500, 30)) == pytest.approx((100, 30))
    assert border_point(box, kind, (50, -500)) == pytest.approx((50, 0))
    path = straight_path((box, kind), ((300.0, 0.0, 400.0, 60.0), kind))
    assert path == [pytest.approx((100, 30)), pytest.approx((300, 30))]
    assert midpoint(path) == pytest.approx((200, 30))


@st.composite
def scenes(draw):
    width, height = draw(st.integers(1, 300)), draw(st.integers(1, 300))
    xs, ys = st.floats(0, width), st.floats(0, height)
    words = st.text("ab 订单\n，.", max_size=30)
    colour = st.sampled_from([None, "red", "black", "no such colour"])
    nodes = []
    for number in range(draw(st.integers(0, 6))):
        x, y = sorted((draw(xs), draw(xs))), sorted((draw(ys), draw(ys)))
        nodes.append(
            Node(
                id=f"n{number}",
                kind=draw(st.sampled_from(KINDS)),
                text=draw(words),
                bbox=(x[0], y[0], x[1], y[1]),
                color=draw(colour),
                fill=draw(colour),
                parent=draw(st.sampled_from([None, *(one.id for one in nodes)])),
            )
        )
    ids = st.sampled_from([one.id for one in nodes]) if nodes else st.nothing()
    points = st.lists(st.tuples(xs, ys), max_size=5)
    relations = [
        Relation(
            id=f"r{number}",
            kind=draw(st.sampled_from(["arrow", "line", "contains", "annotates"])),
            source=draw(ids),
            target=draw(ids),
            label=draw(words),
            directed=draw(st.booleans()),
            path=tuple(draw(points)),
        )
        for number in range(draw(st.integers(0, 4)) if nodes else 0)
    ]
    strokes = [Stroke(points=tuple(one)) for one in draw(st.lists(points, max_size=3))]
    return scene_of(
        *nodes, width=width, height=height, relations=tuple(relations), strokes=tuple(strokes)
    )


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(scenes())
def test_any_scene_can_be_drawn(scene):
    image = draw_scene(scene)
    assert image.size == (scene.width, scene.height)
    assert image.mode == "RGB"
