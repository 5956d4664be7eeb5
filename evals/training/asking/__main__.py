"""``python -m evals.training.asking gather|train|export|measure``: from lessons to weights."""

from __future__ import annotations

import argparse
import sys
from dataclasses import fields
from pathlib import Path

import torch

from evals.training.asking.corpus import load_corpus
from evals.training.asking.encoder import Encoder, bundled_model
from evals.training.asking.export import export
from evals.training.asking.gather import gather
from evals.training.asking.measure import measure, told
from evals.training.asking.train import Plan, train
from evals.training.questions.steps import Step, carried_out
from evals.training.questions.world import NAMES, lessons_of, opened_world
from kb.embed.asking import WEIGHTS, as_asked
from kb.settings import load_settings

_BUILD = Path(__file__).resolve().parents[3] / "build" / "training"


def main(arguments: list[str] | None = None) -> int:
    """Run one step of the way; returns 2 where what it needs is missing."""
    parser = argparse.ArgumentParser(prog="python -m evals.training.asking", description=__doc__)
    parser.add_argument("--folder", type=Path, default=_BUILD / "asking")
    steps = parser.add_subparsers(dest="step", required=True)
    gathering = steps.add_parser("gather", help="read all boards, and find what answers a question")
    gathering.add_argument("what", choices=NAMES)
    gathering.add_argument("--home", type=Path, help="store of the boards, which is kept")
    training = steps.add_parser("train", help="train the additions")
    training.add_argument("--on", nargs="+", choices=NAMES, default=["lessons"])
    training.add_argument("--val", choices=NAMES, default="dev")
    training.add_argument("--start", type=Path, help="what a training wrote, to go on from")
    for field in fields(Plan):
        training.add_argument(f"--{field.name}", type=type(field.default), default=field.default)
    exporting = steps.add_parser("export", help="write the file that the product carries")
    exporting.add_argument("--share", type=float, default=1.0, help="of the additions")
    exporting.add_argument("--to", type=Path, default=WEIGHTS)
    measuring = steps.add_parser("measure", help="compare with e5 as it is")
    measuring.add_argument("what", choices=NAMES, nargs="?", default="dev")
    measuring.add_argument("--weights", type=Path, default=WEIGHTS)
    options = parser.parse_args(arguments)
    steps_of: dict[str, Step] = {
        "gather": _gather,
        "train": _train,
        "export": _export,
        "measure": _measure,
    }
    return carried_out(options, _missing, steps_of)


def _missing(options: argparse.Namespace) -> str:
    """Return what `options.step` needs and is not there, "" where all is."""
    needed = []
    if options.step == "train":
        needed = [*options.on, options.val]
    elif options.step == "measure":
        needed = [options.what]
    for name in needed:
        if not _corpus(options, name).exists():
            return f"no {_corpus(options, name)}: `gather {name}` comes first"
    if options.step == "export" and not _trained(options).exists():
        return f"no {_trained(options)}: `train` comes first"
    if options.step == "train" and options.start and not options.start.exists():
        return f"no {options.start} to start from"
    if options.step == "measure" and not options.weights.exists():
        return f"no {options.weights}: `export` comes first"
    return ""


def _corpus(options: argparse.Namespace, name: str) -> Path:
    return Path(options.folder / f"{name}.npz")


def _trained(options: argparse.Namespace) -> Path:
    return Path(options.folder / "trained.pt")


def _gather(options: argparse.Namespace) -> None:
    lessons = lessons_of(options.what)
    with opened_world(options.what, options.home or _BUILD / f"store-{options.what}") as base:
        corpus = gather(base, lessons)
    corpus.save(_corpus(options, options.what))
    sys.stdout.write(f"{len(corpus.boards)} units, {len(corpus.asked)} wordings\n")


def _train(options: argparse.Namespace) -> None:
    corpora = [load_corpus(_corpus(options, name)) for name in options.on]
    plan = Plan(**{field.name: getattr(options, field.name) for field in fields(Plan)})
    encoder = Encoder(bundled_model(load_settings().cache_dir))
    val = load_corpus(_corpus(options, options.val))
    start = torch.load(options.start, weights_only=True) if options.start else ()
    train(encoder, corpora, val, plan, _trained(options), start)


def _export(options: argparse.Namespace) -> None:
    export(torch.load(_trained(options), weights_only=True), options.to, options.share)


def _measure(options: argparse.Namespace) -> None:
    corpus = load_corpus(_corpus(options, options.what))
    model = bundled_model(load_settings().cache_dir)
    for name, read in (("plain", model), ("taught", as_asked(model, options.weights))):
        sys.stdout.write(f"{name}\n{told(measure(Encoder(read), corpus))}")


if __name__ == "__main__":
    sys.exit(main())
