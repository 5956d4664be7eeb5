"""Words that were seen and found by no text detector: read as they stand, or kept without words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from ingest.extract.local.assemble import assemble
from ingest.extract.local.seen import Array, Deadline, Detection, Line, Shape
from ingest.extract.local.things import Assembly, Link, Thing
from ingest.extract.local.unread import drawn_tight, read_unread
from ingest.extract.local.view import view_of
from kb.scene import Box

ONE_ROW: Box = (100.0, 100.0, 300.0, 140.0)
TWO_ROWS: Box = (500.0, 300.0, 700.0, 400.0)


def line(box: Box, text: str) -> Line:
    x0, y0, x1, y1 = box
    quad = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], np.float32)
    return Line(quad, box, text, 0.9)


class Spy:
    """Reads every crop as a word, as surely as it is told."""

    def __init__(self, score: float = 0.9) -> None:
        self.score = score
        self.sizes: list[tuple[int, ...]] = []

    def read(self, _bgr: Array, _deadline: Deadline) -> tuple[list[Line], bool]:
        return [], True

    def read_crops(
        self, crops: Sequence[Array], deadline: Deadline
    ) -> tuple[list[tuple[str, float]], bool]:
        self.sizes += [crop.shape[:2] for crop in crops]
        return [(f"word {n}", self.score) for n in range(len(crops))], not deadline.passed()


def picture() -> Image.Image:
    board = Image.new("RGB", (1000, 750), "white")
    pen = ImageDraw.Draw(board)
    for top in (112, 310, 370):
        left = 110 if top == 112 else 510
        for x in range(left, left + 180, 20):
            pen.line((x, top, x + 10, top + 20), fill="black", width=4)
    return board


def read(spy: Spy, *lines: Line, seconds: float | None = None) -> tuple[list[Line], bool]:
    seen = Detection(words=(ONE_ROW, TWO_ROWS))
    return read_unread(spy, view_of(picture()), seen, lines, Deadline(seconds))


def test_each_row_of_words_that_were_seen_is_read() -> None:
    spy = Spy()
    lines, complete = read(spy)
    assert complete
    assert [one.text for one in lines] == ["word 0", "word 1", "word 2"]
    upper, lower, single = (one.box for one in lines)
    assert single == ONE_ROW
    assert upper[3] < lower[1], "the rows stand below each other"
    assert all(20 <= one[3] - one[1] <= 30 for one in (upper, lower)), "as high as they are"
    assert max(height for height, _ in spy.sizes) < 60


def test_what_was_read_already_is_not_read_again() -> None:
    known = line((110.0, 105.0, 290.0, 135.0), "known")
    spy = Spy()
    lines, _ = read(spy, known)
    assert lines[0] == known
    assert len(spy.sizes) == 2


def test_what_is_hardly_legible_is_no_line() -> None:
    assert read(Spy(0.4)) == ([], True)


def test_what_was_read_in_time_stays() -> None:
    class Late(Spy):
        def read_crops(
            self, crops: Sequence[Array], _deadline: Deadline
        ) -> tuple[list[tuple[str, float]], bool]:
            return [("first", 0.9)] + [("", 0.0)] * (len(crops) - 1), False

    lines, complete = read(Late())
    assert ([one.text for one in lines], complete) == (["first"], False)


@pytest.mark.parametrize(
    "place",
    [(-30.0, -30.0, -5.0, -5.0), (1100.0, 740.0, 1200.0, 900.0), (10.0, 500.0, 990.0, 506.0),
     (20.0, 450.0, 60.0, 700.0)],
)  # fmt: skip
def test_places_off_the_picture_long_or_on_end_are_not_read(place: Box) -> None:
    spy = Spy()
    seen = Detection(words=(place,))
    view = view_of(picture())
    assert read_unread(spy, view, seen, [], Deadline(None)) == ([], True)
    assert spy.sizes == []


def test_hatching_is_not_read_row_by_row() -> None:
    board = Image.new("RGB", (1000, 750), "white")
    pen = ImageDraw.Draw(board)
    for y in range(100, 400, 20):
        pen.line((100, y, 500, y), fill="black", width=8)
    spy = Spy()
    seen = Detection(words=((100.0, 95.0, 500.0, 400.0),))
    assert read_unread(spy, view_of(board), seen, [], Deadline(None)) == ([], True)
    assert spy.sizes == []


def arrow_from(first: Box, second: Box) -> Detection:
    """A detector that saw words in two places, and an arrow from one to the other."""

    def link(things: Sequence[Thing]) -> list[Link]:
        boxes = [thing.box for thing in things]
        if first not in boxes or second not in boxes:
            return []
        ends = boxes.index(first), boxes.index(second)
        return [Link("arrow", *ends, True, ((300.0, 120.0), (500.0, 350.0)), 0.9)]

    return Detection(words=(first, second), link=link)


def test_words_that_nobody_can_read_are_a_node_where_a_line_ends() -> None:
    seen = arrow_from(ONE_ROW, TWO_ROWS)
    board = assemble(seen, [line(ONE_ROW, "Start")], 750)
    assert [(thing.kind, thing.text) for thing in board.things] == [("text", "Start"), ("text", "")]
    assert [(k.source, k.target) for k in board.links] == [(0, 1)]
    assert board.things[1].confidence < board.things[0].confidence, "it is to be looked at"


def test_words_that_nobody_can_read_and_no_line_joins_are_none() -> None:
    seen = Detection(words=(ONE_ROW, TWO_ROWS))
    board = assemble(seen, [line(ONE_ROW, "Start"), line((0, 600, 90, 640), "The end")], 750)
    assert texts(board) == ["Start", "The end"]


def texts(board: Assembly) -> list[str]:
    return [thing.text for thing in board.things if thing.shape is None]


@pytest.mark.parametrize(
    ("shapes", "lines"),
    [
        ((Shape("box", (480.0, 280.0, 720.0, 420.0), 0.9),), ()),
        ((Shape("table", (400.0, 200.0, 900.0, 600.0), 0.9),), ()),
        ((Shape("ellipse", (450.0, 330.0, 495.0, 370.0), 0.9),), ()),
        ((), (line((505.0, 330.0, 690.0, 370.0), "——"),)),
    ],
    ids=["in a box", "in a table", "beside a small ring", "a dash"],
)
def test_what_belongs_to_something_is_no_node(
    shapes: tuple[Shape, ...], lines: tuple[Line, ...]
) -> None:
    seen = replace(arrow_from(ONE_ROW, TWO_ROWS), shapes=shapes)
    board = assemble(seen, [line(ONE_ROW, "Start"), *lines], 750)
    assert (texts(board), board.links) == (["Start"], [])


def test_the_name_of_a_frame_is_no_second_node() -> None:
    frame, name, box = (80.0, 80.0, 600.0, 500.0), (90.0, 85.0, 200.0, 115.0), (300, 250, 400, 320)
    shapes = (Shape("container", frame, 0.9), Shape("box", box, 0.9))
    board = assemble(Detection(shapes, words=(name,)), [line(name, "Pool")], 750)
    assert sorted((t.kind, t.text) for t in board.things) == [("box", ""), ("container", "Pool")]


def test_one_place_that_was_seen_twice_is_one_node() -> None:
    again = (505.0, 303.0, 695.0, 398.0)
    seen = arrow_from(ONE_ROW, TWO_ROWS)
    board = assemble(replace(seen, words=(*seen.words, again)), [line(ONE_ROW, "Start")], 750)
    assert texts(board) == ["Start", ""]


def test_words_that_nobody_can_read_take_no_label() -> None:
    boxes = ((0.0, 100.0, 100.0, 200.0), (700.0, 100.0, 800.0, 200.0))
    unread = (300.0, 152.0, 360.0, 182.0)
    label = line((400.0, 155.0, 460.0, 185.0), "yes")

    def link(things: Sequence[Thing]) -> list[Link]:
        first, second = (next(i for i, t in enumerate(things) if t.box == b) for b in boxes)
        return [Link("arrow", first, second, True, ((100.0, 150.0), (700.0, 150.0)), 0.9)]

    shapes = tuple(Shape("box", box, 0.95) for box in boxes)
    board = assemble(Detection(shapes, words=(unread, label.box), link=link), [label], 750)
    assert [k.label for k in board.links] == ["yes"]
    assert texts(board) == []


def test_words_that_nobody_read_are_drawn_tight_around_their_ink() -> None:
    board = Image.new("RGB", (1000, 750), "white")
    pen = ImageDraw.Draw(board)
    pen.line((210, 102, 210, 130), fill="black", width=4)  # a 1
    sign, read = (202.0, 96.0, 219.0, 136.0), (600.0, 96.0, 622.0, 136.0)
    pen.line((610, 102, 610, 130), fill="black", width=4)
    seen = Detection(words=(sign, read))
    known = [line(read, "1"), *(line((400.0, y, 600.0, y + 30), "x") for y in (500.0, 600.0))]
    words = drawn_tight(view_of(board), seen, known).words
    assert words[0] == pytest.approx((208, 102, 213, 131), abs=2)
    assert words[1] == read


@pytest.mark.parametrize("cut", [0.0, 4.0])
def test_a_place_that_fits_its_words_keeps_them_all(cut: float) -> None:
    board = Image.new("RGB", (1000, 750), "white")
    pen = ImageDraw.Draw(board)
    pen.text((100, 100), "Illuminated", fill="black", font=ImageFont.load_default(36))
    rows, columns = np.nonzero(np.asarray(board.convert("L")) < 128)
    left, right = float(columns.min()) + cut, float(columns.max()) + 1 - cut
    place = (left, float(rows.min()), right, float(rows.max()) + 1)
    seen = Detection(words=(place, TWO_ROWS), cells=(TWO_ROWS,))
    words = drawn_tight(view_of(board), seen, [line((400.0, 600.0, 600.0, 630.0), "x")]).words
    assert words == (pytest.approx(place, abs=6), TWO_ROWS)  # of a half letter little is left


@pytest.mark.parametrize("turned", [False, True])
def test_long_words_of_which_most_is_faint_keep_their_place(*, turned: bool) -> None:
    board = Image.new("RGB", (1000, 750), "white")
    pen = ImageDraw.Draw(board)
    for at in range(100, 160, 20):
        ends = (at, 106, at + 10, 126)
        pen.line((106, at, 126, at + 10) if turned else ends, fill="black", width=4)
    place = (95.0, 95.0, 130.0, 300.0) if turned else (95.0, 95.0, 300.0, 130.0)
    known = [line((400.0, 600.0, 600.0, 630.0), "x")]
    assert drawn_tight(view_of(board), Detection(words=(place,)), known).words == (place,)


def test_words_with_faint_signs_keep_their_place() -> None:
    board = Image.new("RGB", (1000, 750), "white")
    pen = ImageDraw.Draw(board)
    pen.line((110, 112, 290, 112), fill=(250, 250, 250), width=4)
    for x in range(170, 230, 20):
        pen.line((x, 112, x + 10, 132), fill="black", width=4)
    seen = Detection(words=(ONE_ROW,))
    assert drawn_tight(view_of(board), seen, []).words == (ONE_ROW,)
