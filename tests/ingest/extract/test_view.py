"""The working copy: how large it is, and how tight boxes lie around words."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from ingest.extract.local.geometry import stretch_of
from ingest.extract.local.seen import Array, Line
from ingest.extract.local.view import MAX_SIDE, fitted, view_of


def written() -> tuple[Image.Image, ImageDraw.ImageDraw]:
    picture = Image.new("RGB", (1000, 736), "white")
    draw = ImageDraw.Draw(picture)
    draw.text((300, 190), "Deliver", fill="black", font=ImageFont.load_default(36))
    return picture, draw


def line_in(quad: list[tuple[float, float]]) -> Line:
    corners = np.array(quad, np.float32)
    (x0, y0), (x1, y1) = corners.min(axis=0), corners.max(axis=0)
    return Line(corners, (float(x0), float(y0), float(x1), float(y1)), "Deliver", 0.9)


def wide_line() -> Line:
    return line_in([(270, 170), (450, 170), (450, 255), (270, 255)])


def fit(picture: Image.Image) -> Array:
    return np.array(fitted(view_of(picture), [wide_line()])[0].box)


@given(st.integers(1, 100_000), st.integers(1, 100_000))
def test_an_elongated_picture_is_longer_and_has_no_more_pixels(width: int, height: int) -> None:
    stretch = stretch_of(width, height)
    assert stretch == stretch_of(height, width)
    ratio = max(width, height) / min(width, height)
    assert 1 <= stretch <= 2
    assert stretch**2 / ratio <= 1 / min(ratio, 2) + 1e-9


def test_a_panorama_is_kept_longer_than_other_pictures() -> None:
    assert max(view_of(Image.new("L", (4000, 3000))).ink.shape) == MAX_SIDE
    assert max(view_of(Image.new("L", (4000, 500))).ink.shape) == 2 * MAX_SIDE


def test_a_box_is_drawn_tight_around_its_words() -> None:
    picture, _ = written()
    rows, columns = np.nonzero(np.asarray(picture.convert("L")) < 128)
    ink = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    assert fit(picture) == pytest.approx(ink, abs=2)


@pytest.mark.parametrize(
    "rule", [((0, 246), (999, 246)), ((0, 178), (999, 178)), ((280, 0), (280, 699))]
)
def test_a_rule_that_runs_past_words_is_not_of_them(rule: tuple[tuple[int, int], ...]) -> None:
    picture, draw = written()
    bare = fit(picture)
    draw.line(rule, fill="black", width=3)
    assert fit(picture) == pytest.approx(bare, abs=1)


def test_words_that_are_struck_out_keep_their_ink() -> None:
    picture, draw = written()
    bare = fit(picture)
    draw.line(((0, 214), (999, 214)), fill="black", width=3)
    left, top, right, bottom = fit(picture)
    assert left <= bare[0] + 1
    assert right >= bare[2] - 1
    assert top <= bare[1] + 12
    assert bottom >= bare[3] - 12


def test_letters_that_touch_long_rules_keep_all_their_ink() -> None:
    picture, draw = written()
    bare = fit(picture)
    for top in (bare[1] + 4, bare[3] - 5):  # most of the joined ink runs on
        draw.line(((0, top), (999, top)), fill="black", width=9)
    left, top, right, bottom = fit(picture)
    assert left <= bare[0] + 1
    assert right >= bare[2] - 1
    assert bottom - top > 0.8 * (bare[3] - bare[1])


@pytest.mark.parametrize("box", [(1200, 10, 1260, 30), (10, 900, 60, 930), (-90, 10, -20, 30)])
def test_a_line_off_the_picture_stays_as_it_is(box: tuple[float, ...]) -> None:
    x0, y0, x1, y1 = box
    line = line_in([(x0, y0), (x1, y0), (x1, y1), (x0, y1)])
    assert fitted(view_of(written()[0]), [line]) == [line]


@pytest.mark.parametrize("width", [4, 7])
def test_a_letter_that_an_arrow_touches_is_still_of_its_word(width: int) -> None:
    picture = Image.new("RGB", (1000, 736), "white")
    draw = ImageDraw.Draw(picture)
    draw.text((300, 190), "No", fill="black", font=ImageFont.load_default(36))
    line = line_in([(294, 185), (366, 185), (366, 240), (294, 240)])
    (bare,) = fitted(view_of(picture), [line])
    draw.line((bare.box[2] - 6, 214, 700, 214), fill="black", width=width)
    (touched,) = fitted(view_of(picture), [line])
    assert touched.box[2] >= bare.box[2] - 1


def test_a_small_strip_is_not_enlarged_beyond_other_pictures() -> None:
    assert max(view_of(Image.new("L", (900, 110))).ink.shape) == MAX_SIDE
