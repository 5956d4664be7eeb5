"""``python -m evals.training.selection lay|train|export|measure``: from lessons to weights."""

from __future__ import annotations

import argparse
import sys
from dataclasses import fields
from pathlib import Path

import torch

from evals.extraction.progress import shown
from evals.training.questions.steps import Step, carried_out
from evals.training.questions.world import NAMES, lessons_of, opened_world
from evals.training.selection.export import export
from evals.training.selection.laid import Laid, load, part_of, parts_of, save
from evals.training.selection.lay import Table
from evals.training.selection.measure import judged, told
from evals.training.selection.train import Plan, parted, train
from kb.answer.selection.weights import SELECTOR, net_in

_BUILD = Path(__file__).resolve().parents[3] / "build" / "training"


def main(arguments: list[str] | None = None) -> int:
    """Run one step of the way; returns 2 where what it needs is missing."""
    parser = argparse.ArgumentParser(prog="python -m evals.training.selection", description=__doc__)
    parser.add_argument("--folder", type=Path, default=_BUILD / "selection")
    steps = parser.add_subparsers(dest="step", required=True)
    laying = steps.add_parser("lay", help="lay questions out as the product would")
    laying.add_argument("what", choices=NAMES)
    laying.add_argument("--home", type=Path, help="store of the boards, which is kept")
    laying.add_argument("--part", type=int, default=0, help="which of the parts, from 0 on")
    laying.add_argument("--of", type=int, default=1, help="parts, each for a process of its own")
    training = steps.add_parser("train", help="train the selector net")
    training.add_argument("--on", nargs="+", choices=NAMES, default=["lessons"])
    judging = training.add_mutually_exclusive_group()
    judging.add_argument("--val", choices=NAMES, default="dev")
    judging.add_argument(
        "--held-out", action="store_true", help="judge by a quarter of the organisations instead"
    )
    training.add_argument("--start", type=Path, help="what a training wrote, to go on from")
    for field in fields(Plan):
        training.add_argument(f"--{field.name}", type=type(field.default), default=field.default)
    exporting = steps.add_parser("export", help="write the file that the product carries")
    exporting.add_argument("--to", type=Path, default=SELECTOR)
    measuring = steps.add_parser("measure", help="say how the selector net does")
    measuring.add_argument("what", choices=NAMES, nargs="?", default="dev")
    measuring.add_argument("--weights", type=Path, default=SELECTOR)
    options = parser.parse_args(arguments)
    steps_of: dict[str, Step] = {
        "lay": _lay,
        "train": _train,
        "export": _export,
        "measure": _measure,
    }
    return carried_out(options, _missing, steps_of)


def _missing(options: argparse.Namespace) -> str:
    """Return what `options.step` needs and is not there, "" where all is."""
    if options.step == "export" and not _trained(options).exists():
        return f"no {_trained(options)}: `train` comes first"
    needed = []
    if options.step == "train":
        needed = [*options.on, *([] if options.held_out else [options.val])]
    elif options.step == "measure":
        needed = [options.what]
    for name in needed:
        if not parts_of(options.folder, name):
            return f"{name} is not laid out in {options.folder}: `lay {name}` comes first"
    if options.step == "train" and options.start and not options.start.exists():
        return f"no {options.start} to start from"
    if options.step == "measure" and not options.weights.exists():
        return f"no {options.weights}: `export` comes first"
    return ""


def _trained(options: argparse.Namespace) -> Path:
    return Path(options.folder / "trained.pt")


def _lay(options: argparse.Namespace) -> None:
    lessons = list(enumerate(lessons_of(options.what)))[options.part :: options.of]
    if not 0 <= options.part < options.of or not lessons:
        raise LookupError(f"there is no part {options.part} of {options.of}: the first is 0")
    laid: list[Laid] = []
    with opened_world(options.what, options.home or _BUILD / f"store-{options.what}") as base:
        table = Table(base, helped=options.what == "lessons")
        for number, lesson in shown(lessons, len(lessons), "lessons"):
            laid += table.lay(lesson, number)
    save(laid, part_of(options.folder, options.what, options.part, options.of))
    found = sum(one.found for one in laid) / len(laid)
    sys.stdout.write(f"{len(laid)} wordings; search found all boards of {found:.1%}\n")


def _train(options: argparse.Namespace) -> None:
    laid = load(file for name in options.on for file in parts_of(options.folder, name))
    plan = Plan(**{field.name: getattr(options, field.name) for field in fields(Plan)})
    if options.held_out:
        laid, val = parted(laid)
    else:
        val = load(parts_of(options.folder, options.val))
    train(laid, val, plan, _trained(options), options.start)


def _export(options: argparse.Namespace) -> None:
    export(torch.load(_trained(options), weights_only=True), options.to)


def _measure(options: argparse.Namespace) -> None:
    net = net_in(options.weights)
    sys.stdout.write(told(judged(net, load(parts_of(options.folder, options.what)))))


if __name__ == "__main__":
    sys.exit(main())
