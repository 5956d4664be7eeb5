from __future__ import annotations

import base64
import json
import struct
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings

from ingest.board import Limits
from ingest.readers.tldraw import read
from kb.errors import BadSource

from .native_samples import LIMITS, check_golden, damaged, reads_or_refuses

PAGE = {"typeName": "page", "id": "page:p", "name": "P", "index": "a1"}


def shape(name, kind="geo", x=0, y=0, parent="page:p", **props):
    return {
        "typeName": "shape",
        "id": name,
        "type": kind,
        "parentId": parent,
        "index": name,
        "x": x,
        "y": y,
        "rotation": 0,
        "props": {"w": 100, "h": 50, **props},
    }


def boards(*records, limits=LIMITS):
    data = json.dumps({"tldrawFileFormatVersion": 1, "records": [PAGE, *records]}).encode()
    return list(read(data, "b.tldr", limits))


def test_sample():
    one, two = check_golden(read, "release.tldr")
    by_id = {node.id: node for node in one.scene.nodes}
    assert by_id["shape:build"].text == "Build 构建\n10 min"
    assert by_id["shape:build"].parent == "shape:frame"
    assert by_id["shape:note"].kind == "sticky"
    assert by_id["shape:image"].text == "board.png"
    assert by_id["shape:ok"].kind == "diamond"
    assert one.scene.title == "Release train"
    (arrow,) = one.scene.relations
    assert (arrow.source, arrow.target) == ("shape:build", "shape:ok")
    assert arrow.label == "artifact"
    assert len(one.scene.strokes) == 3
    (back,) = two.scene.relations  # the old way of binding, with the head at the start
    assert (back.source, back.target, back.directed) == ("shape:y", "shape:x", True)
    assert two.name == "Old file"


def test_turned_groups_carry_their_shapes_along():
    group = shape("g", "group", x=500, y=100)
    group["rotation"] = 1.5707963267948966
    (board,) = boards(group, shape("s", parent="g", x=10), shape("o", x=0, y=110))
    box = {node.id: node.bbox for node in board.scene.nodes}
    dx, dy = box["s"][0] - box["o"][0], box["s"][1] - box["o"][1]
    assert (dx, dy) == pytest.approx((450, 0), abs=0.2)


@pytest.mark.parametrize("sides", [2, 3, 0])
def test_packed_pen_points(sides):
    points = [(1.5, 2.0), (10.0, 20.0), (30.0, 5.0)]
    if sides == 0:  # the oldest form: every point by itself
        raw = b"".join(struct.pack("<3e", x, y, 0.5) for x, y in points)
        segment = {"type": "free", "points": base64.b64encode(raw).decode()}
    else:
        rest = (0.5,) * (sides - 2)
        raw = struct.pack(f"<{sides}f", *points[0], *rest)
        for (x, y), (u, v) in pairwise(points):
            raw += struct.pack(f"<{sides}e", u - x, v - y, *rest)
        segment = {"type": "free", "path": base64.b64encode(raw).decode(), "dim": sides}
    (board,) = boards(shape("d", "draw", segments=[segment]))
    (stroke,) = board.scene.strokes
    first = stroke.points[0]
    moved = [(x - first[0], y - first[1]) for x, y in stroke.points]
    assert moved == [pytest.approx((x - 1.5, y - 2.0), abs=0.15) for x, y in points]


def test_the_store_of_the_editor_is_read_too():
    records = {one["id"]: one for one in (PAGE, shape("s", text="hi"))}
    data = json.dumps({"document": {"store": records, "schema": {}}}).encode()
    (board,) = read(data, "b.tldr", LIMITS)
    assert board.scene.nodes[0].text == "hi"


def test_shapes_within_each_other():
    (board,) = boards(
        shape("a", "frame", parent="b"),
        shape("b", "frame", parent="a"),
        shape("c", text="free"),
    )
    assert [node.id for node in board.scene.nodes] == ["c"]


def test_limits():
    shapes = [shape(f"s{n}") for n in range(11)]
    with pytest.raises(BadSource) as caught:
        boards(*shapes, limits=Limits(max_elements=10))
    assert caught.value.code == "too_many_elements"
    pages = [PAGE | {"id": f"page:{n}"} for n in range(5)]
    with pytest.raises(BadSource) as caught:
        boards(*pages, limits=Limits(max_pages=5))
    assert caught.value.code == "too_many_pages"


@pytest.mark.parametrize("data", [b"{}", b"[]", b'{"records": []}', b'{"records": {"a": 1}}', b"x"])
def test_refused(data):
    with pytest.raises(BadSource):
        list(read(data, "bad.tldr", LIMITS))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=damaged("release.tldr"))
def test_damaged_files(data):
    reads_or_refuses(read, data, "release.tldr")


@pytest.mark.parametrize(
    ("name", "title"), [("頁面 1", ""), ("页面 1", ""), ("Page 1", ""), ("頁面設計", "頁面設計")]
)
def test_the_name_that_a_program_gives_a_page_is_no_title(name, title):
    page = {**PAGE, "name": name}
    data = {"tldrawFileFormatVersion": 1, "records": [page, shape("a", text="words")]}
    (board,) = read(json.dumps(data).encode(), "b.tldr", LIMITS)
    assert board.scene.title == title
