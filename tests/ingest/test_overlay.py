"""What was understood, drawn on the board's picture."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
from PIL import Image

from ingest.draw.lines import draw_dashed
from ingest.draw.overlay import _KINDS, _LINE, draw_overlay
from kb.scene import ExtractorInfo, Node, NodeKind, Relation, Scene

WIDTH, HEIGHT = 1200, 800


def overlay(nodes, relations=(), board="white", size=(WIDTH, HEIGHT)):
    scene = Scene(
        width=WIDTH,
        height=HEIGHT,
        nodes=nodes,
        relations=relations,
        extractor=ExtractorInfo(name="t"),
    )
    return draw_overlay(Image.new("RGB", size, board), scene)


def node(name="n", kind="box", bbox=(300, 300, 600, 450), **more):
    return Node(id=name, kind=kind, bbox=bbox, **more)


def count(image, colour, box=None):
    pixels = np.asarray(image.crop(box) if box else image, int)
    return int((np.abs(pixels - colour).max(axis=2) < 50).sum())  # edges of letters are blended


@pytest.mark.parametrize("kind", get_args(NodeKind))
def test_every_kind_is_outlined_in_its_own_colour(kind):
    image = overlay([node(kind=kind)])
    assert image.width == WIDTH
    for x, y in ((300, 370), (450, 300), (450, 450)):
        assert image.getpixel((x, y)) == _KINDS[kind]
    # the legend below names it
    assert image.height > HEIGHT
    legend = image.crop((0, HEIGHT, WIDTH, image.height))
    assert count(legend, _KINDS[kind]) > 5


def test_kinds_have_colours_that_differ():
    assert set(_KINDS) == set(get_args(NodeKind))
    assert len(set(_KINDS.values()) | {_LINE}) == len(_KINDS) + 1


def test_words_stand_beside_the_node_also_chinese_ones():
    bare = overlay([node()])
    english, chinese = overlay([node(text="Check")]), overlay([node(text="检查订单")])
    above = (300, 250, 600, 299)
    assert count(bare, _KINDS["box"], above) == 0
    for image in (english, chinese):
        assert count(image, _KINDS["box"], above) > 15
    unknown = overlay([node(text="\ue000\ue001\ue002\ue003")])  # no font has these
    assert np.asarray(unknown.crop(above)).tobytes() != np.asarray(chinese.crop(above)).tobytes()


def test_what_is_doubtful_is_dashed_and_tells_how_sure():
    sure, doubtful = overlay([node()]), overlay([node(confidence=0.3)])
    side = (298, 310, 303, 440)
    assert 0.3 < count(doubtful, _KINDS["box"], side) / count(sure, _KINDS["box"], side) < 0.8
    assert count(doubtful, _KINDS["box"], (300, 250, 600, 299)) > 10  # "30%"
    ends = [node("a", bbox=(50, 50, 150, 150)), node("b", bbox=(900, 50, 1000, 150))]
    lines = [
        overlay(ends, [Relation(id="r", source="a", target="b", confidence=sure)])
        for sure in (0.9, 0.2)
    ]
    way = (200, 90, 450, 110)
    assert 0.3 < count(lines[1], _LINE, way) / count(lines[0], _LINE, way) < 0.8


def test_lines_show_their_direction():
    ends = [node("a", bbox=(50, 50, 150, 150)), node("b", bbox=(900, 50, 1000, 150))]
    near_a, near_b = (155, 80, 185, 120), (865, 80, 895, 120)

    def ink(**relation):
        image = overlay(ends, [Relation(id="r", source="a", target="b", **relation)])
        return count(image, _LINE, near_a), count(image, _LINE, near_b)

    plain = ink(kind="line", directed=False)
    there, back = ink(path=((150, 100), (900, 100))), ink(path=((900, 100), (150, 100)))
    both = ink(directed=False)
    assert there[1] > plain[1] + 15 > there[0] + 5
    assert back[0] > plain[0] + 15
    assert min(both) > max(plain) + 15
    contains = overlay(ends, [Relation(id="r", source="a", target="b", kind="contains")])
    assert count(contains, _LINE) == 0


def test_words_do_not_cover_each_other_where_there_is_room():
    two = [
        node("a", text="One", bbox=(300, 300, 500, 320)),
        node("b", text="Two", bbox=(300, 325, 500, 345)),
    ]
    image = overlay(two)
    both = count(image, _KINDS["box"])
    apart = [count(overlay([one]), _KINDS["box"]) for one in two]
    legend = count(overlay([node()]), _KINDS["box"], (0, HEIGHT, WIDTH, HEIGHT + 25))
    assert both > sum(apart) - legend - 80


@pytest.mark.parametrize("size", [(600, 400), (WIDTH, HEIGHT), (6000, 4000)])
def test_small_pictures_grow_and_large_ones_shrink_to_a_readable_size(size):
    image = overlay([node(kind="diamond", text="Late?")], board="black", size=size)
    assert image.width == min(max(size[0], 1200), 2400)
    scale = image.width / WIDTH
    spot = (round(450 * scale), round(300 * scale))
    assert image.getpixel(spot) == _KINDS["diamond"]


def test_a_board_without_anything_is_its_picture():
    image = overlay([], board=(10, 200, 30))
    assert image.getpixel((5, 5)) == (10, 200, 30)


def test_dashes_leave_gaps():
    from PIL import ImageDraw

    image = Image.new("RGB", (200, 20), "white")
    draw_dashed(ImageDraw.Draw(image), [(0, 10), (100, 10), (199, 10)], (0, 0, 0), 1, 10)
    row = np.asarray(image)[10, :, 0] == 0
    assert 0.45 < row.mean() < 0.75
    assert np.diff(row.astype(int)).clip(0).sum() > 8  # dashes
