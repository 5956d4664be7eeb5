"""Pen strokes: placed on a sensible picture, drawn where they are kept, colours named."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.board import Board, Limits
from ingest.readers import read
from ingest.readers.pen import LONGEST
from kb.errors import BadSource
from kb.scene import MAX_POINTS

LIMITS = Limits()
NAMESPACE = 'xmlns="http://www.w3.org/2003/InkML"'


def from_json(strokes: object) -> Board:
    (board,) = read(json.dumps(strokes).encode(), "a.strokes.json", LIMITS)
    return board


def from_ink(body: str) -> Board:
    (board,) = read(f"<ink {NAMESPACE}>{body}</ink>".encode(), "a.inkml", LIMITS)
    return board


def test_pixels_stay_pixels() -> None:
    board = from_json([{"points": [[100, 50, 7], [700, 450, 23]], "color": "red", "width": 5}])
    (stroke,) = board.strokes
    assert stroke.points == ((40, 40, 7), (640, 440, 23))
    assert (stroke.color, stroke.width) == ("red", 5)
    assert board.picture.size == (680, 480)
    assert board.scene is None
    assert board.encoded is None


def test_the_ink_is_where_the_points_are() -> None:
    board = from_json([{"points": [[0, 0], [600, 300]], "color": "#e03131"}])
    red, green, blue = board.picture.getpixel((340, 190))
    assert red > 150
    assert max(green, blue) < 120
    assert board.picture.getpixel((340, 60)) == (255, 255, 255)


def test_huge_and_tiny_ink_is_scaled_with_its_pen() -> None:
    huge = from_json([{"points": [[0, 0], [38400, 9600]], "width": 200}])
    assert max(huge.picture.size) == LONGEST
    assert huge.strokes[0].width == pytest.approx(10)
    thin = from_json([{"points": [[0, 0], [38400, 9600]], "width": 1}])
    assert thin.strokes[0].width == 2
    tiny = from_json([{"points": [[0, 0], [0.2, 0.1]]}])
    assert max(tiny.picture.size) > 600


def test_a_dot_is_ink_too() -> None:
    board = from_json([{"points": [[5, 5]]}])
    assert board.picture.getpixel((40, 40)) != (255, 255, 255)


def test_a_stroke_of_too_many_points_becomes_several_that_touch() -> None:
    points = [[n % 700, n // 20] for n in range(2 * MAX_POINTS + 10)]
    board = from_json([{"points": points, "color": "blue"}])
    assert len(board.strokes) == 3
    assert {stroke.color for stroke in board.strokes} == {"blue"}
    for before, after in zip(board.strokes, board.strokes[1:], strict=False):
        assert before.points[-1] == after.points[0]
    assert sum(len(stroke.points) for stroke in board.strokes) == len(points) + 2


finite = st.floats(-1e8, 1e8)


@settings(max_examples=12, deadline=None)  # each draws a large picture
@given(
    st.lists(st.lists(st.tuples(finite, finite), min_size=1, max_size=20), min_size=1, max_size=8)
)
def test_all_points_are_inside_a_picture_of_bounded_size(ink: list) -> None:
    board = from_json([{"points": points} for points in ink])
    width, height = board.picture.size
    assert max(width, height) <= LONGEST
    assert len(board.strokes) == len(ink)
    for stroke in board.strokes:
        assert stroke.width >= 2
        assert all(0 <= x <= width and 0 <= y <= height for x, y in stroke.points)


@pytest.mark.parametrize(
    ("strokes", "code", "reason"),
    [
        ([], "empty", "no pen stroke"),
        ([{"points": []}], "empty", "no pen stroke"),
        ({"a": 1}, "corrupt", "not a stroke stream"),
        ([{"points": [[1]]}], "corrupt", "0.points.0"),
        ([{"points": [["1", "2"]]}], "corrupt", "0.points.0.0"),
        ([{"points": [[0, 0]], "width": -1}], "corrupt", "width"),
        ([{"points": [[0, 0], [1e12, 0]]}], "corrupt", "beyond"),
        ([{"points": [[0, 0]]}] * 20_001, "too_many_elements", "20,001 strokes"),
    ],
)
def test_what_is_no_stroke_stream_is_refused(strokes: object, code: str, reason: str) -> None:
    with pytest.raises(BadSource, match=reason) as error:
        from_json(strokes)
    assert error.value.code == code
    assert error.value.message.startswith("a.strokes.json: ")


def test_strokes_in_a_plain_json_file_are_recognised_and_other_lists_are_not() -> None:
    data = json.dumps([{"width": 2, "points": [[0, 0], [9, 9]]}]).encode()
    assert len(list(read(data, "board.json", LIMITS))) == 1
    with pytest.raises(BadSource) as error:
        list(read(b'[{"name": "x", "topic": "y"}]', "index.json", LIMITS))
    assert error.value.code == "unsupported_format"


def test_differences_of_the_recommendation() -> None:
    # velocities 23, 43; then changes of them: 30, 35; 33, 30; 40, 27
    board = from_ink("<trace>1125 18432,'23'43,\"7\"-8,3-5,7 -3</trace>")
    ends = [(0, 0), (23, 43), (53, 78), (86, 108), (126, 135)]
    got = np.array([p[:2] for p in board.strokes[0].points])
    steps = (got - got[0]) / (got[1][0] - got[0][0]) * 23
    assert np.allclose(steps, ends, atol=0.2)


def test_channels_in_any_order_with_time_and_up_pointing_y() -> None:
    board = from_ink(
        "<traceFormat><channel name='T' units='s'/><channel name='Y' orientation='-ve'/>"
        "<channel name='X'/></traceFormat><trace>0 0 0, 0.5 300 600</trace>"
    )
    first, second = board.strokes[0].points
    assert second[2] - first[2] == pytest.approx(500)
    assert second[0] - first[0] == pytest.approx(600)
    assert second[1] - first[1] == pytest.approx(-300)


def test_brushes_by_reference_context_and_group() -> None:
    def brush(key: str, color: str) -> str:
        return (
            f'<brush xml:id="{key}"><brushProperty name="color" value="{color}"/>'
            '<brushProperty name="width" value="4"/></brush>'
        )

    board = from_ink(
        f"<definitions>{brush('r', '#FF0000')}{brush('g', '#2f9e44')}{brush('b', 'blue')}"
        "<context xml:id='c' brushRef='#g'/></definitions>"
        "<trace brushRef='#r'>0 0, 600 0</trace>"
        "<trace contextRef='#c'>0 50, 600 50</trace>"
        "<traceGroup brushRef='#b'><trace>0 90, 600 90</trace></traceGroup>"
        "<trace>0 120, 600 120</trace><trace type='penUp'>0 400, 600 400</trace>"
    )
    assert [stroke.color for stroke in board.strokes] == ["red", "green", "blue", None]
    assert board.strokes[0].width == 4


def test_pen_width_in_other_units_than_the_channels() -> None:
    board = from_ink(
        "<definitions><context xml:id='c'><inkSource xml:id='s'><traceFormat>"
        "<channel name='X' units='himetric'/><channel name='Y' units='himetric'/>"
        "</traceFormat></inkSource><brush><brushProperty name='width' value='1' units='mm'/>"
        "</brush></context></definitions><trace contextRef='#c'>0 0, 19200 9600</trace>"
    )
    # 1 mm is 100 himetric, and 19,200 himetric became 1,920 pixels
    assert board.strokes[0].width == pytest.approx(10)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("", "empty"),
        ("<trace></trace>", "empty"),
        ("<trace>1, 2</trace>", "corrupt"),
        ("<trace>one two</trace>", "corrupt"),
        ("<traceFormat><channel name='X'/></traceFormat><trace>1 2</trace>", "corrupt"),
        ("<trace>0 0, 1e30 5</trace>", "corrupt"),
    ],
)
def test_broken_ink_is_refused(body: str, code: str) -> None:
    with pytest.raises(BadSource, match=r"^a\.inkml: ") as error:
        from_ink(body)
    assert error.value.code == code
