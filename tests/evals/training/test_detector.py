"""Boards to learn from, their crops and maps, and the loop."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from evals.boards import render, training_spec
from evals.training.detector.__main__ import main
from evals.training.detector.augment import crops, shaken
from evals.training.detector.boards import Board, TrueLine, TrueShape, real_boards, rendered_board
from evals.training.detector.calibrate import fit_line
from evals.training.detector.net import Net
from evals.training.detector.placed import placed
from evals.training.detector.store import KeptBoards, draw
from evals.training.detector.targets import targets
from evals.training.detector.wear import worn
from evals.training.split import is_held_out
from ingest.extract.local.eyes.layout import CHANNELS, KINDS, STRIDE, UNIT
from ingest.extract.local.eyes.light import even_out
from ingest.extract.local.eyes.nodes import calibrated
from tests.evals.training.boards import plain_board
from tests.shared import shared_data

SIZE = 128


@pytest.fixture(scope="module")
def drawn() -> Board:
    return rendered_board(render(training_spec(3)), "drawn")


def test_a_rendered_board_keeps_its_lines_between_its_shapes(drawn: Board) -> None:
    assert drawn.shapes
    height, width = drawn.pixels.shape[:2]
    assert max(height, width) == 1280
    for line in drawn.lines:
        assert line.source >= 0
        assert line.target >= 0
    for shape in drawn.shapes:
        x0, y0, x1, y1 = shape.box
        assert -1 <= x0 < x1 <= width + 1
        assert -1 <= y0 < y1 <= height + 1


def painted(board: Board, matrix: np.ndarray, size: int) -> dict[str, np.ndarray]:
    maps = targets([placed(board)], matrix[None], size)
    return {name: values[0].numpy() for name, values in maps.items()}


def test_a_crop_moves_pixels_and_truth_alike() -> None:
    """The ink of a crop lies where its matrix takes the box."""
    board = placed(plain_board())
    pictures, matrices = crops([board] * 20, 512, np.random.default_rng(1), torch.Generator())
    assert pictures.shape == (20, 2, 512, 512)
    assert 0 <= pictures.min() < pictures.max() <= 1
    maps = targets([board] * 20, matrices, 512)
    seen = 0
    for n, matrix in enumerate(matrices):
        spots = np.array([[50, 150, 1], [200, 150, 1], [200, 250, 1], [50, 250, 1.0]]) @ matrix.T
        spots = spots[:, :2] / spots[:, 2:]
        x, y = np.rint(spots.mean(axis=0)).astype(int)
        if not (60 <= x < 452 and 60 <= y < 452):
            continue
        rows, columns = (slice(v // STRIDE - 2, v // STRIDE + 3) for v in (y, x))
        asked = maps["kind_known"][n, 0, y // STRIDE, x // STRIDE] > 0
        assert maps["kind"][n, 0, rows, columns].max() == 1 or not asked
        if (np.abs(spots - 256) < 250).all():
            seen += 1
            side = np.linspace(spots[0], spots[1], 40)[5:-5]
            around = [pictures[n, 0, int(v) - 3 : int(v) + 4, int(u)].max() for u, v in side]
            assert np.mean(around) > pictures[n, 0].mean() + 0.15
    assert seen >= 3


def test_what_is_shrunk_stays_in_its_place() -> None:
    """A crop of a board seen from afar shows each point where the matrix says."""
    pixels = np.zeros((800, 1280, 2), np.uint8)
    pixels[380:420, 600:680, 0] = 255
    board = placed(Board("spot", pixels, (TrueShape(0, (600.0, 380.0, 680.0, 420.0)),), ()))
    pictures, matrices = crops([board] * 30, 256, np.random.default_rng(5), torch.Generator())
    rows, columns = torch.meshgrid(torch.arange(256.0), torch.arange(256.0), indexing="ij")
    checked = 0
    for picture, matrix in zip(pictures, matrices, strict=True):
        x, y, deep = matrix @ (639.5, 399.5, 1)
        ink = torch.where(picture[0] > 0.5 * picture[0].max(), picture[0], 0.0)
        near = (columns - x / deep).abs().maximum((rows - y / deep).abs()) < 60
        if not (60 < x / deep < 196 and 60 < y / deep < 196):
            continue
        checked += 1
        ink = ink * near
        assert ink.max() > 0.3
        assert float((ink * columns).sum() / ink.sum()) == pytest.approx(x / deep, abs=2.5)
        assert float((ink * rows).sum() / ink.sum()) == pytest.approx(y / deep, abs=2.5)
    assert checked >= 10


class Spared(np.random.Generator):
    """Chance that spares a crop everything that may befall it."""

    def __init__(self) -> None:
        super().__init__(np.random.PCG64(1))

    def random(self, size: Any = None, *_: Any, **__: Any) -> Any:
        return np.ones(size)


@pytest.mark.parametrize("dark", [0.2, 0.5, 1.0])
def test_a_crop_that_nothing_befalls_stays_as_it_is(dark: float) -> None:
    ink = torch.full((8, SIZE, SIZE), dark)
    assert worn(ink, Spared(), torch.Generator()) == pytest.approx(ink, abs=1e-3)


@pytest.mark.parametrize("size", [32, 128, 640])
def test_an_unsteady_hand_stays_within_a_cell(size: int) -> None:
    places = shaken(40, size, np.random.default_rng(2), torch.Generator().manual_seed(2))
    along = torch.arange(float(size))
    moves = places - torch.stack(torch.meshgrid(along, along, indexing="xy"), -1)
    assert 1 < moves.norm(dim=-1).max() < STRIDE


def test_targets_tell_boxes_ends_and_the_way_between() -> None:
    true = painted(plain_board(), np.eye(3), 608)
    x, y = 125 // STRIDE, 200 // STRIDE
    assert true["kind"][KINDS.index("box"), y, x] == pytest.approx(1, abs=0.05)
    left, top, right, bottom = true["box"][:, y, x] * UNIT * STRIDE
    assert (left + right, top + bottom) == pytest.approx((150, 100), abs=1)
    heads, tails = (np.argwhere(end >= 1) * STRIDE for end in true["ends"])
    assert heads.tolist() == [[200, 400]]
    assert tails.tolist() == [[200, 200]]
    middle = (200 // STRIDE, 300 // STRIDE)
    assert true["line"][middle] == 1
    assert true["way"][:, middle[0], middle[1]] == pytest.approx((1, 0))
    reach = true["reach"][:, middle[0], middle[1]] * STRIDE
    assert reach == pytest.approx((100, 0, -100, 0), abs=4)


def test_the_shorter_of_two_lines_keeps_a_stretch_that_they_share() -> None:
    long = TrueLine(np.array([[40.0, 200.0], [560.0, 200.0]]))
    short = TrueLine(np.array([[300.0, 200.0], [400.0, 200.0]]), heads=0, dashed=True)
    board = Board("two", np.zeros((400, 600, 2), np.uint8), (), (short, long))
    true = painted(board, np.eye(3), 608)
    row = 200 // STRIDE
    assert true["dashed"][row, 350 // STRIDE] == 1
    assert true["dashed"][row, 150 // STRIDE] == 0
    assert true["ordered"][row, [150 // STRIDE, 350 // STRIDE]].tolist() == [1, 0]


def test_nothing_is_asked_along_a_line_whose_way_is_not_known() -> None:
    line = TrueLine(np.array([[100.0, 200.0], [500.0, 200.0]]), exact=False)
    board = Board("doubt", np.zeros((400, 600, 2), np.uint8), (), (line,))
    true = painted(board, np.eye(3), 608)
    assert true["line"].max() == 0
    assert true["line_known"][200 // STRIDE, 300 // STRIDE] == 0
    assert true["line_known"][100 // STRIDE, 300 // STRIDE] == 1
    assert true["ends_known"][:, 200 // STRIDE, 100 // STRIDE].tolist() == [0, 0]
    assert true["ends"].max() == 0


def test_an_empty_board_asks_for_nothing_but_emptiness() -> None:
    board = Board("empty", np.zeros((400, 600, 2), np.uint8), (), ())
    true = painted(board, np.eye(3), 608)
    assert all(true[name].max() == 0 for name in ("kind", "box_known", "line", "ends"))
    assert all(true[name].min() == 1 for name in ("kind_known", "line_known", "ends_known"))


def test_a_node_that_is_cut_off_is_not_asked_for() -> None:
    matrix = np.array([[1.0, 0, -180], [0, 1.0, 0], [0, 0, 1.0]])
    true = painted(plain_board(), matrix, 512)
    assert true["kind_known"][0, 200 // STRIDE, 2] == 0
    assert true["kind"][0, :, :20].max() < 1


def test_what_is_behind_the_camera_is_not_asked_for() -> None:
    """A tilt that puts the right of the board behind the camera, where all comes out mirrored."""
    matrix = np.array([[1.0, 0, 0], [0, 1, 0], [-1 / 450, 0, 1]])
    board = plain_board()
    line = TrueLine(np.array([[200.0, 200.0], [550.0, 200.0]]))
    true = painted(replace(board, lines=(line,)), matrix, 608)
    alone = painted(replace(board, shapes=board.shapes[:1], lines=()), matrix, 608)
    assert np.array_equal(true["kind"], alone["kind"])
    assert np.array_equal(true["kind_known"], alone["kind_known"])
    assert true["line"].max() == 0
    x = y = 360 // STRIDE
    assert true["ends"][1, y - 1 : y + 2, x - 1 : x + 2].max() == 1
    assert (true["ends"] == 1).sum() == 1


def test_a_line_to_far_beyond_a_crop_is_painted_as_far_as_the_crop_goes() -> None:
    paths = [np.array([[100.0, 200.0], [end, 200.0]]) for end in (700.0, 1e12)]
    boards = [Board("long", np.zeros((400, 600, 2), np.uint8), (), (TrueLine(p),)) for p in paths]
    near, far = (painted(board, np.eye(3), 608) for board in boards)
    assert near["line"][200 // STRIDE, 590 // STRIDE] == 1
    for name in ("line", "way", "ends"):
        assert np.allclose(near[name], far[name])


def test_held_out_exercises_are_not_learnt() -> None:
    folder = shared_data("hdbpmn")
    names = {path.stem for path in (folder / "truth" / "train").glob("*.json")}
    learnt = {board.name for board in real_boards(folder, "train", every=40)}
    assert any(is_held_out(name) for name in names)
    assert not any(is_held_out(name) for name in learnt)


def test_drawn_boards_are_kept_and_drawn_once(tmp_path: Path) -> None:
    draw(tmp_path, 0, 2)
    first = [path.stat().st_mtime_ns for path in sorted(tmp_path.iterdir())]
    draw(tmp_path, 0, 2)
    assert [path.stat().st_mtime_ns for path in sorted(tmp_path.iterdir())] == first
    boards = KeptBoards(tmp_path)
    assert [board.name for board in boards] == ["0", "1"]
    draw(tmp_path, 2, 1)
    boards.refresh()
    assert [board.name for board in boards] == ["0", "1", "2"]
    assert not np.array_equal(boards[0].pixels, boards[1].pixels)


def test_the_net_answers_at_a_quarter_of_the_size() -> None:
    maps = Net().eval()(torch.zeros(1, 2, 64, 96))
    assert maps.shape == (1, CHANNELS, 16, 24)
    assert sum(value.numel() for value in Net().parameters()) < 6_200_000


def test_light_is_evened_out() -> None:
    """The same ink under a lamp on one side, and on a dark board, looks nearly the same."""
    board = np.full((400, 600, 3), 230, np.uint8)
    board[100:104, 100:500] = 40
    slope = np.linspace(0.45, 1.0, 600)[None, :, None]
    lit = (board * slope).astype(np.uint8)
    dark = (255 - board).astype(np.uint8)
    even = even_out(board)[..., 0].astype(int)
    for other in (lit, dark):
        seen = even_out(other)[..., 0].astype(int)
        assert np.abs(seen - even)[50:350, 50:550].mean() < 6
        assert seen[101, 150:450].min() > 150
        assert seen[200:, 50:550].max() < 60


def test_colour_is_told_apart_from_grey() -> None:
    board = np.full((400, 600, 3), 240, np.uint8)
    board[50:150, 50:150] = (120, 220, 250)  # a yellow note, in BGR
    board[50:150, 300:400] = (150, 150, 150)
    colour = even_out(board)[..., 1]
    assert colour[100, 100] > 60
    assert colour[100, 350] < 20


def test_calibration_finds_how_often_a_score_is_right() -> None:
    rng = np.random.default_rng(4)
    logits = rng.normal(0, 2, 4000)
    right = rng.random(4000) < 1 / (1 + np.exp(-(0.5 * logits - 1)))
    slope, offset = fit_line(1 / (1 + np.exp(-logits)), right)
    assert (slope, offset) == pytest.approx((0.5, -1), abs=0.12)
    believed = [calibrated(score, (slope, offset)) for score in (0.0, 0.2, 0.5, 0.9, 1.0)]
    assert believed == sorted(believed)
    assert believed[2] == pytest.approx(1 / (1 + np.e), abs=0.03)


@pytest.mark.parametrize("step", ["train", "judge", "choose", "export"])
def test_a_step_says_what_it_needs(
    step: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folders = ["--folder", str(tmp_path), "--data", str(tmp_path / "none")]
    assert main([*folders, step]) == 2
    assert capsys.readouterr().err.startswith("no ")
