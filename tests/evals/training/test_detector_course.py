"""How the detector is trained: whose turn it is, what stays on a GPU, going on, where to start."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from evals.training.detector import __main__ as command
from evals.training.detector import train
from evals.training.detector.__main__ import main
from evals.training.detector.boards import Board
from evals.training.detector.store import KeptBoards, write
from evals.training.detector.train import START, Crops, Plan, Trainer, Turns, has_room
from kb.errors import WrongUse
from tests.evals.training.boards import plain_board

SIZE = 128


def test_training_goes_on_where_it_stopped(tmp_path: Path) -> None:
    plan = Plan(3, batch=2, size=SIZE, threads=1)
    batches = Crops([plain_board()], [], plan)
    trainer = Trainer(plan, tmp_path)
    first = next(iter(batches))
    trainer.train(batches)
    again = Trainer(replace(plan, steps=8), tmp_path)
    again.resume()
    assert again.step == 3
    for name, value in trainer.net.state_dict().items():
        assert torch.equal(again.net.state_dict()[name], value)
    again.train(batches)
    assert (again.step, (tmp_path / "weights.pt").exists()) == (8, True)
    assert first["picture"].shape == (2, 2, SIZE, SIZE)


def grey(number: int) -> Board:
    """A board that is known by its colour, `number`."""
    return Board(str(number), np.full((40, 60, 2), number, np.uint8), (), ())


def keep(folder: Path, *numbers: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number in numbers:
        write(folder, number, grey(number))


def round_of(turns: Turns, count: int, rng: np.random.Generator) -> list[int]:
    boards = [turns.next(rng) for _ in range(count)]
    return sorted(int(board.pixels[0, 0, 0]) for board in boards if board)


def test_every_board_comes_up_before_one_comes_again(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    keep(tmp_path, 1, 2, 3)
    turns = Turns(KeptBoards(tmp_path), "cpu")
    assert round_of(turns, 2, rng) != round_of(turns, 1, rng)
    keep(tmp_path, 4, 5)  # drawn meanwhile
    assert round_of(turns, 5, rng) == round_of(turns, 5, rng) == [1, 2, 3, 4, 5]
    assert len(turns.shown) == 5


def test_boards_join_in_where_there_was_none(tmp_path: Path) -> None:
    plan = Plan(3, batch=2, size=SIZE, real=0.0, threads=1)
    batches = Crops([plain_board()], KeptBoards(tmp_path), plan)
    coming = iter(batches)
    next(coming)
    assert not batches.drawn.shown
    keep(tmp_path, 1)
    for _ in range(3):
        next(coming)
    assert batches.drawn.shown == {0}


def test_without_any_board_that_is_said(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="no boards to learn from"):
        next(iter(Crops([], KeptBoards(tmp_path), Plan(3, batch=2, size=SIZE))))


class Counted(Sequence[Board]):
    """Boards that count how often one is read."""

    def __init__(self, count: int) -> None:
        self.boards, self.read = [grey(n) for n in range(count)], 0

    def __len__(self) -> int:
        return len(self.boards)

    def __getitem__(self, place: Any) -> Any:
        self.read += 1
        return self.boards[place]


@pytest.mark.parametrize(("room", "read"), [(0, 12), (2, 8), (4, 4)])
def test_boards_stay_where_it_trains_while_there_is_room(
    room: int, read: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = iter([True] * room + [False] * 12)
    monkeypatch.setattr(train, "has_room", lambda _: next(free))
    boards, rng = Counted(4), np.random.default_rng(1)
    turns = Turns(boards, "cpu")
    assert [round_of(turns, 4, rng) for _ in range(3)] == [[0, 1, 2, 3]] * 3
    assert boards.read == read


@pytest.mark.parametrize(
    ("device", "free", "room"), [("cpu", 99e9, False), ("cuda", 60e9, True), ("cuda", 2e9, False)]
)
def test_a_gpu_has_room_while_memory_is_to_spare(
    device: str, free: float, room: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("torch.cuda.mem_get_info", lambda _: (int(free), 141 * 10**9))
    assert has_room(device) is room


def test_a_training_that_goes_on_cuts_other_crops(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[torch.Tensor] = []

    class Recorded(Crops):
        def __iter__(self) -> Iterator[dict[str, torch.Tensor]]:
            for batch in super().__iter__():
                seen.append(batch["picture"])
                yield batch

    monkeypatch.setattr(command, "Crops", Recorded)
    (tmp_path / "boards").mkdir()
    write(tmp_path / "boards", 1, plain_board())
    (tmp_path / "truth").mkdir()
    folders = ["--folder", str(tmp_path), "--data", str(tmp_path)]
    small = ["--batch", "2", "--size", "32", "--threads", "1"]
    assert main([*folders, "train", "--steps", "1", *small]) == 0
    assert main([*folders, "train", "--steps", "2", *small]) == 0
    assert len(seen) == 2
    assert not torch.equal(*seen)
    assert capsys.readouterr().out.endswith("crops of 1 drawn boards\n")


def test_training_can_start_from_the_weights_of_today(tmp_path: Path) -> None:
    trainer = Trainer(Plan(1, batch=1, size=SIZE, threads=1), tmp_path)
    fresh = {name: value.clone() for name, value in trainer.mean.items()}
    trainer.start_from(START)
    assert all(value.dtype == fresh[name].dtype for name, value in trainer.mean.items())
    assert not torch.equal(trainer.mean["lines.1.weight"], fresh["lines.1.weight"])
