"""``python -m evals.training.upper read|train|export|measure``: from lessons to weights."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import torch

from evals.training.asking.encoder import bundled_model
from evals.training.questions.steps import Step, carried_out
from evals.training.questions.world import NAMES
from evals.training.selection.export import export
from evals.training.selection.laid import Laid, load, parts_of
from evals.training.selection.measure import told
from evals.training.upper import texts
from evals.training.upper.asked import judged, logits_of, skimmed
from evals.training.upper.choose import choose, signed
from evals.training.upper.train import Plan, begun, train
from kb.answer.selection.logits import Logits, mixed
from kb.answer.selection.upper import UpperLayers, UpperSize
from kb.answer.selection.weights import SELECTOR, UPPER, Bounds, net_in, upper_in
from kb.embed.lower import LowerLayers
from kb.settings import load_settings

REFUSE, SHARE, TOLD = 0.8, 0.5, 0.2
_BUILD = Path(__file__).resolve().parents[3] / "build" / "training"


def main(arguments: list[str] | None = None) -> int:
    """Run one step of the way; returns 2 where what it needs is missing."""
    parser = argparse.ArgumentParser(prog="python -m evals.training.upper", description=__doc__)
    parser.add_argument("--laid", type=Path, default=_BUILD / "selection")
    parser.add_argument("--folder", type=Path, default=_BUILD / "upper")
    steps = parser.add_subparsers(dest="step", required=True)
    lower = steps.add_parser("read", help="keep what e5's lower layers make of every text")
    lower.add_argument("what", choices=NAMES)
    training = steps.add_parser("train", help="train the upper layers")
    training.add_argument("--val", choices=NAMES, default="dev")
    training.add_argument("--selector", type=Path, default=SELECTOR)
    training.add_argument("--start", type=Path, help="what a training wrote, to go on from")
    for field in fields(Plan):
        training.add_argument(f"--{field.name}", type=type(field.default), default=field.default)
    exporting = steps.add_parser("export", help="write the file that the product carries")
    exporting.add_argument("--share", type=float, default=SHARE, help="say of the upper layers")
    exporting.add_argument("--member", type=float, default=TOLD, help="chance of a node told")
    exporting.add_argument("--begin", type=float, default=0.5, help="chance of a node to start at")
    exporting.add_argument(
        "--refuse", type=float, default=REFUSE, help="share of unanswerable questions to refuse"
    )
    exporting.add_argument("--val", choices=NAMES, default="dev", help="what sureness is fitted on")
    exporting.add_argument("--selector", type=Path, default=SELECTOR)
    exporting.add_argument("--to", type=Path, default=UPPER)
    measuring = steps.add_parser("measure", help="say how the upper layers do")
    measuring.add_argument("what", choices=NAMES, nargs="?", default="dev")
    measuring.add_argument("--selector", type=Path, default=SELECTOR)
    measuring.add_argument("--weights", type=Path, default=UPPER)
    options = parser.parse_args(arguments)
    steps_of: dict[str, Step] = {
        "read": _read,
        "train": _train,
        "export": _export,
        "measure": _measure,
    }
    return carried_out(options, _missing, steps_of)


def _missing(options: argparse.Namespace) -> str:
    """Return what `options.step` needs and is not there, "" where all is."""
    learnt = ["lessons"] if options.step == "train" else []
    for name in (*learnt, options.val if "val" in options else options.what):
        if not parts_of(options.laid, name):
            before = f"`python -m evals.training.selection lay {name}`"
            return f"{name} is not laid out in {options.laid}: {before} comes first"
        if options.step != "read" and not _texts(options, name).exists():
            return f"no {_texts(options, name)}: `read {name}` comes first"
    if options.step == "export" and not _trained(options).exists():
        return f"no {_trained(options)}: `train` comes first"
    if options.step == "measure" and not options.weights.exists():
        return f"no {options.weights}: `export` comes first"
    if options.step != "read" and not options.selector.exists():
        before = "`python -m evals.training.selection export`"
        return f"no {options.selector}: {before} comes first"
    if options.step == "train" and options.start and not options.start.exists():
        return f"no {options.start} to start from"
    return ""


def _laid(options: argparse.Namespace, name: str) -> list[Laid]:
    return load(parts_of(options.laid, name))


def _model() -> Any:
    return bundled_model(load_settings().cache_dir)


def _read(options: argparse.Namespace) -> None:
    lower = LowerLayers(_model())
    found = texts.read(_laid(options, options.what), lower)
    texts.save(found, _texts(options, options.what))
    sys.stdout.write(f"{len(found.ends)} texts, {len(found.states)} words\n")


def _train(options: argparse.Namespace) -> None:
    plan = Plan(**{field.name: getattr(options, field.name) for field in fields(Plan)})
    model: Any = _model()
    torch.manual_seed(plan.seed)  # what is new begins at random
    upper = begun(model[0].auto_model)
    if options.start is not None:
        upper.load_state_dict(torch.load(options.start, weights_only=True)["state"])
    words = texts.load(_texts(options, name) for name in ("lessons", options.val))
    train(
        upper,
        _laid(options, "lessons"),
        _laid(options, options.val),
        net_in(options.selector),
        words,
        plan,
        _trained(options),
    )


def _export(options: argparse.Namespace) -> None:
    trained = torch.load(_trained(options), weights_only=True)
    upper = UpperLayers(UpperSize(**trained["size"]))
    upper.load_state_dict(trained["state"])
    laid = _laid(options, options.val)
    said = _said(options, upper, options.val, laid, options.share)
    choice = choose(signed(laid, said), options.refuse)
    bounds = Bounds(options.share, options.member, options.begin, choice.least, choice.weights)
    export(trained, options.to, bounds=asdict(bounds))
    sys.stdout.write(
        f"least sureness {choice.least:.3f}: cross-validated, {choice.refused:.1%} of the "
        f"unanswerable questions are refused, and {choice.wrongly:.1%} of the others\n"
    )


def _measure(options: argparse.Namespace) -> None:
    upper, bounds = upper_in(options.weights)
    laid = _laid(options, options.what)
    said = _said(options, upper, options.what, laid, bounds.share)
    sys.stdout.write(told(judged(laid, said, bounds.member)))


def _said(
    options: argparse.Namespace, upper: UpperLayers, name: str, laid: list[Laid], share: float
) -> list[Logits]:
    words = texts.load([_texts(options, name)])
    first = skimmed(net_in(options.selector), laid)
    second = logits_of(upper, laid, first, words)
    return [mixed(one, two, share) for one, two in zip(first, second, strict=True)]


def _texts(options: argparse.Namespace, name: str) -> Path:
    return Path(options.folder / f"{name}-texts.npz")


def _trained(options: argparse.Namespace) -> Path:
    return Path(options.folder / "trained.pt")


if __name__ == "__main__":
    sys.exit(main())
