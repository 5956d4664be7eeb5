"""``python -m evals.training.detector draw|train``: from boards to weights."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import cv2

from evals.training.detector.boards import real_boards
from evals.training.detector.store import draw, kept_boards
from evals.training.detector.train import Crops, Plan, Trainer

_ROOT = Path(__file__).resolve().parents[3]
_DATA = _ROOT.parent / "shared" / "data" / "hdbpmn"


def main(arguments: list[str] | None = None) -> int:
    """Run one step of the way; returns 2 where the data is missing."""
    parser = argparse.ArgumentParser(prog="python -m evals.training.detector", description=__doc__)
    parser.add_argument("--folder", type=Path, default=_ROOT / "build" / "training" / "detector")
    parser.add_argument("--data", type=Path, default=_DATA, help="folder of hdBPMN")
    steps = parser.add_subparsers(dest="step", required=True)
    drawing = steps.add_parser("draw", help="draw boards to learn from")
    drawing.add_argument("--first", type=int, default=0)
    drawing.add_argument("--count", type=int, default=1200)
    drawing.add_argument("--workers", type=int, default=2)
    training = steps.add_parser("train", help="train; goes on where it was stopped")
    training.add_argument("--steps", type=int, default=6000)
    training.add_argument("--rate", type=float, default=Plan.rate)
    training.add_argument("--seed", type=int, default=Plan.seed)
    training.add_argument("--start", type=Path, help="weights to start from")
    options = parser.parse_args(arguments)
    cv2.setNumThreads(0)  # threads of its own don't survive the loader's fork
    if options.step == "draw":
        draw(options.folder / "boards", options.first, options.count, options.workers)
        return 0
    return _train(options)


def _train(options: argparse.Namespace) -> int:
    real = list(real_boards(options.data, "train"))
    drawn = list(kept_boards(options.folder / "boards"))
    if not real or not drawn:
        sys.stderr.write(f"no boards: {options.data} holds hdBPMN, `draw` draws the others\n")
        return 2
    sys.stdout.write(f"{len(real)} real and {len(drawn)} drawn boards\n")
    trainer = Trainer(Plan(options.steps, options.rate, seed=options.seed), options.folder)
    if options.start:
        trainer.start_from(options.start)
    trainer.resume()
    trainer.run(Crops(real, drawn, options.seed + trainer.step))
    return 0


if __name__ == "__main__":
    sys.exit(main())
