"""A line through two neighbours' words is read again, piece by piece."""

from __future__ import annotations

import pytest
from PIL import Image

from ingest.extract.local.parted import read_apart
from ingest.extract.local.seen import Deadline, Detection, Shape
from ingest.extract.local.view import view_of
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


@pytest.mark.parametrize(
    "words", [(LEFT,), ((100.0, 100.0, 540.0, 160.0),), (LEFT, (100.0, 300.0, 300.0, 360.0))]
)
def test_a_line_in_one_place_stays(words: tuple[tuple[float, float, float, float], ...]) -> None:
    spy = Spy()
    lines, _ = read_apart(spy, VIEW, Detection(words=words), [BOTH], Deadline(None))
    assert (lines, spy.sizes) == ([BOTH], [])


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
