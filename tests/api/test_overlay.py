"""`kb extract --overlay`: a picture of what was understood, for every board."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

from api.cli.main import run as kb
from kb.scene import ExtractorInfo, Node, Scene
from tests.boardfiles import canvas


class Seer:
    """An extractor that sees one box on every picture."""

    name, version = "seer", "1"

    def extract(self, picture, **_):
        box = (picture.width * 0.25, picture.height * 0.25, picture.width * 0.5, picture.height / 2)
        return Scene(
            width=picture.width,
            height=picture.height,
            nodes=(Node(id="n", kind="box", bbox=box, text="Tea"),),
            extractor=ExtractorInfo(name="seer"),
        )


@pytest.fixture
def boards(tmp_path, monkeypatch):
    monkeypatch.setattr("ingest.extract.open_extractor", lambda *_, **__: Seer())
    folder = tmp_path / "boards"
    folder.mkdir()
    (folder / "a.canvas").write_bytes(canvas(["Open the shop", "卖茶"], [(0, 1)]))
    Image.new("RGB", (1300, 900), "white").save(folder / "b.png")
    # a photo taken sideways: its scene is in upright pixels
    turned = Image.new("RGB", (1300, 900), "white")
    exif = turned.getexif()
    exif[0x0112] = 6
    turned.save(folder / "c.jpg", exif=exif)
    return folder


def test_every_board_gets_its_picture(boards, tmp_path, capsys):
    out = tmp_path / "new" / "seen.png"
    out.parent.mkdir()
    assert kb(["extract", str(boards), "--overlay", str(out)]) == 0
    told = capsys.readouterr()
    scenes = [json.loads(line) for line in told.out.splitlines()]
    files = [out, out.with_name("seen-2.png"), out.with_name("seen-3.png")]
    assert [str(file) in told.err for file in files] == [True] * 3
    assert sorted(out.parent.iterdir()) == sorted(files)
    for scene, file in zip(scenes, files, strict=True):
        with Image.open(file) as picture:
            assert picture.width / scene["width"] == pytest.approx(
                max(1200 / max(scene["width"], scene["height"]), 1), rel=0.01
            )
            pixels = np.asarray(picture.convert("RGB"), int)
        x0, y0, _, _ = scene["nodes"][0]["bbox"]
        scale = picture.width / scene["width"]
        y, x = round(y0 * scale), round((x0 + 20) * scale)
        assert np.ptp(pixels[y - 2 : y + 3, x], axis=1).max() > 80  # the outline's colour


def test_files_and_pictures_at_once(boards, tmp_path, capsys):
    out, picture = tmp_path / "scenes", tmp_path / "seen.jpg"
    options = ["--out", str(out), "--overlay", str(picture), "--json"]
    assert kb(["extract", str(boards / "a.canvas"), *options]) == 0
    assert json.loads(capsys.readouterr().out) == {"written": [str(out / "a.json")], "failed": []}
    assert picture.is_file()


def test_a_name_that_is_no_picture_is_refused_before_reading(boards, tmp_path, capsys):
    assert kb(["extract", str(boards), "--overlay", str(tmp_path / "seen.txt")]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert ".png" in told.err


def test_a_file_that_is_no_board_gets_no_picture(boards, tmp_path, capsys):
    (boards / "a.canvas").write_bytes(b"no board")
    out = tmp_path / "seen.png"
    assert kb(["extract", str(boards / "a.canvas"), "--overlay", str(out)]) == 3
    assert not out.exists()
    assert "nothing" in capsys.readouterr().err
