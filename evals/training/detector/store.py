"""Rendered boards, drawn once and kept in a folder: drawing is slower than learning."""

from __future__ import annotations

import os
import pickle
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import overload

from rich.progress import track

from evals.boards.curriculum import training_spec
from evals.boards.render import render
from evals.boards.words import Script
from evals.extraction.rendered import finer
from evals.training.detector.boards import Board, rendered_board

_FIRST_SEED = 100_000  # below are the boards that figures are measured on
_LANGUAGES: tuple[Script, ...] = ("en", "zh", "en", "mixed", "en")


def draw(folder: Path, first: int, count: int, workers: int = 1) -> None:
    """Draw the boards `first` … `first + count - 1` into `folder`; those that exist stay."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = [i for i in range(first, first + count) if not _path(folder, i).exists()]
    with ProcessPoolExecutor(workers) as pool:
        done = pool.map(_draw_one, [folder] * len(wanted), wanted)
        for _ in track(done, "Drawing boards", len(wanted)):
            pass


def write(folder: Path, number: int, board: Board) -> None:
    """Keep `board` in `folder`; who looks meanwhile sees it whole or not at all."""
    path = _path(folder, number)
    unfinished = path.with_suffix(f".{os.getpid()}")
    unfinished.write_bytes(pickle.dumps(board))
    unfinished.replace(path)


class KeptBoards(Sequence[Board]):
    """The boards in `folder`, by number; each is read when it is asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._paths: list[Path] = []
        self.refresh()

    def refresh(self) -> None:
        """See the boards that were drawn since; those known before keep their places."""
        known = set(self._paths)
        self._paths += sorted(set(self._folder.glob("*.board")) - known)

    def __len__(self) -> int:
        return len(self._paths)

    @overload
    def __getitem__(self, place: int) -> Board: ...
    @overload
    def __getitem__(self, place: slice) -> list[Board]: ...
    def __getitem__(self, place: int | slice) -> Board | list[Board]:
        if isinstance(place, slice):
            return [self[i] for i in range(len(self))[place]]
        # Our own file, written below, never one from elsewhere.
        board: Board = pickle.loads(self._paths[place].read_bytes())  # noqa: S301
        return board


def _path(folder: Path, number: int) -> Path:
    return folder / f"{number:06}.board"


def _draw_one(folder: Path, number: int) -> None:
    language = _LANGUAGES[number % len(_LANGUAGES)]
    wordy = True if number % 3 == 0 else None
    spec = training_spec(_FIRST_SEED + number, language, wordy=wordy)
    if number % 2:  # as a phone takes it: kept smaller, and so sharper
        spec = finer(spec)
    write(folder, number, rendered_board(render(spec), str(number)))
