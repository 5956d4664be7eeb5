"""What the local extractor reads from boards whose truth is known."""

from __future__ import annotations

import time

import pytest
from PIL import Image, ImageDraw, ImageFont

from ingest.draw import draw_scene
from ingest.extract import Extractor, open_extractor
from kb.errors import WrongUse
from kb.scene import Node, Scene, Stroke
from tests.ingest.extract.boards import chinese_list, coloured, flow, stickies


def words(scene: Scene) -> dict[str, Node]:
    return {node.text.replace("\n", " "): node for node in scene.nodes}


def edges(scene: Scene) -> set[tuple[str, str]]:
    text = {node.id: node.text.replace("\n", " ") for node in scene.nodes}
    return {(text[r.source], text[r.target]) for r in scene.relations if r.directed}


def overlap(one: Node, two: Node) -> float:
    a, b = one.bbox, two.bbox
    wide = max(0.0, min(a[2], b[2]) - max(a[0], b[0]))
    high = max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
    areas = [(x1 - x0) * (y1 - y0) for x0, y0, x1, y1 in (a, b)]
    return wide * high / (sum(areas) - wide * high)


@pytest.fixture(scope="module")
def read_flow(extractor: Extractor) -> Scene:
    return extractor.extract(draw_scene(flow()))


def test_a_flow_gives_its_boxes_where_they_are(read_flow: Scene) -> None:
    found = words(read_flow)
    for true in flow().nodes:
        assert found[true.text].kind == "box"
        assert overlap(found[true.text], true) > 0.9
    assert len(found) == 4


def test_a_flow_gives_its_arrows_with_direction_and_label(read_flow: Scene) -> None:
    assert edges(read_flow) == {
        ("Receive order", "Check stock"),
        ("Check stock", "Ship parcel"),
        ("Ship parcel", "Send invoice"),
    }
    labels = [relation.label for relation in read_flow.relations]
    assert sum(label != "" for label in labels) == 1
    assert "in stock" in labels


def test_what_is_clear_is_believed(read_flow: Scene) -> None:
    assert all(node.confidence > 0.85 for node in read_flow.nodes)
    assert all(0.3 < relation.confidence <= 1 for relation in read_flow.relations)
    assert read_flow.language == "en"
    assert read_flow.extractor.name == "local"


def test_arrows_run_along_their_ink(read_flow: Scene) -> None:
    by_id = {node.id: node for node in read_flow.nodes}
    for relation in read_flow.relations:
        ends = (relation.path[0], relation.path[-1])
        for (x, y), name in zip(ends, (relation.source, relation.target), strict=True):
            x0, y0, x1, y1 = by_id[name].bbox
            assert x0 - 30 <= x <= x1 + 30
            assert y0 - 30 <= y <= y1 + 30


def test_sticky_notes_keep_words_and_colour(extractor: Extractor) -> None:
    scene = extractor.extract(draw_scene(stickies()))
    found = words(scene)
    assert {n.text for n in stickies().nodes} == set(found)
    assert all(found[n.text].fill == n.fill for n in stickies().nodes)
    assert not scene.relations


def test_notes_without_an_outline_are_sticky(extractor: Extractor) -> None:
    board = draw_scene(stickies())
    bare = Image.new("RGB", board.size, "white")
    for note in stickies().nodes:
        box = tuple(round(v) for v in note.bbox)
        inner = (box[0] + 6, box[1] + 6, box[2] - 6, box[3] - 6)
        bare.paste(board.crop(inner), inner[:2])
    scene = extractor.extract(bare)
    assert [node.kind for node in scene.nodes] == ["sticky"] * 6


def test_a_chinese_list_is_read_in_order(extractor: Extractor) -> None:
    scene = extractor.extract(draw_scene(chinese_list()))
    assert scene.language == "zh"
    assert scene.title == "下周发布计划"
    text = "".join(node.text for node in scene.nodes)
    places = [text.find(word) for word in ("支付测试", "供应商", "库存表")]
    assert -1 not in places
    assert places == sorted(places)
    assert len(scene.nodes) == 4


def test_colours_have_their_names(extractor: Extractor) -> None:
    scene = extractor.extract(draw_scene(coloured()))
    boxes = {node.text: node for node in scene.nodes}
    for node in coloured().nodes:
        assert boxes[node.text].fill == node.fill
        if node.color is not None:
            assert boxes[node.text].color == node.color


