"""``python -m evals.training.detector draw|train|judge|choose|export``: from boards to weights."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from dataclasses import fields
from itertools import chain
from pathlib import Path

import cv2
import numpy as np
import torch
from rich.progress import track

from evals.training.detector.answers import TorchNet, answers
from evals.training.detector.boards import real_boards
from evals.training.detector.calibrate import fit_line, link_scores, node_scores
from evals.training.detector.evidence import gather
from evals.training.detector.export import export
from evals.training.detector.judge import fit, save
from evals.training.detector.measure import judged, measure
from evals.training.detector.photos import learnt_photos
from evals.training.detector.store import KeptBoards, draw
from evals.training.detector.train import Crops, Plan, Trainer
from ingest.extract.local.eyes.judge import Judge

_ROOT = Path(__file__).resolve().parents[3]
WEIGHTS = _ROOT / "ingest" / "extract" / "local" / "weights"
_HELD_OUT_FIRST = 500_000  # numbers of boards beyond those to learn from
_AS_GOOD = 0.003  # of F1: thresholds that differ by less do equally well
_LINES = (0.3, 0.4, 0.5, 0.6, 0.7)
_DATA = _ROOT.parent / "shared" / "data" / "hdbpmn"


def main(arguments: list[str] | None = None) -> int:
    """Run one step of the way; returns 2 where what it needs is missing."""
    parser = argparse.ArgumentParser(prog="python -m evals.training.detector", description=__doc__)
    parser.add_argument("--folder", type=Path, default=_ROOT / "build" / "training" / "detector")
    parser.add_argument("--data", type=Path, default=_DATA, help="folder of hdBPMN")
    steps = parser.add_subparsers(dest="step", required=True)
    drawing = steps.add_parser("draw", help="draw boards to learn from")
    drawing.add_argument("--first", type=int, default=0)
    drawing.add_argument("--count", type=int, default=1200)
    drawing.add_argument("--workers", type=int, default=2)
    drawing.add_argument("--held-out", action="store_true", help="for choosing, not for learning")
    training = steps.add_parser("train", help="train; goes on where it was stopped")
    training.add_argument("--steps", type=int, default=6000)
    training.add_argument("--rate", type=float, default=Plan.rate)
    training.add_argument("--seed", type=int, default=Plan.seed)
    training.add_argument("--start", type=Path, help="weights to start from")
    training.add_argument("--batch", type=int, default=Plan.batch)
    training.add_argument("--size", type=int, default=Plan.size, help="pixels of a crop")
    training.add_argument("--real", type=float, default=Plan.real, help="share of real boards")
    training.add_argument(
        "--photos", type=float, default=Plan.photos, help="share of photos of boards"
    )
    training.add_argument("--device", default=Plan.device, help="cpu, or cuda")
    training.add_argument("--minutes", type=float, default=Plan.minutes)
    training.add_argument(
        "--threads", type=int, default=Plan.threads, help="of the net; crops take as many beside it"
    )
    judging = steps.add_parser("judge", help="fit the judge of pairs to what the net sees")
    judging.add_argument("--every", type=int, default=1, help="take every so many real boards")
    judging.add_argument(
        "--boards", type=Path, help="folder of drawn boards that the net did not learn from"
    )
    judging.add_argument("--drawn", type=int, default=2000, help="so many drawn boards, at most")
    judging.add_argument("--workers", type=int, default=2)
    choosing = steps.add_parser("choose", help="choose thresholds on val and say how it does")
    choosing.add_argument("--every", type=int, default=1, help="take every so many boards of val")
    choosing.add_argument(
        "--node", type=float, help="score of a node that the whole extractor does best with"
    )
    choosing.add_argument("--arrow", type=float, help="the same of an arrow")
    exporting = steps.add_parser("export", help="write the files that the extractor carries")
    exporting.add_argument("--to", type=Path, default=WEIGHTS)
    options = parser.parse_args(arguments)
    cv2.setNumThreads(0)  # threads of its own don't survive a fork
    if options.step == "draw":
        boards = options.folder / ("held-out" if options.held_out else "boards")
        first = options.first + (_HELD_OUT_FIRST if options.held_out else 0)
        draw(boards, first, options.count, options.workers)
        return 0
    missing = _missing(options)
    if missing:
        sys.stderr.write(f"{missing}\n")
        return 2
    run = {"train": _train, "judge": _judge, "choose": _choose, "export": _export}[options.step]
    return run(options)


def _missing(options: argparse.Namespace) -> str:
    """Return what `options.step` needs and is not there, "" where all is."""
    if options.step != "export" and not (options.data / "truth").is_dir():
        return f"no hdBPMN in {options.data}: name its folder with --data"
    drawn = getattr(options, "boards", None) or options.folder / "boards"
    if options.step in ("train", "judge") and not KeptBoards(drawn):
        return f"no drawn boards in {drawn}: `draw` comes first"
    if options.step == "train" and options.photos and not any(learnt_photos(_photos(options))):
        return f"no photos in {_photos(options)}: leave --photos out"
    trained = ("weights.pt", "last.pt")
    if options.step != "train" and not any((options.folder / name).exists() for name in trained):
        return f"no weights in {options.folder}: `train` comes first"
    if options.step in ("choose", "export") and not (options.folder / "judge.npz").exists():
        return "no judge: `judge` comes first"
    return ""


def _photos(options: argparse.Namespace) -> Path:
    return Path(options.data.parent / "photos")


def _train(options: argparse.Namespace) -> int:
    real = list(real_boards(options.data, "train"))
    drawn = KeptBoards(options.folder / "boards")
    photos = list(learnt_photos(_photos(options))) if options.photos else []
    sys.stdout.write(
        f"{len(real)} real, {len(photos)} photographed and {len(drawn)} drawn boards\n"
    )
    plan = Plan(**{f.name: getattr(options, f.name) for f in fields(Plan) if f.name in options})
    trainer = Trainer(plan, options.folder)
    if options.start:
        trainer.start_from(options.start)
    trainer.resume()
    crops = Crops(real, drawn, plan, trainer.step, photos)
    trainer.train(crops)
    sys.stdout.write(f"crops of {len(crops.drawn.shown)} drawn boards\n")
    return 0


def _weights(options: argparse.Namespace) -> dict[str, torch.Tensor]:
    """Return the trained weights, or those of the last checkpoint of a training under way."""
    done = options.folder / "weights.pt"
    if done.exists():
        return dict(torch.load(done, weights_only=True))
    return dict(torch.load(options.folder / "last.pt", weights_only=True)["mean"])


def _judge(options: argparse.Namespace) -> int:
    real = list(real_boards(options.data, "train", options.every))
    drawn = KeptBoards(options.boards or options.folder / "boards")
    chosen = np.linspace(0, len(drawn) - 1, min(len(drawn), options.drawn)).astype(int).tolist()
    others = ((drawn[place], options.boards is None) for place in chosen)
    boards = chain(((board, True) for board in real), others)
    parts = gather(_weights(options), boards, options.workers)
    torch.set_num_threads(1)  # of the fit: small layers wait for one another's threads
    save(fit(track(parts, "Judge", len(real) + len(chosen))), options.folder / "judge.npz")
    return 0


def _choose(options: argparse.Namespace) -> int:
    net, judge = TorchNet(_weights(options)), Judge(options.folder / "judge.npz")
    boards = list(real_boards(options.data, "val", options.every))
    seen = list(track(answers(net, boards), "Net", len(boards)))
    tried = {}
    for least in (options.node,) if options.node else (0.3, 0.35, 0.4, 0.45):
        known = [judged(answer, judge, least) for answer in seen]
        for arrow in (options.arrow,) if options.arrow else (0.2, 0.25, 0.3, 0.35, 0.4, 0.5):
            tried[least, arrow] = measure(known, words=False, arrow=arrow, line=0.5)
    sums = {pair: tried[pair].nodes.f1 + tried[pair].arrows.f1 for pair in tried}
    # Rather a doubtful arrow than none: what is doubtful is marked for review.
    node, best = max(sums, key=lambda pair: (sums[pair], pair))
    arrow = min(a for n, a in tried if n == node and sums[n, a] > sums[node, best] - _AS_GOOD)
    sys.stdout.write(f"node {node} arrow {arrow}: {tried[node, arrow]}\n")
    line = _line(net, judge, options.folder / "held-out", node, arrow)
    known = [judged(answer, judge, node) for answer in seen]
    values = {
        "node": node, "arrow": arrow, "line": line,
        "nodes": fit_line(*node_scores(known)),
        "links": fit_line(*link_scores(known, arrow=arrow, line=line)),
    }  # fmt: skip
    (options.folder / "thresholds.json").write_text(json.dumps(values), "utf-8")
    return 0


def _line(net: TorchNet, judge: Judge, folder: Path, node: float, arrow: float) -> float:
    """Choose the score of plain lines on drawn boards: hdBPMN has next to none."""
    boards = KeptBoards(folder)
    if not boards:
        sys.stdout.write("no held-out drawn boards: plain lines from 0.5\n")
        return 0.5
    known = [judged(a, judge, node) for a in track(answers(net, boards), "Drawn", len(boards))]
    tried = {line: measure(known, words=True, arrow=arrow, line=line) for line in _LINES}
    best = max(tried, key=lambda line: (tried[line].plain.f1, line))
    sys.stdout.write(f"line {best}: on drawn boards {tried[best]}\n")
    return best


def _export(options: argparse.Namespace) -> int:
    options.to.mkdir(parents=True, exist_ok=True)
    export(_weights(options), options.to / "detector.onnx")
    shutil.copy(options.folder / "judge.npz", options.to / "judge.npz")
    shutil.copy(options.folder / "thresholds.json", options.to / "thresholds.json")
    return 0


if __name__ == "__main__":
    sys.exit(main())
