"""Photos of boards to learn from: what is in doubt there, and how often they come up."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from evals.extraction.photos import FROM, LEARNT, TRUTH
from evals.training.detector.__main__ import main
from evals.training.detector.boards import DOUBT, Board, TrueShape, photographed_board
from evals.training.detector.photos import learnt_photos
from evals.training.detector.placed import placed
from evals.training.detector.store import write
from evals.training.detector.targets import targets
from evals.training.detector.train import Crops, Plan
from ingest.extract.local.eyes.layout import KINDS, STRIDE
from kb.scene import Scene
from tests.evals.training.boards import plain_board

SIZE = 128


def test_no_photo_is_learnt_from_and_measured_on() -> None:
    learnt = {path.stem for path in LEARNT.glob("*.json")}
    measured = {path.stem for path in TRUTH.glob("*.json")}
    assert learnt
    assert measured
    assert not learnt & measured


def test_photos_that_are_not_there_are_passed_over(tmp_path: Path) -> None:
    assert list(learnt_photos(tmp_path)) == []
    path = min(LEARNT.glob("*.json"))
    scene = Scene.model_validate_json(path.read_bytes())
    Image.new("RGB", (scene.width, scene.height)).save(tmp_path / f"{FROM}{path.stem}.jpg")
    (board,) = learnt_photos(tmp_path)
    assert board.name == path.stem
    assert len(board.shapes) == len(scene.nodes)


def test_photos_that_are_asked_for_and_missing_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "hdbpmn"
    (data / "truth").mkdir(parents=True)
    (tmp_path / "boards").mkdir()
    write(tmp_path / "boards", 1, plain_board())
    folders = ["--folder", str(tmp_path), "--data", str(data)]
    assert main([*folders, "train", "--steps", "1", "--photos", "0.2"]) == 2
    assert f"no photos in {tmp_path / 'photos'}" in capsys.readouterr().err


def test_every_learnt_truth_has_a_place_for_all_it_names() -> None:
    for path in LEARNT.glob("*.json"):
        scene = Scene.model_validate_json(path.read_bytes())
        assert not any(node.text for node in scene.nodes)
        board = photographed_board(Image.new("RGB", (scene.width, scene.height)), scene, path.stem)
        height, width = board.pixels.shape[:2]
        for shape in board.shapes:
            x0, y0, x1, y1 = shape.box
            assert -2 <= x0 < x1 <= width + 2
            assert -2 <= y0 < y1 <= height + 2
        for line in board.lines:
            assert len(line.path) > 1
            assert line.source != line.target


def test_of_what_is_in_doubt_nothing_is_asked() -> None:
    board = plain_board()
    doubtful = replace(board.shapes[0], kind=DOUBT)
    board = replace(board, shapes=(doubtful, board.shapes[1]))
    maps = targets([placed(board)], np.eye(3)[None], 640)
    row, (left, right) = 200 // STRIDE, (125 // STRIDE, 475 // STRIDE)
    assert maps["kind_known"][0, 0, row, left] == 0
    assert maps["kind"][0, :, row, left].max() == 0
    assert maps["kind_known"][0, 0, row, right] == 1
    assert maps["kind"][0, 0, row, right] == 1


@pytest.mark.parametrize(("photos", "expected"), [(0.0, 0), (0.5, 50), (1.0, 100)])
def test_photos_come_up_as_often_as_asked(photos: float, expected: int) -> None:
    plan = Plan(1, batch=100, size=SIZE, real=0.0, photos=photos)
    crops = Crops([], [grey(50)], plan, photos=[grey(200)])
    rng = np.random.default_rng(5)
    bright = [int(crops._next(rng).pixels.max()) == 200 for _ in range(100)]
    assert abs(sum(bright) - expected) <= 15 * (0 < expected < 100)


def grey(level: int) -> Board:
    box = TrueShape(KINDS.index("box"), (5.0, 5.0, 30.0, 30.0))
    return Board(str(level), np.full((40, 60, 2), level, np.uint8), (box,), ())
