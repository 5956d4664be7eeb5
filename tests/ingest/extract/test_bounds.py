"""Odd pictures: nothing crashes, and every promise of the scene holds."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from ingest.extract import Extractor
from ingest.extract.local import LocalExtractor
from ingest.extract.local.blocks import reading_order
from ingest.extract.local.classical import ClassicalDetector
from ingest.extract.local.seen import Array, Deadline, Line
from tests.shared import shared_data


class Blind:
    """A text reader that reads nothing, so that shapes are tried alone and fast."""

    def read(self, _bgr: Array, _deadline: Deadline) -> tuple[list[Line], bool]:
        return [], True

    def read_crops(
        self, crops: Sequence[Array], _deadline: Deadline
    ) -> tuple[list[tuple[str, float]], bool]:
        return [("", 0.0)] * len(crops), True


@pytest.mark.parametrize("size", [(1, 1), (3, 3), (1, 5000), (5000, 1), (9, 4000), (4000, 9)])
def test_odd_sizes_do_not_crash(extractor: Extractor, size: tuple[int, int]) -> None:
    picture = Image.new("RGB", size, "white")
    picture.putpixel((0, 0), (0, 0, 0))
    assert (extractor.extract(picture).width, extractor.extract(picture).height) == size


def scribbled(seed: int, width: int, height: int) -> Image.Image:
    """Lines, frames, rings and patches anywhere, also over the edge."""
    rng = random.Random(seed)
    picture = Image.new("RGB", (width, height), rng.choice(["white", "black", "#e8e0c8"]))
    pen = ImageDraw.Draw(picture)
    for _ in range(rng.randrange(25)):
        x0, x1 = sorted(rng.uniform(-50, width + 50) for _ in range(2))
        y0, y1 = sorted(rng.uniform(-50, height + 50) for _ in range(2))
        color = rng.choice(["black", "red", "blue", "#ffd54a", "#888888", "white"])
        draw = rng.choice(["line", "rectangle", "ellipse", "patch"])
        if draw == "line":
            pen.line((x0, y0, x1, y1), fill=color, width=rng.randrange(1, 9))
        elif draw == "patch":
            pen.rectangle((x0, y0, x1, y1), fill=color)
        elif draw == "ellipse":
            pen.ellipse((x0, y0, x1, y1), outline=color, width=rng.randrange(1, 9))
        else:
            pen.rectangle((x0, y0, x1, y1), outline=color, width=rng.randrange(1, 9))
    return picture


@settings(max_examples=10, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    width=st.integers(8, 700),
    height=st.integers(8, 700),
)
def test_boxes_and_paths_stay_inside_whatever_is_drawn(seed: int, width: int, height: int) -> None:
    """`Scene` itself refuses boxes outside the picture, loose ends and circles of parents."""
    blind = LocalExtractor(reader=Blind(), detector=ClassicalDetector())
    scene = blind.extract(scribbled(seed, width, height))
    assert (scene.width, scene.height) == (width, height)
    for node in scene.nodes:
        assert node.bbox[2] > node.bbox[0]
        assert node.bbox[3] > node.bbox[1]


@given(st.lists(st.tuples(*[st.floats(0, 1000) for _ in range(4)]), max_size=30))
def test_reading_order_keeps_everything(corners: list[tuple[float, float, float, float]]) -> None:
    boxes = [(min(a, c), min(b, d), max(a, c), max(b, d)) for a, b, c, d in corners]
    assert sorted(reading_order(boxes)) == list(range(len(boxes)))


def test_columns_are_read_one_after_the_other() -> None:
    title = (0.0, 0.0, 500.0, 40.0)
    left = [(0.0, 100.0 + 40 * i, 200.0, 130.0 + 40 * i) for i in range(3)]
    right = [(300.0, 100.0 + 40 * i, 500.0, 130.0 + 40 * i) for i in range(3)]
    boxes = [*right, title, *left]
    assert [boxes[i] for i in reading_order(boxes)] == [title, *left, *right]


def test_photos_of_real_boards_run(extractor: Extractor) -> None:
    photos = sorted(shared_data("photos").glob("*.jpg"))[::40]
    assert photos
    for path in photos:
        with Image.open(path) as photo:
            scene = extractor.extract(photo.convert("RGB"))
        assert any(node.text for node in scene.nodes), path.name
