"""``python -m evals.training.reading read|train|export|measure``: from lessons to the reader."""

from __future__ import annotations

import argparse
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import torch

from evals.training.asking.encoder import bundled_model
from evals.training.questions.steps import Step, carried_out
from evals.training.questions.world import NAMES
from evals.training.reading import texts
from evals.training.reading.train import Plan, begun, train
from evals.training.selection.export import load as load_net
from evals.training.selection.laid import Laid, load
from kb.answer.selection.selector import WEIGHTS
from kb.embed.lower import LowerLayers
from kb.settings import load_settings

_BUILD = Path(__file__).resolve().parents[3] / "build" / "training"


def main(arguments: list[str] | None = None) -> int:
    """Run one step of the way; returns 2 where what it needs is missing."""
    parser = argparse.ArgumentParser(prog="python -m evals.training.reading", description=__doc__)
    parser.add_argument("--laid", type=Path, default=_BUILD / "selection")
    parser.add_argument("--folder", type=Path, default=_BUILD / "reading")
    steps = parser.add_subparsers(dest="step", required=True)
    reading = steps.add_parser("read", help="keep what e5's lower layers make of every text")
    reading.add_argument("what", choices=NAMES)
    training = steps.add_parser("train", help="train the reader")
    training.add_argument("--val", choices=NAMES, default="dev")
    training.add_argument("--selector", type=Path, default=WEIGHTS)
    training.add_argument("--start", type=Path, help="what a training wrote, to go on from")
    for field in fields(Plan):
        training.add_argument(f"--{field.name}", type=type(field.default), default=field.default)
    options = parser.parse_args(arguments)
    steps_of: dict[str, Step] = {"read": _read, "train": _train}
    return carried_out(options, "", steps_of)


def _laid(options: argparse.Namespace, name: str) -> list[Laid]:
    files = sorted(options.laid.glob(f"{name}-*-of-*.npz"))
    if not files:
        raise LookupError(f"{name} is not laid out in {options.laid}")
    return load(files)


def _model() -> Any:
    return bundled_model(load_settings().cache_dir)


def _read(options: argparse.Namespace) -> None:
    lower = LowerLayers(_model())
    found = texts.read(_laid(options, options.what), lower)
    texts.save(found, options.folder / f"{options.what}-texts.npz")
    sys.stdout.write(f"{len(found.ends)} texts, {len(found.states)} words\n")


def _train(options: argparse.Namespace) -> None:
    plan = Plan(**{field.name: getattr(options, field.name) for field in fields(Plan)})
    model: Any = _model()
    reader = begun(model[0].auto_model)
    if options.start is not None:
        reader.load_state_dict(torch.load(options.start, weights_only=True)["state"])
    words = texts.load(options.folder / f"{name}-texts.npz" for name in ("lessons", options.val))
    net, _ = load_net(options.selector)
    train(
        reader,
        _laid(options, "lessons"),
        _laid(options, options.val),
        net,
        words,
        plan,
        options.folder / "trained.pt",
    )


if __name__ == "__main__":
    sys.exit(main())
