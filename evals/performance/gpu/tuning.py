"""How fast one GPU learns, and in how much memory: packing off and on, beside what is foretold.

The recipes run as ``kb tune run`` runs them, in ms-swift's own environment; its figures are read
from its log. The first step is left out of the rate: it warms up.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from evals.models.published import TINY
from evals.performance.gpu import no_gpu
from evals.tuning.sources import plain_lessons, rendered_lessons
from ingest.extract.vlm.options import VlmOptions
from ingest.tune.dataset import TRAIN, read_rows, write_dataset
from ingest.tune.environment import ask, failed, tune_environment
from ingest.tune.plan import Machine, machine_here, plan
from ingest.tune.recipes import Recipe, load_recipe
from ingest.tune.run import Step, train

RECIPES = ("lora", "packing")
BOARDS = 64  # of a data set that is made here
_TINY_CHANGES = (
    "torch_dtype=float32", "per_device_train_batch_size=1", "gradient_accumulation_steps=1",
    "gradient_checkpointing=false",
)  # fmt: skip
_HEAD = (
    "| recipe | samples/s | steps timed | peak GB | planned GB | planned GB for rows as here "
    "| longest sample, tokens |\n|---|---|---|---|---|---|---|\n"
)


def measure_tuning(
    size: str,
    python: Path,
    *,
    device: str = "cuda",
    model: Path | None = None,
    data: Path | None = None,
    steps: int = 6,
    recipes: Sequence[str] = RECIPES,
    changes: Sequence[str] = (),
) -> Iterator[str]:
    """Yield a Markdown table, line by line.

    Args:
        size: one of `published.SIZES`, or `published.TINY`.
        python: of the tuning environment.
        device: "cpu", or anything else for a GPU.
        model: folder of a model to take instead of random weights.
        data: folder of a data set (default: boards are drawn).
        steps: of the optimizer, each recipe; the first isn't timed.
        recipes: by which it is trained, one after the other.
        changes: ``NAME=VALUE`` for arguments of all of them, such as fewer batches a step.

    Raises:
        WrongUse: there is no GPU, and `device` asks for one.
        TuningFailed: ms-swift ended with an error.
    """
    machine = machine_here(python, ())
    if device != "cpu" and not machine.gpus_gb:
        raise no_gpu()
    gpus = 0 if device == "cpu" else 1
    with tempfile.TemporaryDirectory() as place:
        model = model or _model(python, size, Path(place) / f"Qwen3-VL-{size}")
        data = data or _data(Path(place) / "data", size)
        rows = len(read_rows(data / TRAIN))
        told = ask(python, "check", [str(model), str(data / TRAIN), "1000000"])
        longest = max(one["tokens"] for one in told)
        yield f"{model.name}; {rows} samples; {steps} steps\n\n{_HEAD}"
        left_out = []
        for name in recipes:
            own = [f"max_steps={steps}", *(_TINY_CHANGES if size == TINY else ()), *changes]
            recipe = load_recipe(name, own)
            here = machine_here(python, recipe.packages)
            reason = _why_not(recipe, here, gpus)
            if reason:
                left_out.append(f"\n{name} is left out: {reason}.\n")
                continue
            seen: list[Step] = []
            train(
                python, recipe, model=model, data=data, out=Path(place) / name, gpus=gpus,
                told=seen.append,
            )  # fmt: skip
            yield _row(recipe, here, str(model), seen, rows, longest)
        yield from left_out


def _why_not(recipe: Recipe, machine: Machine, gpus: int) -> str:
    """Return why a recipe can't run here, "" where it can; memory is what shall be seen."""
    if recipe.needs_gpu and not gpus:
        return "it needs a GPU"
    return f"its environment lacks {', '.join(machine.missing)}" if machine.missing else ""


def _model(python: Path, size: str, folder: Path) -> Path:
    """Write a model of random weights, in the environment that has Qwen's tokens."""
    words = [str(python), "-m", "evals.models.published", str(folder), "--size", size]
    done = subprocess.run(  # noqa: S603 - the settings name the program
        words, env=tune_environment(), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise failed("evals.models.published", done.returncode, done.stderr.splitlines())
    return folder


def _data(folder: Path, size: str) -> Path:
    if size == TINY:
        write_dataset(plain_lessons(2, 3), folder, VlmOptions("", image_tokens=32), val_share=0)
    else:
        write_dataset(rendered_lessons(BOARDS), folder, VlmOptions(""), val_share=0)
    return folder


def _row(
    recipe: Recipe, machine: Machine, model: str, seen: Sequence[Step], rows: int, longest: int
) -> str:
    # Packed rows are full whatever the samples are; others are as long as the longest of a batch.
    most = recipe.get("max_length") if recipe.get("packing") else longest
    here = replace(recipe, arguments={**recipe.arguments, "max_length": most})
    peak = peak_gb(seen)
    return (
        f"| {recipe.name} | {rate(seen, rows):.2f} | {len(seen) - 1} "
        f"| {f'{peak:.1f}' if peak else ''} | {plan(recipe, model, machine).sum_gb:.1f} "
        f"| {plan(here, model, machine).sum_gb:.1f} | {longest} |\n"
    )


def rate(seen: Sequence[Step], rows: int) -> float:
    """Return samples a second after the first of the steps `seen`; `rows`: samples of an epoch."""
    first, last = seen[0], seen[-1]
    return rows * (_epoch(last) - _epoch(first)) / (_clock_s(last) - _clock_s(first))


def peak_gb(seen: Sequence[Step]) -> float:
    """Return the most memory that PyTorch reserved, GB (10⁹ bytes); 0 on a CPU."""
    return max(float(step.figures.get("memory(GiB)", 0.0)) for step in seen) * 2**30 / 1e9


def _epoch(step: Step) -> float:
    return float(step.figures["epoch"])


def _clock_s(step: Step) -> float:
    """Return when a step ended, seconds since the first began."""
    return float(step.figures["train_speed(s/it)"]) * step.number
