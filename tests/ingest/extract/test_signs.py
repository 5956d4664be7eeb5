"""Letters and numbers in small shapes, and numbers that stand alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from ingest.extract.local.assemble import assemble
from ingest.extract.local.seen import Array, Deadline, Detection, Line, Shape, View
from ingest.extract.local.signs import read_signs
from kb.scene import Box

RINGS: tuple[Box, ...] = tuple((100.0 * i, 100.0, 100.0 * i + 60, 160.0) for i in range(5))
SHAPES = tuple(Shape("ellipse", box, 0.9) for box in RINGS)


def line(box: Box, text: str, score: float = 0.9) -> Line:
    x0, y0, x1, y1 = box
    quad = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], np.float32)
    return Line(quad, box, text, score)


KNOWN = [line((100.0, 400.0, 300.0, 430.0), "some words")]


class Says:
    """Reads in crops what it is told to, three times each."""

    def __init__(self, *told: tuple[str, float]) -> None:
        self.told = [one for one in told for _ in range(3)]

    def read(self, bgr: Array, deadline: Deadline) -> tuple[list[Line], bool]:
        raise AssertionError((bgr, deadline))

    def read_crops(
        self, crops: Sequence[Array], deadline: Deadline
    ) -> tuple[list[tuple[str, float]], bool]:
        return self.told[: len(crops)], not deadline.passed()


def view(*inked: Box) -> View:
    """Return a view with ink in the middle of some boxes."""
    ink = np.zeros((600, 600), np.uint8)
    for x0, y0, x1, y1 in inked:
        ink[int(y0) + 20 : int(y1) - 20, int(x0) + 20 : int(x1) - 20] = 255
    bgr = np.full((600, 600, 3), 255, np.uint8)
    return View(bgr, (1.0, 1.0), ink, ink, (255.0, 255.0, 255.0), 3.0, clean=True, drawn=False)


def said(
    *told: tuple[str, float], lines: Sequence[Line] = (), until: float | None = None
) -> list[str]:
    read = read_signs(
        Says(*told), view(*RINGS[: len(told)]), Detection(SHAPES), [*KNOWN, *lines], Deadline(until)
    )
    return [one.text for one in read[0][1:]]


@pytest.mark.parametrize(
    ("told", "read"),
    [
        ([("2", 1.0), ("7", 0.9)], ["2", "7"]),
        ([("A", 1.0), ("B", 0.9)], ["A", "B"]),
        ([("2", 1.0), ("7", 0.9), ("5", 0.3)], ["2", "7", "5"]),  # others are clear
        ([("2", 1.0), ("7", 0.9), ("II", 0.9), ("is", 0.9)], ["2", "7", "11", "15"]),
        ([("A", 1.0), ("B", 0.9), ("I", 0.9)], ["A", "B", "I"]),  # no figures: a letter
        ([("(2)", 1.0), ("7.", 0.9)], ["2", "7"]),  # the outline is read with them
        ([("2", 1.0), ("7", 0.5)], []),  # one alone may be an icon
        ([("X", 1.0), ("+", 1.0), ("O", 1.0)], []),  # icons of decisions
        ([("2", 1.0), ("7", 0.9), ("word", 1.0)], ["2", "7"]),
        ([("2", 1.0), ("7", 0.9), ("X", 1.0), ("O", 0.6)], ["2", "7"]),  # icons among figures
        ([("2", 1.0), ("7", 0.9), ("O", 0.9)], ["2", "7", "0"]),
        ([("V", 1.0), ("V", 1.0)], []),  # ticks
        ([("M", 1.0), ("M", 1.0)], []),  # one icon twice
    ],
)
def test_signs_are_read_where_several_are_clear(
    told: list[tuple[str, float]], read: list[str]
) -> None:
    assert said(*told) == read


def test_a_sign_takes_the_place_of_what_was_read_of_it() -> None:
    assert said(("2", 1.0), ("7", 1.0), lines=[line((5.0, 105.0, 55.0, 155.0), "Z")]) == ["2", "7"]


@pytest.mark.parametrize("text", ["queue", "CEO", "管理"])
def test_a_shape_with_a_word_bears_no_sign(text: str) -> None:
    word = line((5.0, 115.0, 55.0, 145.0), text)
    assert said(("2", 1.0), ("7", 1.0), ("8", 1.0), lines=[word]) == [text, "2", "7"]


def test_what_is_said_most_counts_though_it_is_no_sign() -> None:
    reader = Says(("2", 1.0), ("7", 1.0))
    reader.told += [("2024", 1.0), ("2024", 1.0), ("02", 0.9)]
    lines, _ = read_signs(reader, view(*RINGS[:3]), Detection(SHAPES), KNOWN, Deadline(None))
    assert [one.text for one in lines[1:]] == ["2", "7"]


def test_signs_are_read_where_nothing_else_was() -> None:
    reader = Says(("2", 1.0), ("7", 1.0))
    lines, _ = read_signs(reader, view(*RINGS[:2]), Detection(SHAPES), [], Deadline(None))
    assert [one.text for one in lines] == ["2", "7"]


def test_a_double_ring_bears_one_sign_and_a_bar_none() -> None:
    outer = Shape("ellipse", (-5.0, 95.0, 65.0, 165.0), 0.9)
    bar = Shape("box", (200.0, 300.0, 590.0, 360.0), 0.9)
    shapes = (outer, bar, *SHAPES)
    reader = Says(("2", 1.0), ("7", 1.0), ("8", 1.0))
    lines, _ = read_signs(
        reader, view(*RINGS[:2], bar.box), Detection(shapes), KNOWN, Deadline(None)
    )
    assert [one.text for one in lines[1:]] == ["2", "7"]


def test_a_numbered_ring_and_the_words_beside_it_are_one() -> None:
    lines, _ = read_signs(
        Says(("2", 1.0), ("7", 1.0)), view(*RINGS[:2]), Detection(SHAPES), KNOWN, Deadline(None)
    )
    beside = line((165.0, 115.0, 260.0, 145.0), "plan it")
    board = assemble(Detection(SHAPES[:2]), [*lines, beside], 600)
    assert sorted(thing.text for thing in board.things) == ["2", "7 plan it", "some words"]
    above = line((165.0, 82.0, 260.0, 107.0), "headline")
    board = assemble(Detection(SHAPES[:2]), [*lines, beside, above], 600)
    assert "7 plan it" in [thing.text for thing in board.things]


def test_no_time_leaves_what_was_read() -> None:
    lines, complete = read_signs(
        Says(("2", 1.0), ("7", 1.0)), view(*RINGS), Detection(SHAPES), KNOWN, Deadline(0)
    )
    assert (lines, complete) == (KNOWN, False)


def test_what_bears_a_sign_has_its_name() -> None:
    lines, _ = read_signs(
        Says(("2", 1.0), ("7", 1.0)), view(*RINGS[:2]), Detection(SHAPES), KNOWN, Deadline(None)
    )
    below = line((0.0, 165.0, 60.0, 190.0), "root")
    board = assemble(Detection(SHAPES[:2]), [*lines, below], 600)
    assert sorted(thing.text for thing in board.things) == ["2", "7", "root", "some words"]


@pytest.mark.parametrize(
    ("texts", "kept"),
    [
        (["2", "4", "6"], ["2", "4", "6"]),
        (["[2]", "[5]"], ["[2]", "[5]"]),
        (["1", "4", "7"], []),  # as heads and strokes of arrows are read
        (["6"], []),  # one alone
        (["2", "5", "1"], ["1", "2", "5"]),  # in a row with others
        (["x", "y"], []),
    ],
)
def test_clear_numbers_stay_where_no_words_were_seen(texts: list[str], kept: list[str]) -> None:
    alone = [
        line((100.0 * i, 100.0, 100.0 * i + 20, 130.0), text, 0.95) for i, text in enumerate(texts)
    ]
    seen = Detection(words=((100.0, 400.0, 300.0, 430.0),))
    board = assemble(seen, [*alone, *KNOWN], 600)
    assert sorted(thing.text for thing in board.things) == [*kept, "some words"]


def test_unclear_numbers_go() -> None:
    alone = [line((100.0 * i, 100.0, 100.0 * i + 20, 130.0), str(2 * i), 0.7) for i in range(4)]
    seen = Detection(words=((100.0, 400.0, 300.0, 430.0),))
    board = assemble(seen, [*alone, *KNOWN], 600)
    assert [thing.text for thing in board.things] == ["some words"]


def test_strokes_apart_from_numbers_are_none_and_a_column_of_numbers_is_kept() -> None:
    column = [
        line((100.0, 100.0 + 32 * i, 120.0, 130.0 + 32 * i), t, 0.95) for i, t in enumerate("25")
    ]
    other = line((300.0, 100.0, 320.0, 130.0), "9", 0.95)
    stroke = line((480.0, 260.0, 490.0, 290.0), "1", 0.95)
    seen = Detection(words=((100.0, 400.0, 300.0, 430.0),))
    board = assemble(seen, [*column, other, stroke, *KNOWN], 600)
    assert sorted(thing.text for thing in board.things) == ["2\n5", "9", "some words"]
