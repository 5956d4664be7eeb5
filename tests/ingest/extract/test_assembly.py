"""How shapes, words and lines are put together, on detections made by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ingest.extract.local.assemble import assemble
from ingest.extract.local.both import combined
from ingest.extract.local.seen import Detection, Line, Shape
from ingest.extract.local.things import Assembly, Link, Thing
from kb.scene import Box, NodeKind

ELLIPSE = (100.0, 100.0, 150.0, 150.0)


def line(box: Box, text: str) -> Line:
    x0, y0, x1, y1 = box
    quad = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], np.float32)
    return Line(quad, box, text, 0.9)


def texts(board: Assembly) -> list[str]:
    return [thing.text for thing in board.things]


@pytest.mark.parametrize(
    ("read", "words"),
    [
        (["口联系供应商", "口 Load test"], ["□ 联系供应商", "□ Load test"]),
        (["☑ 写周报", "口订机票"], ["☑ 写周报", "□ 订机票"]),
        (["联系供应商", "口订机票"], ["联系供应商", "口订机票"]),
        (["口味测试", "口碑传播"], ["口味测试", "口碑传播"]),
    ],
)
def test_empty_checkboxes_are_not_taken_for_a_sign(read: list[str], words: list[str]) -> None:
    rows = [line((0.0, 60.0 * i, 200.0, 60.0 * i + 30), text) for i, text in enumerate(read)]
    assert texts(assemble(Detection(()), rows, 600)) == words


def test_where_words_stand_lies_between_what_was_read_and_what_was_seen() -> None:
    read = [
        line((100.0, 100.0, 260.0, 130.0), "welcome"),
        line((500.0, 400.0, 560.0, 430.0), "farther"),
    ]
    seen = ((160.0, 96.0, 264.0, 130.0), (900.0, 400.0, 960.0, 430.0))
    board = assemble(Detection((), words=seen), read, 600)
    assert {thing.text: thing.box for thing in board.things} == {
        "welcome": (130.0, 98.0, 262.0, 130.0),
        "farther": (500.0, 400.0, 560.0, 430.0),
    }


def test_a_name_below_a_ring_is_the_rings() -> None:
    shapes = (Shape("ellipse", ELLIPSE, 0.9),)
    board = assemble(Detection(shapes), [line((90.0, 155.0, 160.0, 180.0), "Paid")], 600)
    assert [(thing.kind, thing.text) for thing in board.things] == [("ellipse", "Paid")]


def test_words_on_a_line_are_its_label() -> None:
    shapes = (
        Shape("box", (0.0, 0.0, 100.0, 80.0), 0.9),
        Shape("box", (400.0, 0.0, 500.0, 80.0), 0.9),
    )
    words = [
        line((20.0, 20.0, 80.0, 50.0), "One"), line((420.0, 20.0, 480.0, 50.0), "Two"),
        line((230.0, 10.0, 280.0, 36.0), "later"),
    ]  # fmt: skip
    path = ((100.0, 40.0), (400.0, 40.0))

    def link(_things: object) -> list[Link]:
        return [Link("arrow", 0, 1, True, path, 0.9)]

    board = assemble(Detection(shapes, link=link), words, 600)
    assert [one.label for one in board.links] == ["later"]
    assert texts(board) == ["One", "Two"]


def test_short_words_stay_and_pieces_of_drawings_go() -> None:
    """Where something tells words from drawings, one or two signs elsewhere are no words."""
    read = [line((100.0, 300.0, 160.0, 330.0), "开始"), line((300.0, 300.0, 310.0, 330.0), "一")]
    known = Detection(words=((500.0, 500.0, 600.0, 550.0),))
    assert texts(assemble(known, read, 600)) == ["开始"]
    assert texts(
        assemble(Detection(complete=False), [line((0.0, 0.0, 60.0, 30.0), "no")], 600)
    ) == ["no"]


def test_both_rings_of_an_event_are_one_shape() -> None:
    rings = tuple(
        Shape("ellipse", (100.0 + k, 100.0 + k, 180.0 - k, 180.0 - k), 0.95) for k in (0, 5)
    )
    seen = Detection((Shape("ellipse", (101.0, 101.0, 179.0, 179.0), 0.9),))
    assert len(combined(seen, Detection(rings)).shapes) == 1


def test_a_crowded_board_is_labelled_without_following_every_line() -> None:
    """Words far from a line are told by its box alone: no path is looked at."""

    class Path(tuple[tuple[float, float], ...]):
        def __getitem__(self, place: object) -> object:  # type: ignore[override]
            raise AssertionError("the path was followed")

    words = [line((0.0, 40.0 * k, 90.0, 40.0 * k + 20), f"word {k}") for k in range(9)]
    path = Path(((600.0, 0.0), (600.0, 400.0)))

    def link(things: list[Thing]) -> list[Link]:
        return [Link("arrow", 0, len(things) - 1, True, path, 0.9)]

    board = assemble(Detection(link=link), words, 600)  # type: ignore[arg-type]
    assert board.links[0].label == ""


def test_a_line_that_ends_at_a_name_ends_at_what_it_names() -> None:
    shapes = (Shape("ellipse", ELLIPSE, 0.9), Shape("box", (400.0, 90.0, 520.0, 170.0), 0.9))
    words = [line((90.0, 153.0, 160.0, 178.0), "Paid"), line((420.0, 110.0, 500.0, 140.0), "Ship")]

    def link(things: object) -> list[Link]:
        del things
        path = ((160.0, 160.0), (400.0, 130.0))
        return [Link("arrow", 2, 1, True, path, 0.9), Link("arrow", 0, 1, True, path, 0.8)]

    board = assemble(Detection(shapes, link=link), words, 600)
    assert texts(board) == ["Paid", "Ship"]
    assert [(one.source, one.target) for one in board.links] == [(0, 1)]


def test_all_lines_below_a_ring_are_its_name() -> None:
    """Wide leading parts a name into blocks; each further line belongs to the same ring."""
    words = [
        line((90.0, 155.0, 160.0, 175.0), "order"), line((88.0, 186.0, 170.0, 206.0), "cancelled"),
        line((400.0, 186.0, 470.0, 206.0), "elsewhere"),
    ]  # fmt: skip
    board = assemble(Detection((Shape("ellipse", ELLIPSE, 0.9),)), words, 600)
    assert texts(board) == ["order\ncancelled", "elsewhere"]


def test_words_deep_in_a_container_are_not_its_name() -> None:
    frame = Shape("container", (0.0, 0.0, 900.0, 600.0), 0.9)
    inner = Shape("box", (500.0, 300.0, 700.0, 400.0), 0.9)
    named = assemble(Detection((frame, inner)), [line((20.0, 8.0, 160.0, 34.0), "Sales")], 600)
    assert texts(named)[0] == "Sales"
    deep = assemble(Detection((frame, inner)), [line((20.0, 150.0, 160.0, 176.0), "Sales")], 600)
    assert [thing.kind for thing in deep.things if thing.text == "Sales"] == ["text"]


def test_a_name_goes_to_the_nearer_of_two_rings() -> None:
    other = (240.0, 100.0, 290.0, 150.0)
    shapes = (Shape("ellipse", ELLIPSE, 0.9), Shape("ellipse", other, 0.9))
    words = [line((80.0, 155.0, 170.0, 180.0), "Paid"), line((230.0, 155.0, 300.0, 180.0), "Sent")]
    board = assemble(Detection(shapes), words, 600)
    assert {thing.text: thing.box[0] for thing in board.things} == {"Paid": 100.0, "Sent": 240.0}


def test_a_long_band_is_a_frame_and_no_step() -> None:
    shapes = (
        Shape("box", (50.0, 50.0, 1250.0, 130.0), 0.9),
        Shape("box", (50.0, 300.0, 110.0, 560.0), 0.9),
        Shape("box", (400.0, 300.0, 600.0, 400.0), 0.9),
    )
    words = [
        line((560.0, 70.0, 700.0, 110.0), "Customer"),
        line((430.0, 330.0, 570.0, 370.0), "Pay"),
    ]
    turned = line((65.0, 350.0, 95.0, 500.0), "Insurer")
    board = assemble(Detection(shapes), [*words, turned], 600)
    kinds = {thing.text: thing.kind for thing in board.things}
    assert kinds == {"Customer": "container", "Insurer": "container", "Pay": "box"}


ROWS = [line((120.0, y, 280.0, y + 30), text) for y, text in ((190.0, "Ship"), (260.0, "付款"))]


@pytest.mark.parametrize(
    ("kind", "seen", "found"),
    [
        ("box", 1, "box"),
        ("box", 2, "container"),
        ("container", 2, "container"),
        ("sticky", 2, "sticky"),
        ("sticky", 3, "container"),  # a whole board taken for a note
        ("ellipse", 2, "ellipse"),
        ("ellipse", 3, "container"),  # a ring around notes
        ("diamond", 3, "diamond"),
    ],
)
@pytest.mark.parametrize("name", ["Sales", "销售部"])
def test_a_frame_around_words_that_stand_alone_is_a_container(
    kind: NodeKind, seen: int, found: NodeKind, name: str
) -> None:
    frame = Shape(kind, (100.0, 100.0, 700.0, 500.0), 0.95)
    title = line((110.0, 106.0, 260.0, 136.0), name)
    more = line((420.0, 300.0, 600.0, 330.0), "Later")
    lines = [title, *ROWS, more]
    places = tuple(one.box for one in (*ROWS, more)[:seen])
    elsewhere = (900.0, 900.0, 950.0, 930.0)
    board = assemble(Detection((frame,), (*places, elsewhere)), lines, 1000)
    first = next(thing for thing in board.things if thing.shape)
    assert first.kind == found
    if found == "container":
        assert first.text == name
        free = [thing for thing in board.things if not thing.shape]
        assert {thing.text for thing in free} >= {"Ship", "付款"}
        assert all(board.things[thing.parent or 0] is first for thing in free)
    else:
        assert len(board.things) == 1


@pytest.mark.parametrize(("inner", "kind"), [(0, "sticky"), (1, "sticky"), (2, "container")])
def test_a_note_with_one_drawing_on_it_is_a_note(inner: int, kind: NodeKind) -> None:
    note = Shape("sticky", (100.0, 100.0, 500.0, 400.0), 0.95)
    boxes = [(120.0 + 190 * k, 250.0, 280.0 + 190 * k, 380.0) for k in range(inner)]
    shapes = (note, *(Shape("icon", box, 0.95) for box in boxes))
    words = [
        line((120.0, 110.0, 300.0, 140.0), "Buy milk"),
        line((120.0, 142.0, 300.0, 172.0), "买面包"),
    ]
    board = assemble(Detection(shapes), words, 600)
    first = next(thing for thing in board.things if thing.box == note.box)
    assert (first.kind, first.text) == (kind, "Buy milk\n买面包")


@pytest.mark.parametrize("name", ["Sales", "销售部"])
@pytest.mark.parametrize(
    ("end", "is_name"),
    [(None, True), ((166.0, 21.0), False), ((100.0, 30.0), False), ((300.0, 20.0), True)],
)
def test_words_that_a_line_ends_at_are_no_name(
    end: tuple[float, float] | None, name: str, *, is_name: bool
) -> None:
    shapes = (
        Shape("container", (0.0, 0.0, 900.0, 600.0), 0.9),
        Shape("box", (500.0, 300.0, 700.0, 400.0), 0.95),
    )
    ends = (end,) if end else ()
    board = assemble(Detection(shapes, ends=ends), [line((20.0, 8.0, 160.0, 34.0), name)], 600)
    kinds = [thing.kind for thing in board.things if thing.text == name]
    assert kinds == ["container" if is_name else "text"]


@pytest.mark.parametrize("sign", ["A", "7", "是"])
@pytest.mark.parametrize(
    ("on_end", "seen", "stays"), [(True, True, True), (True, False, False), (False, True, True)]
)
def test_a_sign_on_the_end_of_a_line_is_kept_where_words_were_seen(
    sign: str, *, on_end: bool, seen: bool, stays: bool
) -> None:
    one = line((100.0, 100.0, 130.0, 130.0), sign)
    ends = ((115.0, 115.0),) if on_end else ((400.0, 400.0),)
    words = ((98.0, 96.0, 136.0, 134.0),) if seen else ()
    assert texts(assemble(Detection(words=words, ends=ends), [one], 600)) == [sign] * stays


@pytest.mark.parametrize("text", ["texture", "木纹纹理"])
@pytest.mark.parametrize(
    ("score", "place", "stays"),
    [
        (0.3, (100.0, 100.0, 260.0, 130.0), True),  # the detector saw words too
        (0.3, (500.0, 500.0, 600.0, 550.0), False),
        (0.6, (500.0, 500.0, 600.0, 550.0), True),
        (0.3, None, True),  # nothing told words from drawings
    ],
)
def test_unsure_words_that_only_the_reader_saw_are_texture(
    score: float, place: Box | None, text: str, *, stays: bool
) -> None:
    one = replace(line((100.0, 100.0, 260.0, 130.0), text), score=score)
    words = (place,) if place else ()
    assert texts(assemble(Detection(words=words), [one], 600)) == [text] * stays


def test_boxes_in_a_table_are_its_cells() -> None:
    table = Shape("table", (100.0, 100.0, 700.0, 400.0), 0.9)
    cells = [(100.0 + 200 * k, 98.0, 300.0 + 200 * k, 200.0) for k in range(3)]  # on its rim
    beside = Shape("box", (720.0, 100.0, 900.0, 200.0), 0.95)
    shapes = (*(Shape("box", cell, 0.95) for cell in cells), table, beside)
    words = [
        line((box[0] + 30, 130.0, box[0] + 150, 160.0), text)
        for box, text in zip((*cells, beside.box), ("Name", "负责人", "Due", "Next"), strict=True)
    ]
    board = assemble(Detection(shapes), words, 800)
    kinds = {thing.text: thing.kind for thing in board.things}
    assert kinds == {"": "table", "Name": "text", "负责人": "text", "Due": "text", "Next": "box"}
    held = [thing.text for thing in board.things if thing.parent is not None]
    assert sorted(held) == ["Due", "Name", "负责人"]
    assert {board.things[t.parent].kind for t in board.things if t.parent is not None} == {"table"}


def test_rows_of_a_table_are_no_lanes() -> None:
    table = Shape("table", (100.0, 100.0, 900.0, 400.0), 0.9)
    rows = [Shape("box", (100.0, y, 900.0, y + 100), 0.95) for y in (100.0, 200.0, 300.0)]
    board = assemble(Detection((table, *rows)), [], 800)
    assert [thing.kind for thing in board.things] == ["table"]


def test_sure_boxes_in_an_unsure_table_stay() -> None:
    table = Shape("table", (100.0, 100.0, 700.0, 400.0), 0.4)
    boxes = [Shape("box", (120.0 + 200 * k, 120.0, 260.0 + 200 * k, 200.0), 0.95) for k in (0, 1)]
    board = assemble(Detection((table, *boxes)), [], 800)
    assert [thing.kind for thing in board.things].count("box") == 2


def test_words_that_were_seen_twice_count_once() -> None:
    note = Shape("sticky", (100.0, 100.0, 700.0, 500.0), 0.95)
    places = [row.box for row in ROWS]
    twice = tuple((x0 + 2, y0 + 1, x1 + 2, y1 + 1) for x0, y0, x1, y1 in places)
    board = assemble(Detection((note,), (*places, *twice)), ROWS, 1000)
    assert [thing.kind for thing in board.things] == ["sticky"]


def test_a_box_around_a_table_is_no_cell() -> None:
    shapes = (
        Shape("box", (60.0, 60.0, 760.0, 560.0), 0.95),
        Shape("table", (100.0, 100.0, 700.0, 400.0), 0.9),
        Shape("icon", (120.0, 120.0, 180.0, 180.0), 0.95),
    )
    board = assemble(Detection(shapes), [], 800)
    assert sorted(thing.kind for thing in board.things) == ["container", "icon", "table"]


def test_an_unsure_shape_needs_words_or_a_line() -> None:
    shapes = tuple(
        Shape("ellipse", (x, 100.0, x + 50, 150.0), sure)
        for x, sure in ((100.0, 0.6), (400.0, 0.6), (700.0, 0.6), (1000.0, 0.95))
    )

    def link(_things: object) -> list[Link]:
        return [Link("arrow", 1, 3, True, ((450.0, 120.0), (1000.0, 120.0)), 0.9)]

    words = [line((95.0, 155.0, 160.0, 180.0), "Paid")]
    board = assemble(Detection(shapes, link=link), words, 600)
    assert sorted(thing.box[0] for thing in board.things) == [100.0, 400.0, 1000.0]


def test_words_that_an_arrow_parted_are_joined_by_it() -> None:
    boxes = (
        (100.0, 100.0, 140.0, 130.0),
        (220.0, 100.0, 250.0, 130.0),
        (330.0, 100.0, 360.0, 130.0),
    )
    words = [replace(line(box, text), apart=True) for box, text in zip(boxes, "123", strict=True)]
    arrows = (((145.0, 115.0), (215.0, 115.0)), ((325.0, 115.0), (255.0, 115.0)))
    board = assemble(Detection(arrows=arrows), words, 600)
    joined = {(board.things[k.source].text, board.things[k.target].text) for k in board.links}
    assert joined == {("1", "2"), ("3", "2")}
    assert all(link.directed for link in board.links)


def upwards(box: Box, text: str) -> Line:
    x0, y0, x1, y1 = box
    return Line(np.array([[x0, y1], [x0, y0], [x1, y0], [x1, y1]], np.float32), box, text, 0.9)


LANE = Shape("container", (100.0, 100.0, 700.0, 300.0), 0.9)


def test_turned_words_at_the_rim_of_a_nameless_frame_name_it() -> None:
    words = [upwards((66.0, 120.0, 94.0, 280.0), "claim")]
    words += [upwards((26.0, 130.0, 54.0, 290.0), "senior")]
    board = assemble(Detection((LANE,)), words, 600)
    assert [(thing.kind, thing.text) for thing in board.things] == [("container", "senior claim")]
    assert board.things[0].box == (26.0, 100.0, 700.0, 300.0)


POOL = Shape("container", (60.0, 100.0, 700.0, 600.0), 0.9)
LOWER_LANE = Shape("container", (180.0, 310.0, 700.0, 600.0), 0.9)


def test_turned_words_that_were_read_as_one_high_line_name_a_frame_too() -> None:
    board = assemble(Detection((LANE,)), [line((66.0, 120.0, 94.0, 280.0), "claims")], 600)
    assert texts(board) == ["claims"]


@pytest.mark.parametrize("shapes", [(POOL, LANE, LOWER_LANE), (LOWER_LANE, LANE, POOL)])
def test_a_name_at_the_rims_of_pool_and_lane_is_the_lanes(shapes: tuple[Shape, ...]) -> None:
    lane = replace(LANE, box=(180.0, 110.0, 700.0, 300.0))
    shapes = tuple(lane if shape is LANE else shape for shape in shapes)
    words = [
        upwards((150.0, 130.0, 176.0, 280.0), "claims"),
        upwards((150.0, 350.0, 176.0, 560.0), "office"),
        upwards((66.0, 250.0, 94.0, 450.0), "insurance"),
    ]
    board = assemble(Detection(shapes), words, 700)
    named = {thing.text: thing.box[2:] for thing in board.things}
    assert named == {
        "claims": (700.0, 300.0),
        "office": (700.0, 600.0),
        "insurance": (700.0, 600.0),
    }
    assert all(thing.kind == "container" for thing in board.things)


DAYS = [
    line((30.0, 120.0 + 32 * row, 90.0, 148.0 + 32 * row), day)
    for row, day in enumerate(("Mon", "Tue", "Wed", "Thu"))
]


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ([line((30.0, 150.0, 90.0, 180.0), "Upright")], "container"),
        ([upwards((20.0, 120.0, 48.0, 280.0), "Far")], "container"),
        ([upwards((66.0, 240.0, 94.0, 500.0), "Beside others")], "container"),
        ([upwards((66.0, 120.0, 94.0, 280.0), "Plan")], "table"),
        (DAYS, "container"),
    ],
)
def test_other_words_beside_a_frame_stay_nodes(words: list[Line], kind: NodeKind) -> None:
    board = assemble(Detection((replace(LANE, kind=kind),)), words, 600)
    alone = {row for thing in board.things for row in thing.text.split("\n") if not thing.shape}
    assert alone == {word.text for word in words}


def test_a_frame_that_has_a_name_keeps_it() -> None:
    words = [
        line((120.0, 105.0, 300.0, 135.0), "Office"),
        upwards((66.0, 120.0, 94.0, 280.0), "old"),
    ]
    board = assemble(Detection((LANE,)), words, 600)
    assert sorted(texts(board)) == ["Office", "old"]
