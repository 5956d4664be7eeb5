"""Words that were seen and found by no text detector: read as they stand, or kept without words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from PIL import Image, ImageDraw

from ingest.extract.local.assemble import assemble
from ingest.extract.local.seen import Array, Deadline, Detection, Line, Shape
from ingest.extract.local.things import Link, Thing
from ingest.extract.local.unread import read_unread
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
    boxes = [one.box for one in lines]
    assert boxes[0] == ONE_ROW
    assert boxes[1][3] < boxes[2][1], "the rows stand below each other"
    assert all(20 <= one[3] - one[1] <= 30 for one in boxes[1:]), "as high as they are"
    assert max(height for height, _ in spy.sizes) < 60


def test_what_was_read_already_is_not_read_again() -> None:
    known = line((110.0, 105.0, 290.0, 135.0), "known")
    spy = Spy()
    lines, _ = read(spy, known)
    assert lines[0] == known
    assert len(spy.sizes) == 2


def test_what_is_hardly_legible_is_no_line() -> None:
    assert read(Spy(0.4)) == ([], True)


def test_no_time_leaves_what_was_read_before() -> None:
    known = line((110.0, 105.0, 290.0, 135.0), "known")
    assert read(Spy(), known, seconds=0) == ([known], False)


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


@pytest.mark.parametrize("shape", [(), (Shape("box", (480.0, 280.0, 720.0, 420.0), 0.9),)])
def test_words_that_nobody_can_read_and_no_line_joins_are_none(shape: tuple[Shape, ...]) -> None:
    seen = Detection(shape, words=(ONE_ROW, TWO_ROWS))
    board = assemble(seen, [line(ONE_ROW, "Start"), line((0, 600, 90, 640), "End")], 750)
    assert all(thing.text or thing.shape for thing in board.things)
