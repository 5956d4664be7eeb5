"""Rendered boards, drawn once and kept in a folder: drawing is slower than learning."""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from rich.progress import track

from evals.boards.randoms import Language, random_spec
from evals.boards.render import render
from evals.training.detector.boards import Board, rendered_board

_FIRST_SEED = 100_000  # below are the boards that figures are measured on


def draw(folder: Path, first: int, count: int, workers: int = 1) -> None:
    """Draw the boards `first` … `first + count - 1` into `folder`; those that exist stay."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = [i for i in range(first, first + count) if not _path(folder, i).exists()]
    with ProcessPoolExecutor(workers) as pool:
        done = pool.map(_draw_one, [folder] * len(wanted), wanted)
        for _ in track(done, "Drawing boards", len(wanted)):
            pass


def kept_boards(folder: Path) -> Iterator[Board]:
    """Yield the boards in `folder`, by number."""
    for path in sorted(folder.glob("*.board")):
        # Our own file, written above, never one from elsewhere.
        yield pickle.loads(path.read_bytes())  # noqa: S301


def _path(folder: Path, number: int) -> Path:
    return folder / f"{number:06}.board"


def _draw_one(folder: Path, number: int) -> None:
    seed = _FIRST_SEED + number
    language: Language = "zh" if number % 3 == 0 else "en"
    board = rendered_board(render(random_spec(seed, language, photo=number % 4 > 0)), str(number))
    path = _path(folder, number)
    unfinished = path.with_suffix(f".{os.getpid()}")
    unfinished.write_bytes(pickle.dumps(board))
    unfinished.replace(path)
