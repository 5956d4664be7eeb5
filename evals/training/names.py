"""``python -m evals.training.names``: fits what tells names and labels apart.

On hdBPMN train, where most words that stand alone are names of small shapes, and on drawn boards,
where most are nodes or labels of lines. Prints the weights that `ingest.extract.local.wishes`
holds, and how often words that no fit saw are given to what they name.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps
from rich.progress import track
from torch import Tensor

from evals.boards import render, training_spec
from evals.boards.words import Script
from evals.extraction.rendered import finer
from evals.training.meant import Choice, Truth, choices, of_drawn, of_process
from evals.training.split import is_held_out
from ingest.extract.local import LocalExtractor
from ingest.extract.local.assemble import pieces_of
from ingest.extract.local.seen import Deadline
from ingest.extract.local.view import to_original, view_of
from ingest.extract.local.wishes import LABEL, NAME, wishes

_DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "hdbpmn"
_FIRST_SEED = 700_000  # far from the boards that figures are measured on
_LANGUAGES: tuple[Script, ...] = ("en", "zh", "en", "mixed", "en")
_EVERY = 4  # one board in so many is measured on, not fitted to
_PULL = 1e-4  # towards no weight at all


def main(arguments: list[str] | None = None) -> int:
    """Fit and print; returns 2 where there is no data."""
    parser = argparse.ArgumentParser(prog="python -m evals.training.names", description=__doc__)
    parser.add_argument("--data", type=Path, default=_DATA, help="folder of hdBPMN")
    parser.add_argument("--every", type=int, default=2, help="take every so many boards of it")
    parser.add_argument("--drawn", type=int, default=240, help="drawn boards")
    options = parser.parse_args(arguments)
    paths = sorted((options.data / "truth" / "train").glob("*.json"))
    paths = [path for path in paths if not is_held_out(path.stem)][:: options.every]
    if not paths:
        sys.stderr.write(f"no hdBPMN in {options.data}: name its folder with --data\n")
        return 2
    extractor = LocalExtractor()
    drawn = track(_drawn(options.drawn), "Drawn boards", options.drawn)
    read = track(_processes(paths, options.data), "hdBPMN", len(paths))
    boards = [[_choices(extractor, *board) for board in some] for some in (read, drawn)]
    learnt, kept = [], []
    for some in boards:
        learnt += [c for i, board in enumerate(some) if i % _EVERY for c in board]
        kept += [c for board in some[::_EVERY] for c in board]
    fitted = fit(learnt)
    sys.stdout.write(f"{json.dumps(fitted, indent=1)}\nright: {share_right(kept, fitted):.3f}\n")
    return 0


def _choices(extractor: LocalExtractor, picture: Image.Image, truth: Truth) -> list[Choice]:
    view = view_of(picture)
    detection, lines, _ = extractor.see(view, Deadline(None))
    things, links, spent = pieces_of(detection, lines)
    boxes = [to_original(view, thing.box) for thing in things]
    wished = wishes(things, links, spent, detection.words)
    return list(choices(truth, things, boxes, links, wished))


def _processes(paths: Sequence[Path], data: Path) -> Iterator[tuple[Image.Image, Truth]]:
    for path in paths:
        truth = json.loads(path.read_text(encoding="utf-8"))
        with Image.open(data / truth["image"]) as file:
            yield ImageOps.exif_transpose(file.convert("RGB")), of_process(truth)


def _drawn(count: int) -> Iterator[tuple[Image.Image, Truth]]:
    """Draw boards, each third as a photo and each third of mostly bare words."""
    for place in range(count):
        language = _LANGUAGES[place % len(_LANGUAGES)]
        spec = training_spec(
            _FIRST_SEED + place, language, photo=place % 3 == 2, wordy=place % 3 == 0 or None
        )
        board = render(finer(spec))
        yield board.picture, of_drawn(board)


def fit(some: list[Choice]) -> dict[str, dict[str, float]]:
    """Return the weights of names and of labels by sign."""
    signs, right, group = _table(some)
    weights = torch.zeros(signs.shape[1], requires_grad=True)
    solver = torch.optim.LBFGS([weights], max_iter=400)

    def loss() -> Tensor:
        solver.zero_grad()
        scores = signs @ weights
        whole = torch.zeros(len(some)).index_add(0, group, torch.exp(scores)).log1p().sum()
        total = (whole - (scores * right).sum()) / len(some) + _PULL * weights.square().sum()
        total.backward()  # type: ignore[no-untyped-call]
        return total

    solver.step(loss)  # type: ignore[no-untyped-call]
    values = [round(float(w), 2) for w in weights.detach()]
    names = dict(zip(NAME, values, strict=False))
    return {"name": names, "label": dict(zip(LABEL, values[len(NAME) :], strict=True))}


def _table(some: list[Choice]) -> tuple[Tensor, Tensor, Tensor]:
    rows, right, group = [], [], []
    for place, choice in enumerate(some):
        for wish, is_right in zip(choice.wishes, choice.right, strict=True):
            signs = (*wish.signs, *[0.0] * len(LABEL))
            rows.append(signs if wish.sort == "name" else (*[0.0] * len(NAME), *wish.signs))
            right.append(float(is_right))
            group.append(place)
    return torch.tensor(rows), torch.tensor(right), torch.tensor(group)


def share_right(some: list[Choice], weights: dict[str, dict[str, float]]) -> float:
    """Return how often the likeliest is right, "neither" where nothing is likelier."""
    right = 0
    for choice in some:
        scores = [
            float(np.dot(list(weights[wish.sort].values()), wish.signs)) for wish in choice.wishes
        ]
        best = int(np.argmax(scores))
        right += choice.right[best] if scores[best] > 0 else not any(choice.right)
    return right / max(1, len(some))


if __name__ == "__main__":
    sys.exit(main())
