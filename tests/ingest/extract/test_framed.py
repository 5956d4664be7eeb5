"""Closed figures around bare words become shapes where the net half saw one."""

from __future__ import annotations

import numpy as np
import pytest

from ingest.extract.local.framed import with_frames
from ingest.extract.local.seen import Detection, Line, Shape
from ingest.extract.local.shapes import Figure
from kb.scene import Box, NodeKind

WORDS: Box = (120.0, 60.0, 220.0, 80.0)
AROUND: Box = (100.0, 40.0, 240.0, 100.0)


def line(box: Box = WORDS, text: str = "Check stock") -> Line:
    x0, y0, x1, y1 = box
    quad = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], np.float32)
    return Line(quad=quad, box=box, text=text, score=0.9)


def figure(box: Box = AROUND, confidence: float = 0.95) -> Figure:
    return Figure(Shape("box", box, confidence), np.zeros((4, 2)))


def seen(*shapes: tuple[NodeKind, Box], likely: float = 0.5) -> Detection:
    found = tuple(Shape(kind, box, 0.9) for kind, box in shapes)
    return Detection(shapes=found, likely=lambda _box: likely)


def test_a_closed_figure_around_bare_words_is_a_shape() -> None:
    got = with_frames(seen(), [figure()], [line()])
    assert [(shape.kind, shape.box) for shape in got.shapes] == [("box", AROUND)]
    assert got.shapes[0].confidence < 0.95


@pytest.mark.parametrize(
    ("trained", "figures", "lines"),
    [
        (seen(likely=0.02), [figure()], [line()]),  # the net sees no shape at all: a pool's head
        (seen(), [figure(confidence=0.7)], [line()]),  # not closed, or of no shape
        (seen(), [figure()], []),
        (seen(), [figure()], [line(text="O")]),  # a letter's eye
        (seen(), [figure((0.0, 0.0, 900.0, 700.0))], [line()]),  # a region between lines
        (seen(("box", (105.0, 45.0, 235.0, 95.0))), [figure()], [line()]),  # seen already
        (seen(("container", AROUND)), [figure()], [line()]),  # seen as a frame
        (seen(("diamond", (200.0, 30.0, 300.0, 90.0))), [figure()], [line()]),  # another's ground
    ],
)
def test_others_stay_words(trained: Detection, figures: list[Figure], lines: list[Line]) -> None:
    assert with_frames(trained, figures, lines).shapes == trained.shapes


def test_of_two_figures_around_the_same_words_the_inner_one_counts() -> None:
    outer = figure((90.0, 30.0, 260.0, 110.0))
    got = with_frames(seen(), [outer, figure()], [line()])
    assert [shape.box for shape in got.shapes] == [AROUND]
