"""A line through two neighbours' words, or far around its own, is read again, piece by piece."""

from __future__ import annotations

import pytest
from PIL import Image

from ingest.extract.local.parted import read_apart
from ingest.extract.local.seen import Array, Deadline, Detection, Line, Shape
from ingest.extract.local.view import view_of
from kb.scene import Box
from tests.ingest.extract.test_missed import Spy, line

LEFT, RIGHT = (100.0, 100.0, 300.0, 160.0), (340.0, 100.0, 540.0, 160.0)
BOTH = line((100.0, 105.0, 540.0, 155.0), "send listreceive list")
VIEW = view_of(Image.new("RGB", (1000, 750), "white"))


@pytest.mark.parametrize(
    "detection",
    [
        Detection(words=(LEFT, RIGHT)),
        Detection((Shape("box", LEFT, 0.9), Shape("box", RIGHT, 0.9))),
    ],
)
def test_each_place_gets_words_of_its_own(detection: Detection) -> None:
    other = line((100.0, 400.0, 300.0, 450.0), "other")
    lines, complete = read_apart(Spy(), VIEW, detection, [BOTH, other], Deadline(None))
    assert complete
    assert [one.text for one in lines] == ["word", "word", "other"]
    assert lines[0].box[2] < 320 < lines[1].box[0]


@pytest.mark.parametrize(("height", "count"), [(50.0, 3), (130.0, 2)])
def test_a_row_of_a_table_is_parted_though_its_rules_are_read_with_it(
    height: float, count: int
) -> None:
    """Unless all lines are as high: then what was seen there is too small to be words."""
    row = line((90.0, 60.0, 560.0, 190.0), "ship 518 track")
    cells = (LEFT[0], 110.0, LEFT[2], 150.0), (RIGHT[0], 110.0, RIGHT[2], 150.0)
    other = line((100.0, 400.0, 300.0, 400.0 + height), "other")
    detection = Detection(words=cells)
    lines, _ = read_apart(Spy(), VIEW, detection, [row, other, other], Deadline(None))
    assert len(lines) == count + 1


class Says(Spy):
    """Reads `text` in the middle of whatever it is shown, a line for each of its lines."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._rows = text.split("\n") if text else []

    def read(self, bgr: Array, deadline: Deadline) -> tuple[list[Line], bool]:
        (one,), complete = super().read(bgr, deadline)
        return [line(one.box, row) for row in self._rows], complete


WHOLE, BELOW = (100.0, 100.0, 540.0, 160.0), (100.0, 300.0, 300.0, 360.0)


@pytest.mark.parametrize(
    ("words", "looks"),
    [
        ((WHOLE,), 0),
        ((BELOW,), 0),
        ((), 0),
        (((100.0, 100.0, 440.0, 160.0),), 0),  # most of it
        ((LEFT,), 1),  # much smaller: looked at, but words would be lost
        ((LEFT, BELOW), 1),
    ],
)
def test_a_line_in_one_place_stays(words: tuple[Box, ...], looks: int) -> None:
    spy = Spy()
    lines, _ = read_apart(spy, VIEW, Detection(words=words), [BOTH], Deadline(None))
    assert (lines, len(spy.sizes)) == ([BOTH], looks)


@pytest.mark.parametrize(
    ("first", "again", "said"),
    [
        ("words", "words", ["words"]),
        ("word,", "word", ["word"]),  # a sign less is no word
        ("send list", "send", ["send list"]),
        ("b a c k u p", "backup", ["backup"]),  # spaces are no letters
        ("send the list", "send\nthe\nlist", ["send", "the", "list"]),
        ("登录页", "登录页面", ["登录页面"]),
        ("提交订单", "订单", ["提交订单"]),
        ("支付", "付", ["支付"]),
        ("登录页", "登录", ["登录页"]),
        ("No", "N", ["No"]),
        ("提交订单", "", ["提交订单"]),
    ],
)
def test_words_seen_much_smaller_are_read_there_unless_letters_are_lost(
    first: str, again: str, said: list[str]
) -> None:
    large = line((100.0, 100.0, 540.0, 200.0), first)
    place = (120.0, 110.0, 320.0, 170.0)
    lines, complete = read_apart(
        Says(again), VIEW, Detection(words=(place,)), [large], Deadline(None)
    )
    assert ([one.text for one in lines], complete) == (said, True)
    if said != [first]:
        assert all(one.box[2] < 350 for one in lines)


def test_a_line_far_higher_than_the_places_is_parted() -> None:
    """The reader took in what is drawn below: words fill less than half of the line's height."""
    places = ((*LEFT[:3], 147.0), (*RIGHT[:3], 147.0))
    high = line((100.0, 100.0, 540.0, 200.0), "send listreceive list")
    spy = Spy()
    lines, _ = read_apart(spy, VIEW, Detection(words=places), [high], Deadline(None))
    assert [one.text for one in lines] == ["word", "word"]
    assert all(height < 300 for _, height in spy.sizes)  # twice enlarged


def test_no_time_leaves_the_line_as_it_was_read() -> None:
    found = read_apart(Spy(), VIEW, Detection(words=(LEFT, RIGHT)), [BOTH], Deadline(0))
    assert found == ([BOTH], False)


def test_words_with_arrows_between_them_are_parted() -> None:
    """``1 → 2 → 3`` is read as one line with signs in it."""
    row = line((100.0, 100.0, 700.0, 150.0), "in >work> out")
    arrows = (((220.0, 125.0), (300.0, 125.0)), ((460.0, 122.0), (540.0, 128.0)))
    lines, _ = read_apart(Spy(), VIEW, Detection(arrows=arrows), [row], Deadline(None))
    assert [one.text for one in lines] == ["word"] * 3
    assert all(one.apart for one in lines)
    assert [one.box[0] // 100 for one in lines] == [1, 3, 5]


@pytest.mark.parametrize(
    ("text", "arrow", "shapes"),
    [
        ("in the work", ((220.0, 125.0), (300.0, 125.0)), ()),  # nothing in the text speaks for it
        ("in > out", ((220.0, 90.0), (300.0, 90.0)), ()),  # beside the line
        ("in > out", ((220.0, 105.0), (220.0, 145.0)), ()),  # across it
        ("in > out", ((220.0, 125.0), (300.0, 125.0)), (Shape("box", (90, 90, 710, 160), 0.9),)),
    ],
)
def test_other_lines_stay_whole(
    text: str, arrow: tuple[tuple[float, float], tuple[float, float]], shapes: tuple[Shape, ...]
) -> None:
    row = line((100.0, 100.0, 700.0, 150.0), text)
    detection = Detection(shapes, arrows=(arrow,))
    assert read_apart(Spy(), VIEW, detection, [row], Deadline(None))[0] == [row]
