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
