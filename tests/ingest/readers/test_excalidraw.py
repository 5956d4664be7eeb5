from __future__ import annotations

import base64
import io
import json
import math
import zlib
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from ingest.board import Limits
from ingest.readers.excalidraw import read
from kb.errors import BadSource

from .native_samples import LIMITS, SAMPLES, check_golden, damaged, reads_or_refuses

MIME = "application/vnd.excalidraw+json"


def shape(name, x=0, y=0, w=100, h=60, kind="rectangle", **more):
    return {"id": name, "type": kind, "x": x, "y": y, "width": w, "height": h, **more}


def arrow(name, source, target, **more):
    return {
        "id": name,
        "type": "arrow",
        "x": 0,
        "y": 0,
        "points": [[0, 0], [50, 50]],
        "startBinding": {"elementId": source} if source else None,
        "endBinding": {"elementId": target} if target else None,
        **more,
    }


def as_json(elements):
    return json.dumps({"type": "excalidraw", "version": 2, "elements": elements}).encode()


def scene_of(*elements):
    return next(read(as_json(elements), "b.excalidraw", LIMITS)).scene


def wrapped(data, compressed=True):
    body = zlib.compress(data) if compressed else data
    return json.dumps(
        {"version": "1", "encoding": "bstring", "compressed": compressed,
         "encoded": body.decode("latin-1")}
    )  # fmt: skip


def png_of(data, size, mode="RGB", **kept):
    info = PngInfo()
    info.add_text(MIME, wrapped(data, **kept))
    out = io.BytesIO()
    Image.new(mode, size, "white").save(out, "PNG", pnginfo=info)
    return out.getvalue()


def svg_of(payload, version):
    return (
        '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><metadata>'
        f"<!-- payload-type:{MIME} --><!-- payload-version:{version} -->"
        f"<!-- payload-start -->{payload}<!-- payload-end --></metadata></svg>"
    ).encode()


def test_sample():
    (board,) = check_golden(read, "order.excalidraw")
    scene = board.scene
    by_id = {one.id: one for one in scene.nodes}
    assert by_id["check"].text == "Check stock"  # as typed, not as wrapped
    assert by_id["paid"].text == "已付款？"
    assert by_id["card-note"].parent == "card"
    assert by_id["check"].parent == "frame"
    assert by_id["half-text"].text == "to do: refund"
    assert "gone" not in by_id
    assert scene.title == "Order flow 订单流程"
    ends = {one.id: (one.source, one.target, one.label, one.directed) for one in scene.relations}
    assert ends == {
        "a1": ("check", "paid", "in stock", True),
        "a2": ("paid", "store", "", True),  # bound to the texts inside, head at the start
        "a3": ("check", "store", "", False),
    }
    assert len(scene.strokes) == 2  # the pen and the arrow that leads nowhere


def test_turned_elements_have_the_box_they_cover():
    scene = scene_of(shape("a", w=200, h=40, angle=math.pi / 2), shape("b", y=300))
    x0, y0, x1, y1 = scene.nodes[0].bbox
    assert (x1 - x0, y1 - y0) == pytest.approx((40, 200), abs=0.2)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (None, "arrow", ("arrow", "a", "b", True)),
        ("triangle", None, ("arrow", "b", "a", True)),
        ("dot", "arrow", ("arrow", "a", "b", False)),
        (None, None, ("line", "a", "b", False)),
    ],
)
def test_heads(start, end, expected):
    scene = scene_of(
        shape("a"), shape("b", x=300), arrow("r", "a", "b", startArrowhead=start, endArrowhead=end)
    )
    (one,) = scene.relations
    assert (one.kind, one.source, one.target, one.directed) == expected


def test_an_arrow_to_a_deleted_shape_is_ink():
    scene = scene_of(shape("a"), shape("b", x=300, isDeleted=True), arrow("r", "a", "b"))
    assert scene.relations == ()
    assert len(scene.strokes) == 1
    assert scene.notes


@pytest.mark.parametrize("compressed", [True, False])
@pytest.mark.parametrize("scale", [1, 2, 3])
@pytest.mark.parametrize("padding", [10, 20])
def test_exported_png_places_are_its_pixels(scale, padding, compressed):
    data = as_json([shape("a", x=-50, y=20), shape("b", x=500, y=400, kind="ellipse")])
    size = ((650 + 2 * padding) * scale, (440 + 2 * padding) * scale)
    png = png_of(data, size, compressed=compressed)
    (board,) = read(png, "b.png", LIMITS)
    assert board.encoded == png
    assert (board.scene.width, board.scene.height) == board.picture.size == size
    boxes = [one.bbox for one in board.scene.nodes]
    left, top = padding * scale, padding * scale
    assert boxes[0] == pytest.approx((left, top, left + 100 * scale, top + 60 * scale), abs=1)
    right, bottom = size[0] - left, size[1] - top
    assert boxes[1][2:] == pytest.approx((right, bottom), abs=1)


def test_a_png_of_another_size_says_that_places_are_approximate():
    data = as_json([shape("a"), shape("b", x=500, y=400)])
    (board,) = read(png_of(data, (300, 300)), "b.png", LIMITS)
    assert any("approximate" in note for note in board.scene.notes)
    assert board.scene.width == 300


