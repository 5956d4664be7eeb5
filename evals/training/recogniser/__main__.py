"""``python -m evals.training.recogniser STEP``: from ink to weights."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import fields
from functools import partial
from itertools import chain
from multiprocessing import Pool
from pathlib import Path

import cv2
import numpy as np
import onnx

from evals.extraction.progress import shown
from evals.training.recogniser import export, measure, real
from evals.training.recogniser.alphabet import Alphabet
from evals.training.recogniser.boards import FIRST_SEED, board_lines
from evals.training.recogniser.drawn import Drawer, made_up_hands, training_hands
from evals.training.recogniser.graph import load
from evals.training.recogniser.lines import Written
from evals.training.recogniser.store import Shelf, keep
from evals.training.recogniser.texts import Language
from evals.training.recogniser.train import Lines, Plan, Source, Trainer

_ROOT = Path(__file__).resolve().parents[3]
_DATA = _ROOT.parent / "shared" / "data" / "hdbpmn"
_WEIGHTS = _ROOT / "ingest" / "extract" / "local" / "weights" / "recogniser.onnx"
_CHINESE = _WEIGHTS.with_name("chinese.onnx")
# of the lines in training, by kind
_SHARES = {
    "word": 0.2, "line": 0.16, "found": 0.08, "en": 0.07, "zh": 0.29, "boards-en": 0.05,
    "boards-zh": 0.15,
}  # fmt: skip
_NEEDED = ("real", "en", "zh")
_SETS = (*_NEEDED, "boards-en", "boards-zh")
_CHUNK = 20  # boards that one worker draws at a time
_LINES = 250  # lines that it does


def main(arguments: list[str] | None = None) -> int:
    """Run one step of the way; returns 2 where the data is missing."""
    parser = argparse.ArgumentParser(
        prog="python -m evals.training.recogniser", description=__doc__
    )
    parser.add_argument("--folder", type=Path, default=_ROOT / "build" / "training" / "recogniser")
    parser.add_argument("--data", type=Path, default=_DATA, help="folder of hdBPMN")
    steps = parser.add_subparsers(dest="step", required=True)
    collecting = steps.add_parser("collect", help="cut the lines of hdBPMN train out")
    collecting.add_argument(
        "--every", type=int, default=4, help="find lines in one of so many pictures"
    )
    drawing = steps.add_parser("draw", help="draw lines of both languages")
    drawing.add_argument("--count", type=int, default=10000, help="in Chinese, and half in English")
    drawing.add_argument("--workers", type=int, default=2)
    boards = steps.add_parser("boards", help="draw boards, photograph them, cut their lines out")
    boards.add_argument("--count", type=int, default=500, help="in Chinese, and a third in English")
    boards.add_argument("--workers", type=int, default=2)
    training = steps.add_parser("train", help="train; goes on where it was stopped")
    training.add_argument("--steps", type=int, default=1800)
    training.add_argument("--rate", type=float, default=Plan.rate)
    training.add_argument("--seed", type=int, default=Plan.seed)
    training.add_argument("--threads", type=int, default=Plan.threads)
    training.add_argument("--start", type=Path, help="weights (ONNX) to start from")
    training.add_argument(
        "--beside",
        type=Path,
        nargs="*",
        default=[],
        metavar="FILE",
        help="other weights (ONNX) whose answers to Chinese lines are to be kept",
    )
    training.add_argument("--hold", type=float, default=Plan.hold, help="weight of keeping them")
    training.add_argument("--width", type=int, default=Plan.width, help="pixels of a batch")
    training.add_argument("--workers", type=int, default=Plan.workers, help="they change lines")
    training.add_argument("--device", default=Plan.device, help="cpu, or cuda")
    training.add_argument("--minutes", type=float, default=Plan.minutes)
    exporting = steps.add_parser("export", help="write the weights as ONNX")
    exporting.add_argument("--to", type=Path, default=_WEIGHTS)
    exporting.add_argument("--old", type=Path, help="weights to go from (default: rapidocr's)")
    exporting.add_argument(
        "--share", type=float, default=1.0, help="of the way to the new; 0: without"
    )
    exporting.add_argument(
        "--beside", nargs=2, action="append", default=[], metavar=("FILE", "SHARE"),
        help="other weights (ONNX), and the share of the way to them",
    )  # fmt: skip
    measuring = steps.add_parser("measure", help="compare with the bundled recogniser")
    measuring.add_argument("--model", type=Path, default=_WEIGHTS)
    measuring.add_argument(
        "--second", type=Path, default=_CHINESE, help="beside it, for Chinese lines"
    )
    measuring.add_argument("--lines", type=int, default=300, help="drawn ones of each kind")
    measuring.add_argument("--before", type=Path, help="earlier weights (ONNX) to compare with")
    measuring.add_argument(
        "--every", type=int, default=1, help="take one of so many pictures of hdBPMN val"
    )
    measuring.add_argument("--json", type=Path)
    options = parser.parse_args(arguments)
    cv2.setNumThreads(0)
    return int(globals()[f"_{options.step}"](options))


def _bundled() -> Path:
    import rapidocr

    return Path(rapidocr.__file__).parent / "models" / "PP-OCRv6_rec_small.onnx"


def _collect(options: argparse.Namespace) -> int:
    cache = options.folder / "found-train.json"
    found = real.find(options.data, "train", cache, options.every)
    if not found:
        return _missing(options)
    count = keep(_cut(options.data, found), options.folder / "real.bin")
    sys.stdout.write(f"{count} lines cut out\n")
    return 0


def _cut(data: Path, found: real.Found) -> Iterator[Written]:
    for truth in real.truths(data, "train"):
        picture = np.asarray(cv2.imread(str(data / truth["image"])))
        yield from real.written(truth, picture, found.get(truth["id"], ()))


def _draw(options: argparse.Namespace) -> int:
    counts: dict[Language, int] = {"en": options.count // 2, "zh": options.count}
    for language, count in counts.items():
        chunks = [range(i, min(i + _LINES, count)) for i in range(0, count, _LINES)]
        with Pool(options.workers) as pool:
            parts = pool.imap(partial(_drawn_lines, language), chunks)
            lines = shown(parts, len(chunks), f"lines, {language}")
            keep(chain.from_iterable(lines), options.folder / f"{language}.bin")
    return 0


def _drawn_lines(language: Language, places: range) -> list[Written]:
    """Draw some lines: a sixth printed; of the Chinese half by hands that are made up."""
    seed = 1000 * places.start + 10 * (language == "zh")
    by_hand, printed = training_hands()
    usual, print_, other = (
        Drawer(seed + i, hands) for i, hands in enumerate((by_hand, printed, made_up_hands()))
    )
    turns = (other if language == "zh" else usual, usual)
    return [(print_ if i % 6 == 5 else turns[i % 2]).line(language) for i in places]


def _boards(options: argparse.Namespace) -> int:
    counts: dict[Language, int] = {"en": options.count // 3, "zh": options.count}
    for language, count in counts.items():
        seeds = range(FIRST_SEED, FIRST_SEED + count)
        chunks = [seeds[i : i + _CHUNK] for i in range(0, count, _CHUNK)]
        with Pool(options.workers) as pool:
            parts = pool.imap(partial(_board_lines, language), chunks)
            lines = shown(parts, len(chunks), f"boards, {language}")
            kept = keep(chain.from_iterable(lines), options.folder / f"boards-{language}.bin")
        sys.stdout.write(f"{kept} lines cut out\n")
    return 0


def _board_lines(language: Language, seeds: range) -> list[Written]:
    return list(board_lines(language, seeds))


def _train(options: argparse.Namespace) -> int:
    if not all((options.folder / f"{name}.bin").exists() for name in _NEEDED):
        return _missing(options)
    model = load(options.start or _bundled())
    plan = Plan(**{f.name: getattr(options, f.name) for f in fields(Plan)})
    trainer = Trainer(model, plan, options.folder, [load(file) for file in options.beside])
    trainer.resume()
    sources = _sources(options.folder, trainer.alphabet)
    trainer.train(Lines(sources, plan.seed + trainer.step, plan.width))
    return 0


def _sources(folder: Path, alphabet: Alphabet) -> list[Source]:
    sources = []
    for name in _SETS:
        if not (folder / f"{name}.bin").exists():
            continue
        shelf = Shelf(folder / f"{name}.bin")
        kinds: dict[str, list[int]] = {}
        for place in range(len(shelf)):
            if shelf.text(place) in alphabet and shelf.ratio(place) < measure.LONGEST:
                kind = shelf.kind(place) if name == "real" else name
                kinds.setdefault(kind, []).append(place)
        sources += [Source(shelf, places, _SHARES[kind]) for kind, places in kinds.items()]
    return sources


def _export(options: argparse.Namespace) -> int:
    beside = [(load(Path(file)), float(share)) for file, share in options.beside]
    checkpoint = options.folder / "last.pt" if options.share else None
    model = export.trained(load(options.old or _bundled()), checkpoint, options.share, beside)
    options.to.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(export.packed(model), str(options.to))
    sys.stdout.write(f"{options.to} {options.to.stat().st_size / 1e6:.1f} MB\n")
    return 0


def _measure(options: argparse.Namespace) -> int:
    cache = options.folder / "found-val.json"
    found = real.find(options.data, "val", cache, 3 * options.every)
    sets = measure.sets(options.data, found, options.lines, options.every)
    models = {"bundled": measure.Reader(_bundled()), "trained": measure.Reader(options.model)}
    models["both"] = measure.Reader(options.model, options.second)
    if options.before:
        models["before"] = measure.Reader(options.before)
    table = measure.compare(models, sets)
    sys.stdout.write(measure.told(table))
    if options.json:
        options.json.write_text(json.dumps(table, indent=1), encoding="utf-8")
    return 0


def _missing(options: argparse.Namespace) -> int:
    sys.stderr.write(f"no lines: `collect` takes them from {options.data}, `draw` draws others\n")
    return 2


if __name__ == "__main__":
    sys.exit(main())
