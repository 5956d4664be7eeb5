"""What was not read at first is looked at closer, and only that."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

from ingest.extract.local.missed import read_missed
from ingest.extract.local.seen import Array, Deadline, Detection, Line, Shape
from ingest.extract.local.view import view_of
from kb.scene import Box

READ, UNREAD, EMPTY = (100, 100, 400, 250), (600, 100, 900, 250), (100, 500, 400, 650)


def line(box: Box, text: str) -> Line:
    x0, y0, x1, y1 = box
    quad = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], np.float32)
    return Line(quad, box, text, 0.9)


class Spy:
    """Reads one word in the middle of whatever it is shown, and keeps what that was."""

    def __init__(self) -> None:
        self.sizes: list[tuple[int, int]] = []

    def read(self, bgr: Array, _deadline: Deadline) -> tuple[list[Line], bool]:
        height, width = bgr.shape[:2]
        self.sizes.append((width, height))
        box = (0.25 * width, 0.25 * height, 0.75 * width, 0.75 * height)
        return [line(box, "word")], True

    def read_crops(
        self, crops: Sequence[Array], _deadline: Deadline
    ) -> tuple[list[tuple[str, float]], bool]:
        return [("", 0.0)] * len(crops), True


def picture() -> Image.Image:
    board = Image.new("RGB", (1000, 750), "white")
    pen = ImageDraw.Draw(board)
    for x0, y0, x1, y1 in (READ, UNREAD, EMPTY):
        pen.rectangle((x0, y0, x1, y1), outline="black", width=4)
    for x0, y0, x1, y1 in (READ, UNREAD):
        pen.line((x0 + 80, y0 + 75, x1 - 80, y1 - 75), fill="black", width=5)
    return board


def test_only_shapes_with_ink_and_no_words_are_read_again() -> None:
    view = view_of(picture())
    shapes = tuple(Shape("box", tuple(float(v) for v in b), 0.9) for b in (READ, UNREAD, EMPTY))  # type: ignore[arg-type]
    known = [line((180.0, 150.0, 320.0, 200.0), "known")]
    spy = Spy()
    lines, complete = read_missed(spy, view, Detection(shapes), known, Deadline(None))
    assert complete
    assert [one.text for one in lines] == ["known", "word"]
    (x0, y0, x1, y1), (a, b, c, d) = lines[1].box, UNREAD
    assert a < x0 < x1 < c
    assert b < y0 < y1 < d
    assert spy.sizes[0][0] > 300


def test_no_time_leaves_what_was_read() -> None:
    view = view_of(picture())
    shapes = (Shape("box", tuple(float(v) for v in UNREAD), 0.9),)  # type: ignore[arg-type]
    assert read_missed(Spy(), view, Detection(shapes), [], Deadline(0)) == ([], False)


def test_places_that_overlap_are_read_once() -> None:
    view = view_of(picture())
    box = tuple(float(v) for v in UNREAD)
    spy = Spy()
    detection = Detection((Shape("box", box, 0.9),), (box,))  # type: ignore[arg-type]
    lines, _ = read_missed(spy, view, detection, [], Deadline(None))
    assert (len(lines), len(spy.sizes)) == (1, 1)
