"""Runs a recipe in the tuning environment, and tells how it goes while it goes.

The folder of a run gets ``recipe.yaml`` (exactly what ms-swift was told), ``training.log`` (all
that it said), ``loss.svg``, and in ``swift`` what it writes itself: ``logging.jsonl`` (its figures,
a line a step) and ``checkpoint-N`` folders.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from ingest.tune.curve import loss_curve
from ingest.tune.environment import TuningFailed, failed, tune_environment
from ingest.tune.recipes import Recipe, config_of
from kb.errors import WrongUse

CONFIG, LOG, CURVE = "recipe.yaml", "training.log", "loss.svg"
OWN, STEPS = "swift", "logging.jsonl"  # ms-swift's folder, its figures
_POLL_S = 0.5
_ENDS_WITHIN_S = 20.0
_STEP = re.compile(r"(\d+)/(\d+)")


@dataclass(frozen=True)
class Step:
    """One step of training. `figures` are those of ms-swift: loss, token_acc, reward."""

    number: int
    of: int
    loss: float
    figures: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Trained:
    """What a run left behind."""

    checkpoint: Path
    steps: int
    first_loss: float
    last_loss: float
    seconds: float
    curve: Path

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return {
            "checkpoint": str(self.checkpoint),
            "steps": self.steps,
            "first_loss": round(self.first_loss, 4),
            "last_loss": round(self.last_loss, 4),
            "seconds": round(self.seconds, 1),
            "curve": str(self.curve),
        }


def train(
    python: Path,
    recipe: Recipe,
    *,
    model: Path,
    data: Path,
    out: Path,
    gpus: int = 0,
    told: Callable[[Step], None] | None = None,
) -> Trained:
    """Run `recipe` and return what came of it.

    Args:
        python: of the tuning environment.
        recipe: what to run.
        model: folder of the model to start from.
        data: folder of a data set.
        out: made; must not hold a run yet.
        gpus: processes to start, one a GPU; 0 trains on the CPU.
        told: called with every step.

    Raises:
        WrongUse: `out` is taken, or `data` is no data set.
        TuningFailed: ms-swift ended with an error, or without a checkpoint.
    """
    from ingest.tune.dataset import TRAIN, VAL

    if (out / CONFIG).exists():
        raise WrongUse(f"{out} holds a run already", hint="name another folder", code="run_exists")
    if not (data / TRAIN).is_file():
        raise WrongUse(
            f"{data} holds no {TRAIN}", hint="`kb tune dataset` makes one", code="no_dataset"
        )
    out.mkdir(parents=True, exist_ok=True)
    val = data / VAL if (data / VAL).is_file() else None
    config = config_of(recipe, model=model, train=data / TRAIN, val=val, out=out / OWN)
    (out / CONFIG).write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
    started = time.monotonic()
    steps = _run(python, recipe, out, gpus, told)
    checkpoint = newest_checkpoint(out)
    if checkpoint is None or not steps:
        raise _failure(recipe, 0, out)
    curve = out / CURVE
    curve.write_text(loss_curve([(step.number, step.loss) for step in steps]), encoding="utf-8")
    seconds = time.monotonic() - started
    return Trained(checkpoint, steps[-1].number, steps[0].loss, steps[-1].loss, seconds, curve)


def _run(
    python: Path, recipe: Recipe, out: Path, gpus: int, told: Callable[[Step], None] | None
) -> list[Step]:
    """Start ms-swift, follow its figures until it ends, and return all steps."""
    *kind, command = recipe.command.split()
    program = "swift.cli._megatron.main" if kind else "swift.cli.main"
    more = {"NPROC_PER_NODE": str(gpus)} if gpus > 1 else {}
    if gpus:
        more["TORCHDYNAMO_DISABLE"] = "0"  # servers of rollouts compile
    if not (gpus and os.environ.get("CUDA_VISIBLE_DEVICES")):  # whoever chose GPUs keeps them
        more["CUDA_VISIBLE_DEVICES"] = ",".join(str(place) for place in range(gpus))
    steps: list[Step] = []
    with (out / LOG).open("w", encoding="utf-8") as log:
        process = subprocess.Popen(  # noqa: S603 - the settings name the program
            [str(python), "-m", program, command, str((out / CONFIG).absolute())],
            env=tune_environment(**more),
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=out,
            start_new_session=True,  # ms-swift is several processes, which end together
        )
        try:
            for step in _followed(out / OWN / STEPS, process):
                steps.append(step)
                if told is not None:
                    told(step)
        finally:
            if process.poll() is None:  # we were interrupted
                _end(process)
    if process.returncode:
        raise _failure(recipe, process.returncode, out)
    return steps


def _end(process: subprocess.Popen[bytes]) -> None:
    """End ms-swift with all its processes, by force where it doesn't listen."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(_ENDS_WITHIN_S)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _followed(file: Path, process: subprocess.Popen[bytes]) -> Iterator[Step]:
    """Yield the steps in `file` as they are written, until `process` has ended."""
    place = 0
    while True:
        ended = process.poll() is not None  # asked before reading: nothing is written after it
        if file.is_file():
            with file.open("rb") as lines:
                lines.seek(place)
                for line in lines:
                    if not line.endswith(b"\n") and not ended:
                        break  # it is being written
                    place += len(line)
                    step = step_of(line.decode("utf-8", "replace"))
                    if step is not None:
                        yield step
        if ended:
            return
        time.sleep(_POLL_S)


def step_of(line: str) -> Step | None:
    """Return the step that a line of ``logging.jsonl`` tells, None where it tells another thing."""
    try:
        told = json.loads(line)
        place = _STEP.fullmatch(str(told["global_step/max_steps"]))
        loss = float(told["loss"])
    except (ValueError, KeyError, TypeError):
        return None
    return Step(int(place[1]), int(place[2]), loss, told) if place else None


def newest_checkpoint(out: Path) -> Path | None:
    """Return the checkpoint of the last step in the folder of a run, None where there is none."""
    found = [
        path for path in (out / OWN).glob("checkpoint-*") if path.name.split("-")[-1].isdigit()
    ]
    return max(found, key=lambda path: int(path.name.split("-")[-1]), default=None)


def _failure(recipe: Recipe, code: int, out: Path) -> TuningFailed:
    lines = (out / LOG).read_text(encoding="utf-8", errors="replace").splitlines()
    return failed(f"swift {recipe.command}", code, lines, hint=f"all that it said: {out / LOG}")