def test_warm_light_does_not_tint_black_ink(extractor: Extractor) -> None:
    warm = Image.new("RGB", (900, 600), (255, 226, 180))
    board = Image.blend(draw_scene(flow()), warm, 0.0)
    tinted = Image.merge(
        "RGB",
        [
            band.point([round(v * gain) for v in range(256)])
            for band, gain in zip(board.split(), (1.0, 0.88, 0.7), strict=True)
        ],
    )
    scene = extractor.extract(tinted)
    assert {node.color for node in scene.nodes} == {"black"}
    assert {node.fill for node in scene.nodes} == {None}


def test_chalk_on_a_dark_board_is_read(extractor: Extractor) -> None:
    board = draw_scene(flow()).point(lambda v: 255 - v)
    assert {"Receive order", "Check stock"} <= set(words(extractor.extract(board)))


def test_a_blank_picture_is_an_empty_scene(extractor: Extractor) -> None:
    scene = extractor.extract(Image.new("RGB", (800, 600), "white"))
    assert (scene.nodes, scene.relations, scene.notes) == ((), (), ())


def test_a_large_picture_is_told_in_its_own_pixels(extractor: Extractor) -> None:
    large = draw_scene(flow()).resize((6750, 4500))
    found = words(extractor.extract(large))
    for true in flow().nodes:
        x0, y0, x1, y1 = (7.5 * v for v in true.bbox)
        assert overlap(found[true.text], true.model_copy(update={"bbox": (x0, y0, x1, y1)})) > 0.9


def test_no_time_gives_an_empty_scene_with_a_note(extractor: Extractor) -> None:
    scene = extractor.extract(draw_scene(flow()), deadline_s=0)
    assert scene.nodes == ()
    assert any("time" in note for note in scene.notes)


def test_the_deadline_holds_between_stages(extractor: Extractor) -> None:
    begin = time.monotonic()
    scene = extractor.extract(draw_scene(flow()), deadline_s=0.05)
    assert any("time" in note for note in scene.notes)
    assert time.monotonic() - begin < 10


def test_strokes_are_kept(extractor: Extractor) -> None:
    stroke = Stroke(points=((10.0, 10.0), (40.0, 60.0)), color="blue", width=3)
    scene = extractor.extract(Image.new("RGB", (200, 200), "white"), strokes=[stroke])
    assert scene.strokes == (stroke,)


def test_a_single_sign_never_erases_an_arrow(extractor: Extractor) -> None:
    """A head drawn as a large V is read as a letter by any OCR."""
    board = Image.new("RGB", (900, 300), "white")
    pen = ImageDraw.Draw(board)
    for x in (60, 640):
        pen.rectangle((x, 90, x + 200, 210), outline="black", width=4)
    pen.line((262, 150, 636, 150), fill="black", width=4)
    pen.line((606, 128, 636, 150, 606, 172), fill="black", width=4)
    scene = extractor.extract(board)
    assert len(scene.relations) == 1
    left, right = sorted(scene.nodes, key=lambda node: node.bbox[0])
    assert (scene.relations[0].source, scene.relations[0].target) == (left.id, right.id)


def test_an_unknown_extractor_is_a_wrong_use() -> None:
    with pytest.raises(WrongUse, match="crystal"):
        open_extractor("crystal")


def test_a_coloured_frame_or_line_tells_though_the_words_are_black(extractor: Extractor) -> None:
    picture = Image.new("RGB", (1000, 400), "white")
    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(36)
    for left, colour, words in ((80, "red", "Pay order"), (600, "black", "Ship it")):
        draw.rectangle((left, 100, left + 300, 220), outline=colour, width=5)
        draw.text((left + 40, 135), words, fill="black", font=font)
    draw.line((380, 160, 590, 160), fill="blue", width=5)
    draw.polygon([(600, 160), (575, 148), (575, 172)], fill="blue")
    scene = extractor.extract(picture)
    assert [(node.text, node.color) for node in scene.nodes] == [
        ("Pay order", "red"),
        ("Ship it", "black"),
    ]
    assert [relation.color for relation in scene.relations] == ["blue"]