def test_a_png_with_transparency_is_kept_on_white():
    (board,) = read(png_of(as_json([shape("a")]), (120, 80), mode="RGBA"), "b.png", LIMITS)
    assert board.picture.mode == "RGB"


@pytest.mark.parametrize("version", [1, 2])
def test_svg(version):
    source = (SAMPLES / "order.excalidraw").read_bytes()
    text = wrapped(source)
    payload = base64.b64encode(text.encode("utf-8" if version == 1 else "latin-1")).decode()
    (board,) = read(svg_of(payload, version), "b.svg", LIMITS)
    (plain,) = read(source, "b.excalidraw", LIMITS)
    assert board.scene == plain.scene


@pytest.mark.parametrize("version", [1, 2])
def test_svg_with_plain_json_inside(version):
    source = as_json([shape("a", kind="frame") | {"name": "结账"}])
    source = json.dumps(json.loads(source), ensure_ascii=False).encode()
    (board,) = read(svg_of(base64.b64encode(source).decode(), version), "b.svg", LIMITS)
    assert board.scene.nodes[0].text == "结账"


@pytest.mark.parametrize(
    "data",
    [
        b"{}",
        b"[]",
        b'{"elements": {}}',
        b'{"elements": [NaN]}',
        svg_of("!!!", 2),
        svg_of(base64.b64encode(b"{}").decode(), 2),
        b"\x89PNG\r\n\x1a\n" + b"\x00" * 40,
    ],
)
def test_refused(data):
    with pytest.raises(BadSource):
        list(read(data, "bad", LIMITS))


def test_a_scene_that_inflates_beyond_the_limit_is_refused():
    png = png_of(b"[" + b" " * 5_000_000 + b"]", (50, 50))
    with pytest.raises(BadSource) as caught:
        list(read(png, "bomb.png", Limits(max_bytes=1_000_000)))
    assert caught.value.code == "too_large"


def test_deleted_elements_do_not_count():
    data = as_json([shape(str(n), isDeleted=n > 0) for n in range(30)])
    (board,) = read(data, "b.excalidraw", Limits(max_elements=10))
    assert len(board.scene.nodes) == 1
    with pytest.raises(BadSource):
        list(read(as_json([shape(str(n)) for n in range(11)]), "b", Limits(max_elements=10)))


def test_thousands_of_equal_ids_and_frames_in_a_ring_take_no_time():
    ring = [shape(f"f{n}", kind="frame", frameId=f"f{(n + 1) % 500}") for n in range(500)]
    scene = scene_of(*ring, *(shape("same") for _ in range(5000)))
    assert len({one.id for one in scene.nodes}) == 5500


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=damaged("order.excalidraw"))
def test_damaged_files(data):
    reads_or_refuses(read, data, "order.excalidraw")


WORDS = st.text("abc 订单流程\n", max_size=12)
PLACE = st.integers(-3000, 3000)
SIZE = st.integers(20, 400)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    boxes=st.lists(st.tuples(PLACE, PLACE, SIZE, SIZE, WORDS), min_size=1, max_size=8),
    pairs=st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7), WORDS), max_size=6),
)
def test_what_is_written_is_read(boxes, pairs):
    elements = []
    for number, (x, y, w, h, text) in enumerate(boxes):
        elements.append(shape(f"n{number}", x, y, w, h))
        elements.append(shape(f"t{number}", x, y, kind="text", text=text, containerId=f"n{number}"))
    wanted = []
    for number, (a, b, label) in enumerate(pairs):
        source, target = f"n{a % len(boxes)}", f"n{b % len(boxes)}"
        wanted.append((source, target, label))
        elements.append(arrow(f"r{number}", source, target))
        elements.append(shape(f"l{number}", kind="text", text=label, containerId=f"r{number}"))
    scene = scene_of(*elements)
    assert [(one.id, one.text) for one in scene.nodes] == [
        (f"n{number}", box[4]) for number, box in enumerate(boxes)
    ]
    assert [(one.source, one.target, one.label) for one in scene.relations] == wanted
    scale = (scene.nodes[0].bbox[2] - scene.nodes[0].bbox[0]) / boxes[0][2]
    for one, (_, _, w, h, _) in zip(scene.nodes, boxes, strict=True):
        x0, y0, x1, y1 = one.bbox
        assert (x1 - x0, y1 - y0) == pytest.approx((w * scale, h * scale), abs=4)


def _drawn_at(*elements):
    return next(read(as_json(elements), "b.excalidraw", LIMITS)).captured_at


def test_the_last_change_of_an_element_is_when_it_was_drawn():
    old, new = 1_759_273_774_486, 1_775_466_000_000
    drawn = _drawn_at(shape("a", updated=old), shape("b", updated=new))
    assert drawn == datetime.fromtimestamp(new / 1000, UTC)


@pytest.mark.parametrize("updated", [1, 0, -5, 10**30, "1775466000000", None, True, [1]])
def test_unbelievable_times_are_no_time(updated):
    assert _drawn_at(shape("a", updated=updated)) is None
