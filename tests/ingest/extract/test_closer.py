"""A board that fills little of a photo is looked at again, from the original."""

from __future__ import annotations

import pytest
from PIL import Image

from ingest.draw import draw_scene
from ingest.extract import Extractor
from ingest.extract.local.closer import content_of
from ingest.extract.local.things import Assembly, Thing
from ingest.extract.local.view import to_original, view_of
from kb.scene import Box
from tests.ingest.extract.boards import flow

WALL = Image.new("RGB", (4000, 3000), (200, 196, 190))


def assembly(*boxes: Box) -> Assembly:
    return Assembly([Thing("box", box, "words", 0.9) for box in boxes])


def test_the_part_is_told_in_pixels_of_the_original() -> None:
    view = view_of(WALL)  # half the size
    part = content_of(
        view, assembly((500, 500, 600, 550), (700, 500, 800, 550), (600, 700, 700, 800))
    )
    assert part is not None
    assert part[0] < 1000 < 1600 < part[2] < 2000
    assert part[1] < 1000 < 1600 < part[3] < 2000
    closer = view_of(WALL, part)
    assert to_original(closer, (0.0, 0.0, 0.0, 0.0))[:2] == pytest.approx(part[:2])


def test_a_board_that_fills_the_picture_is_seen_once() -> None:
    view = view_of(WALL)
    everywhere = ((10, 10, 200, 100), (1700, 1300, 1900, 1400), (800, 700, 900, 800))
    assert content_of(view, assembly(*everywhere)) is None
    assert content_of(view, assembly((10, 10, 200, 100))) is None


def test_a_panorama_is_looked_at_closer_where_that_shows_its_content_larger() -> None:
    view = view_of(Image.new("L", (8000, 1000)))  # half the size
    wide = ((100, 100, 200, 150), (2900, 100, 3000, 150), (1500, 300, 1600, 400))
    assert content_of(view, assembly(*wide)) is None  # less elongated, so hardly larger
    half = ((100, 100, 200, 150), (1900, 100, 2000, 150), (1500, 300, 1600, 400))
    assert content_of(view, assembly(*half)) is not None


def test_nodes_of_a_closer_look_are_where_they_are_on_the_photo(extractor: Extractor) -> None:
    board = draw_scene(flow())
    board.thumbnail((900, 900))
    photo = WALL.copy()
    photo.paste(board, (2600, 400))
    scale = board.width / flow().width
    found = {node.text.replace("\n", " "): node.bbox for node in extractor.extract(photo).nodes}
    for node in flow().nodes:
        expected = [v * scale + d for v, d in zip(node.bbox, (2600, 400) * 2, strict=True)]
        assert found[node.text] == pytest.approx(expected, abs=16)
