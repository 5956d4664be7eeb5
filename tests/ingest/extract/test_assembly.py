"""How shapes, words and lines are put together, on detections made by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from ingest.extract.local.assemble import assemble
from ingest.extract.local.both import combined
from ingest.extract.local.seen import Detection, Line, Shape
from ingest.extract.local.things import Assembly, Link, Thing
from kb.scene import Box

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
        (["口號測試", "口語練習"], ["口號測試", "口語練習"]),
    ],
)
def test_empty_checkboxes_are_not_taken_for_a_sign(read: list[str], words: list[str]) -> None:
    rows = [line((0.0, 60.0 * i, 200.0, 60.0 * i + 30), text) for i, text in enumerate(read)]
    assert texts(assemble(Detection(()), rows, 600)) == words


@pytest.mark.parametrize(
    ("read", "words"),
    [
        (["& Stock lags", ". Address typos"], ["• Stock lags", "• Address typos"]),
        (["Terms", "& conditions"], ["Terms", "& conditions"]),
        (["... and so on", "• 3 pens"], ["... and so on", "• 3 pens"]),
    ],
)
def test_dots_before_items_are_dots(read: list[str], words: list[str]) -> None:
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


PAIR = (
    Shape("box", (0.0, 0.0, 100.0, 80.0), 0.9),
    Shape("box", (400.0, 0.0, 500.0, 80.0), 0.9),
)
NAMES = (line((20.0, 20.0, 80.0, 50.0), "One"), line((420.0, 20.0, 480.0, 50.0), "Two"))


def test_words_on_a_line_are_its_label() -> None:
    words = [*NAMES, line((230.0, 10.0, 280.0, 36.0), "later")]
    path = ((100.0, 40.0), (400.0, 40.0))

    def link(_things: object) -> list[Link]:
        return [Link("arrow", 0, 1, True, path, 0.9)]

    board = assemble(Detection(PAIR, link=link), words, 600)
    assert [one.label for one in board.links] == ["later"]
    assert texts(board) == ["One", "Two"]


@pytest.mark.parametrize(
    ("height", "boxed", "label"),
    [(20.0, False, "later"), (80.0, False, ""), (80.0, True, "later")],
)
def test_large_words_near_a_line_are_a_node_where_lines_join_words(
    height: float, boxed: bool, label: str
) -> None:
    words = [
        line((0.0, 80.0, 100.0, 120.0), "One"), line((600.0, 80.0, 700.0, 120.0), "Two"),
        line((330.0, 90.0 - height, 400.0, 90.0), "later"),
    ]  # fmt: skip
    around = [(x0 - 20, y0 - 20, x1 + 20, y1 + 20) for x0, y0, x1, y1 in (w.box for w in words)]
    shapes = tuple(Shape("box", box, 0.95) for box in around[:2]) if boxed else ()

    def link(things: Sequence[Thing]) -> list[Link]:
        ends = [next(n for n, t in enumerate(things) if t.text == s) for s in ("One", "Two")]
        return [Link("arrow", *ends, True, ((110.0, 100.0), (590.0, 100.0)), 0.9)]

    seen = tuple(word.box for word in words)
    board = assemble(Detection(shapes, seen, link=link), words, 600)
    assert [one.label for one in board.links] == [label]


def test_short_words_stay_and_pieces_of_drawings_go() -> None:
    """Where something tells words from drawings, one or two signs elsewhere are no words."""
    read = [line((100.0, 300.0, 160.0, 330.0), "开始"), line((300.0, 300.0, 310.0, 330.0), "一")]
    read += [line((600.0, 100.0, 660.0, 130.0), "周一"), line((600.0, 400.0, 660.0, 430.0), "第一")]
    read += [line((400.0, 100.0 + 40 * i, 410.0, 130.0 + 40 * i), "1一1一"[i]) for i in range(4)]
    known = Detection(words=((500.0, 500.0, 600.0, 550.0),))
    assert sorted(texts(assemble(known, read, 600))) == ["周一", "开始", "第一"]
    assert texts(
        assemble(Detection(complete=False), [line((0.0, 0.0, 60.0, 30.0), "no")], 600)
    ) == ["no"]


def test_both_rings_of_an_event_are_one_shape() -> None:
    rings = tuple(
        Shape("ellipse", (100.0 + k, 100.0 + k, 180.0 - k, 180.0 - k), 0.95) for k in (0, 5)
    )
    seen = Detection((Shape("ellipse", (101.0, 101.0, 179.0, 179.0), 0.9),))
    assert len(combined(seen, Detection(rings)).shapes) == 1


@pytest.mark.parametrize(
    ("side", "inset", "outer"),
    [(60.0, 3.0, False), (60.0, 6.0, True), (48.0, 4.0, False), (90.0, 6.0, False)],
)
def test_of_two_outlines_the_outer_one_is_the_shape(
    side: float, inset: float, *, outer: bool
) -> None:
    seen = (100.0, 100.0, 100 + side, 100 + side)
    within = (100 + inset, 100 + inset, 100 + side - inset, 100 + side - inset)
    trained, classical = Shape("diamond", seen, 0.8), Shape("diamond", within, 0.95)
    (shape,) = combined(Detection((trained,)), Detection((classical,))).shapes
    assert shape.box == (seen if outer else within)
    assert shape.confidence == 0.95


def test_a_contour_around_notes_side_by_side_is_none_of_them() -> None:
    notes = tuple(Shape("sticky", (100.0, y, 260.0, y + 140), 0.9) for y in (100.0, 245.0))
    seen_twice = Shape("box", (105.0, 250.0, 255.0, 380.0), 0.5)
    heap = Shape("sticky", (98.0, 98.0, 262.0, 388.0), 1.0)
    found = combined(Detection(notes), Detection((heap,))).shapes
    assert [shape.box for shape in found] == [note.box for note in notes]
    four = tuple(Shape("sticky", (x, y, x + 98, y + 98), 0.9) for x in (0, 100) for y in (0, 100))
    assert (
        len(combined(Detection(four), Detection((replace(heap, box=(0, 0, 198, 198)),))).shapes)
        == 4
    )
    roomy = Shape("box", (60.0, 60.0, 300.0, 430.0), 1.0)  # a frame around both
    assert roomy.box in [s.box for s in combined(Detection(notes), Detection((roomy,))).shapes]
    for twice in ((notes[1], seen_twice), (seen_twice, notes[1])):
        alone = combined(Detection(twice), Detection((heap,))).shapes
        assert heap.box in [shape.box for shape in alone]


@pytest.mark.parametrize(
    ("past", "nodes"),
    [(None, ["One", "Two"]), (0.9, ["One", "later", "Two"]), (0.2, ["One", "Two"])],
)
def test_words_between_two_pieces_of_a_line_are_its_label_but_where_another_runs_past_them(
    past: float | None, nodes: list[str]
) -> None:
    words = [*NAMES, line((230.0, 27.0, 280.0, 53.0), "later")]

    def link(_things: object) -> list[Link]:
        pieces = [
            Link("line", 0, 2, False, ((100.0, 40.0), (228.0, 40.0)), 0.5),
            Link("line", 2, 1, False, ((282.0, 40.0), (400.0, 40.0)), 0.5),
        ]
        round_it = ((100.0, 60.0), (250.0, 130.0), (400.0, 60.0))
        return pieces + ([Link("line", 0, 1, False, round_it, past)] if past else [])

    board = assemble(Detection(PAIR, link=link), words, 600)
    assert texts(board) == nodes


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


HERE, THERE = (100.0, 100.0, 260.0, 130.0), (500.0, 500.0, 600.0, 550.0)


@pytest.mark.parametrize("text", ["texture", "木纹纹理"])
@pytest.mark.parametrize(
    ("score", "place", "guess", "stays"),
    [
        (0.3, HERE, None, True),  # the detector saw words too
        (0.3, THERE, None, False),
        (0.6, THERE, None, False),
        (0.6, THERE, HERE, True),  # it took them for words, though hardly
        (0.3, THERE, HERE, False),
        (0.95, THERE, None, True),
        (0.3, None, None, True),  # nothing told words from drawings
    ],
)
def test_words_that_only_the_reader_saw_must_be_clear(
    score: float, place: Box | None, guess: Box | None, text: str, *, stays: bool
) -> None:
    one = replace(line(HERE, text), score=score)
    seen, guesses = ((place,) if place else ()), ((guess,) if guess else ())
    assert texts(assemble(Detection(words=seen, guesses=guesses), [one], 600)) == [text] * stays


def test_lines_of_a_list_that_was_hardly_seen_all_stay() -> None:
    guess = (100.0, 100.0, 260.0, 430.0)
    items = [
        replace(line((100.0, 100.0 + 60 * n, 250.0, 125.0 + 60 * n), text), score=0.8)
        for n, text in enumerate(("apples", "bananas", "cherries", "dates", "figs"))
    ]
    board = assemble(Detection(words=(THERE,), guesses=(guess,)), items, 600)
    assert len(texts(board)) == 5


@pytest.mark.parametrize(
    ("read", "seen", "told"),
    [
        ((80.0, 85.0, 280.0, 145.0), HERE, HERE),  # wide of its ink
        # One end goes on, with a letter that is higher: more words.
        ((96.0, 96.0, 400.0, 134.0), HERE, (98.0, 98.0, 330.0, 132.0)),
        ((172.0, 108.0, 190.0, 120.0), (40.0, 20.0, 340.0, 320.0), (172.0, 108.0, 190.0, 120.0)),
        # Longer than what was seen of it, as high: its words go on.
        ((100.0, 100.0, 360.0, 131.0), HERE, (100.0, 100.0, 310.0, 130.5)),
        ((20.0, 20.0, 400.0, 220.0), HERE, (20.0, 20.0, 400.0, 220.0)),  # nothing like it
        ((180.0, 102.0, 258.0, 128.0), HERE, (140.0, 101.0, 259.0, 129.0)),  # half of it: halfway
        ((215.0, 102.0, 258.0, 128.0), HERE, HERE),  # a piece of it was read
        (HERE, THERE, HERE),
    ],
)
def test_words_stand_where_reader_and_detector_together_say(
    read: Box, seen: Box, told: Box
) -> None:
    board = assemble(Detection(words=(seen,)), [line(read, "Deliver")], 600)
    assert [thing.box for thing in board.things if thing.text] == [pytest.approx(told)]


def test_a_word_in_a_cell_of_a_table_is_not_the_cell() -> None:
    cell, due = (0.0, 0.0, 400.0, 200.0), (20.0, 20.0, 80.0, 45.0)
    table = Shape("table", (0.0, 0.0, 800.0, 400.0), 0.9)
    cells = Detection((table,), words=(cell,), cells=(cell,))
    seen = combined(Detection(guesses=(due,)), cells)
    assert seen.guesses == (due,)
    board = assemble(seen, [line(due, "Due")], 600)
    assert [thing.box for thing in board.things if thing.text == "Due"] == [due]


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


def test_a_paragraph_names_nothing() -> None:
    rows = [
        line((90.0, 155.0 + 24 * i, 290.0, 175.0 + 24 * i), "all that they said") for i in range(7)
    ]
    seen = Detection((Shape("ellipse", ELLIPSE, 0.95),), words=((90.0, 155.0, 290.0, 320.0),))
    board = assemble(seen, rows, 600)
    assert sorted(thing.kind for thing in board.things) == ["ellipse", "text"]


def test_a_paragraph_below_a_name_is_not_of_it() -> None:
    name = line((90.0, 152.0, 160.0, 172.0), "Paid")
    rows = [line((90.0, 184.0 + 24 * i, 290.0, 204.0 + 24 * i), "all they said") for i in range(7)]
    places = ((90.0, 152.0, 160.0, 172.0), (90.0, 184.0, 290.0, 350.0))
    seen = Detection((Shape("ellipse", ELLIPSE, 0.95),), words=places)
    board = assemble(seen, [name, *rows], 600)
    assert [(t.kind, t.text.count("they")) for t in board.things] == [("ellipse", 0), ("text", 7)]


def test_an_arrow_read_with_words_is_not_of_them() -> None:
    read = [line((100.0, 100.0, 260.0, 130.0), "null")]
    seen = ((150.0, 100.0, 260.0, 130.0),)
    board = assemble(Detection(words=seen, ends=((140.0, 115.0),)), read, 600)
    assert board.things[0].box == (150.0, 100.0, 260.0, 130.0)
