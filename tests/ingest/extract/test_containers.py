"""What is a frame around other things, and what it is called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from ingest.extract.local.assemble import assemble
from ingest.extract.local.seen import Detection, Line, Shape
from ingest.extract.local.things import Link, Thing
from kb.scene import Box, NodeKind
from tests.ingest.extract.test_assembly import line, texts


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


@pytest.mark.parametrize(
    ("box", "read", "kind"),
    [
        ((52.0, 558.0, 108.0, 640.0), "", "container"),  # goes on below
        ((48.0, 190.0, 112.0, 303.0), "", "container"),  # and above
        ((52.0, 558.0, 108.0, 640.0), "pauyew", "container"),  # turned words, read wrongly
        ((52.0, 558.0, 108.0, 600.0), "Pay", "box"),  # a step
        ((52.0, 575.0, 108.0, 640.0), "", "box"),  # apart
        ((52.0, 558.0, 160.0, 640.0), "", "box"),  # wider
    ],
)
def test_heads_of_lanes_stand_in_one_column(box: Box, read: str, kind: str) -> None:
    head = Shape("box", (50.0, 300.0, 110.0, 560.0), 0.9)
    lines = [line((65.0, 350.0, 95.0, 500.0), "Insurer")]
    if read:
        lines.append(line((box[0] + 8, box[1] + 10, box[2] - 8, box[1] + 35), read))
    board = assemble(Detection((head, Shape("box", box, 0.95))), lines, 800)
    assert [thing.kind for thing in board.things if thing.text != "Insurer"] == [kind]


FLOW = Shape("container", (100.0, 300.0, 1200.0, 420.0), 0.9)


@pytest.mark.parametrize(
    ("boxes", "kinds"),
    [
        ([(100.0, 300.0, 200.0, 420.0)], ["container"]),  # all of its left end
        ([(60.0, 296.0, 160.0, 428.0)], ["container"]),  # over the rim of a frame seen roughly
        ([(40.0, 300.0, 98.0, 424.0)], ["container"]),  # right before it
        ([(100.0, 300.0, 190.0, 340.0), (101.0, 341.0, 189.0, 379.0)], ["container"] * 2),
        ([(101.0, 341.0, 189.0, 379.0)], ["box"]),  # a step at the rim
        ([(100.0, 300.0, 190.0, 340.0)], ["box"]),  # or in the corner
        ([(110.0, 308.0, 200.0, 412.0)], ["box"]),  # with room around it
        ([(130.0, 310.0, 230.0, 350.0)], ["box"]),
        ([(100.0, 300.0, 500.0, 420.0)], ["box"]),  # too wide
        ([(500.0, 300.0, 600.0, 420.0)], ["box"]),
        ([(60.0, 300.0, 160.0, 345.0)], ["box"]),  # stuck on the rim
        ([(0.0, 300.0, 70.0, 424.0)], ["box"]),  # a step beside the lane
    ],
)
def test_a_head_is_the_left_end_of_its_lane_or_one_of_several_there(
    boxes: list[Box], kinds: list[NodeKind]
) -> None:
    words = [line((b[0] + 10, b[1] + 10, b[2] - 10, b[1] + 30), "Sales") for b in boxes]
    shapes = (FLOW, *(Shape("box", box, 0.9) for box in boxes))
    board = assemble(Detection(shapes), words, 800)
    assert [thing.kind for thing in board.things if thing.text] == kinds


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


def test_a_cell_may_stand_over_the_rim_of_a_table_seen_roughly() -> None:
    table = Shape("table", (100.0, 100.0, 700.0, 400.0), 0.9)
    cell = Shape("box", (85.0, 300.0, 300.0, 425.0), 0.9)
    board = assemble(Detection((table, cell)), [line((110.0, 340.0, 250.0, 380.0), "Due")], 800)
    assert {thing.text: thing.kind for thing in board.things} == {"": "table", "Due": "text"}


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


@pytest.mark.parametrize(
    ("words", "inner", "kind"),
    [
        ((110.0, 110.0, 280.0, 170.0), (), "box"),
        ((110.0, 110.0, 160.0, 130.0), (), "container"),  # with room for more
        ((110.0, 110.0, 280.0, 170.0), ((120.0, 120.0, 180.0, 160.0),), "container"),
    ],
)
def test_a_frame_full_of_words_is_a_box(words: Box, inner: tuple[Box, ...], kind: NodeKind) -> None:
    frame = Shape("container", (100.0, 100.0, 300.0, 200.0), 0.9)
    shapes = (frame, *(Shape("box", box, 0.95) for box in inner))
    board = assemble(Detection(shapes), [line(words, "next = node 3")], 600)
    assert kind in {thing.kind for thing in board.things if thing.box == frame.box}


def test_a_frame_full_of_many_lines_is_a_frame() -> None:
    frame = Shape("container", (100.0, 100.0, 300.0, 400.0), 0.9)
    rows = [line((110.0, 110.0 + 40 * i, 290.0, 130.0 + 40 * i), f"item {i}") for i in range(7)]
    board = assemble(Detection((frame,)), rows, 600)
    assert "container" in {thing.kind for thing in board.things}


@pytest.mark.parametrize("joined", [False, True])
def test_turned_words_without_a_frame_head_a_lane_unless_a_line_joins_them(joined: bool) -> None:
    turned, step = (65.0, 200.0, 95.0, 420.0), (400.0, 280.0, 560.0, 340.0)

    def link(things: Sequence[Thing]) -> list[Link]:
        first, second = (
            next(i for i, t in enumerate(things) if t.box == b) for b in (turned, step)
        )
        path = ((95.0, 310.0), (400.0, 310.0))
        return [Link("arrow", first, second, True, path, 0.9)] if joined else []

    shapes = (Shape("box", step, 0.95),)
    words = [line(turned, "Insurer"), line((430.0, 295.0, 530.0, 325.0), "Pay")]
    board = assemble(Detection(shapes, words=(turned,), link=link), words, 600)
    kinds = {thing.text: thing.kind for thing in board.things}
    assert kinds == {"Insurer": "text" if joined else "title", "Pay": "box"}
    assert board.title == "", "it is no title of the board"


@pytest.mark.parametrize(
    ("box", "items", "text"),
    [
        ((100.0, 100.0, 150.0, 200.0), 3, "TCP"),  # a list of short items
        ((100.0, 100.0, 138.0, 270.0), 1, "上海仓库"),  # written downwards
    ],
)
def test_lists_and_chinese_columns_are_no_headings(box: Box, items: int, text: str) -> None:
    high = (box[3] - box[1]) / items
    rows = [
        line((box[0], box[1] + i * high, box[2], box[1] + (i + 0.7) * high), text)
        for i in range(items)
    ]
    more = [line((400.0, 100.0 + 80 * i, 560.0, 130.0 + 80 * i), f"step {i}") for i in range(3)]
    board = assemble(Detection(words=(box, *(one.box for one in more))), [*rows, *more], 600)
    assert {thing.kind for thing in board.things} == {"text"}


def test_on_a_board_that_lies_on_its_side_no_words_are_headings() -> None:
    rows = [line((100.0 + 80 * i, 100.0, 130.0 + 80 * i, 300.0), f"step {i}") for i in range(4)]
    board = assemble(Detection(words=tuple(row.box for row in rows)), rows, 600)
    assert {thing.kind for thing in board.things} == {"text"}
