"""Squared paper: its rules may be as dark as ink, and are nothing that anybody drew."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from ingest.extract.local.arrows import find_connectors
from ingest.extract.local.seen import Deadline
from ingest.extract.local.shapes import find_figures
from ingest.extract.local.view import view_of

BOXES = ((200, 200, 480, 330), (760, 200, 1040, 330))


def sheet(pitch: int, rules: int) -> Image.Image:
    """A photographed sheet ruled in a grey of `rules`, with two boxes and an arrow in dark pen."""
    picture = Image.new("RGB", (1300, 900), (205, 205, 205))
    pen = ImageDraw.Draw(picture)
    for at in range(pitch, 1300, pitch):
        pen.line((at, 0, at, 900), fill=(rules, rules, rules), width=2)
        pen.line((0, at, 1300, at), fill=(rules, rules, rules), width=2)
    for box in BOXES:
        pen.rectangle(box, outline=(25, 25, 30), width=5)
    pen.line((490, 265, 750, 265), fill=(25, 25, 30), width=5)
    pen.line((722, 248, 750, 265, 722, 282), fill=(25, 25, 30), width=5)
    grain = np.random.default_rng(5).normal(0, 3, (900, 1300, 1))
    return Image.fromarray((np.asarray(picture) + grain).clip(0, 255).astype(np.uint8))


@pytest.mark.parametrize("pitch", [29, 44])
def test_only_what_was_drawn_on_squared_paper_is_found(pitch: int) -> None:
    view = view_of(sheet(pitch, 90))
    figures = find_figures(view, [])
    found = sorted(figure.shape.box for figure in figures)
    assert len(found) == len(BOXES)
    for box, true in zip(found, BOXES, strict=True):
        assert box == pytest.approx([side * view.scale[0] ** -1 for side in true], abs=6)
    connectors, complete = find_connectors(view, figures, [], Deadline(None))
    assert complete
    assert [(one.head_at_start, one.head_at_end) for one in connectors] == [(False, True)]


def test_a_drawn_table_keeps_its_cells() -> None:
    """Fewer cells than a sheet has, and as bold as everything else."""
    picture = Image.new("RGB", (1300, 900), "white")
    pen = ImageDraw.Draw(picture)
    for row in range(5):
        for column in range(5):
            x, y = 100 + 150 * column, 100 + 90 * row
            pen.rectangle((x, y, x + 120, y + 60), outline="black", width=4)
    assert len(find_figures(view_of(picture), [])) == 25
