"""What a recipe needs on a machine, before an hour is spent on finding it out.

Memory is an estimate: 2 bytes for every weight (4 on a CPU), 16 for every one that is trained
(itself and its gradient, and Adam's two means and master copy), activations as gradient
checkpointing keeps them, and the logits of one batch, which were fitted to two runs of a 2B
(docs/gpu.md). It was held against no run of a larger model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.tune.weights import Shape, shape_of
from kb.errors import WrongUse

if TYPE_CHECKING:
    from ingest.tune.recipes import Recipe

_TRAINED_BYTES = 16
_OVERHEAD_GB = 3.0  # CUDA and scratch, each GPU
_USED = 0.92  # of a GPU's memory
_CPU_MOST = 200e6  # weights: more than these take days on a CPU
_LOGIT_BYTES = 12  # in bfloat16, in float32, and their gradients; as measured (docs/gpu.md)
_LEARNT = 0.4  # of a sample's tokens: only of these logits are made where a batch is one row
_FROM_FIRST = 0.66  # of a batch's tokens come after the first that is learnt in any of its rows


@dataclass(frozen=True)
class Machine:
    """What there is. `gpus_gb`: memory of each GPU; `missing`: modules that recipes ask for."""

    gpus_gb: tuple[float, ...] = ()
    memory_gb: float = 0.0
    missing: tuple[str, ...] = ()


class CannotTrain(WrongUse):
    """The machine can't do what the recipe asks for."""

    code = "cannot_train"


@dataclass(frozen=True)
class TunePlan:
    """What a recipe needs.

    Attributes:
        recipe, model: their names.
        total, trained: weights.
        gb: of one GPU (or of the CPU's memory), by what takes it.
        gpus: that share the work; 0 is the CPU.
        refused: why the machine can't, "" where it can.
    """

    recipe: str
    model: str
    total: int
    trained: int
    gb: dict[str, float] = field(default_factory=dict)
    gpus: int = 0
    refused: str = ""

    @property
    def sum_gb(self) -> float:
        """All of `gb`."""
        return sum(self.gb.values())

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return {
            "recipe": self.recipe,
            "model": self.model,
            "parameters": self.total,
            "trained": self.trained,
            "gpus": self.gpus,
            "gb": {name: round(value, 2) for name, value in self.gb.items()},
            "gb_each": round(self.sum_gb, 2),
            "refused": self.refused,
        }

    def check(self) -> None:
        """Raise `CannotTrain` where the machine can't."""
        if self.refused:
            raise CannotTrain(
                f"{self.recipe} can't train {self.model} here: {self.refused}",
                hint="`kb tune plan` tells what each recipe needs; --set changes it",
            )


def plan(recipe: Recipe, model: str, machine: Machine) -> TunePlan:
    """Weigh `recipe` for `model` against `machine`; why not, if not, stands in the plan."""
    shape = shape_of(model)
    trained = trained_weights(recipe, shape)
    count = 0 if not machine.gpus_gb else min(len(machine.gpus_gb), max(1, recipe.gpus))
    gb = _memory(recipe, shape, trained, count)
    made = TunePlan(recipe.name, model, shape.total, trained, gb, count)
    refused = _reason(recipe, made, machine)
    return TunePlan(recipe.name, model, shape.total, trained, gb, count, refused)


def trained_weights(recipe: Recipe, shape: Shape) -> int:
    """Return how many weights a recipe trains."""
    if recipe.get("tuner_type", "lora") == "lora":
        modules = recipe.get("target_modules", ["all-linear"])
        return shape.adapters(int(recipe.get("lora_rank", 8)), list(modules))
    parts = {
        "freeze_llm": shape.language,
        "freeze_vit": shape.vision,
        "freeze_aligner": shape.aligner,
    }
    usual = {"freeze_vit": True, "freeze_aligner": True, "freeze_llm": False}
    return sum(count for name, count in parts.items() if not recipe.get(name, usual[name]))


def _memory(recipe: Recipe, shape: Shape, trained: int, gpus: int) -> dict[str, float]:
    """Return what takes the memory of one GPU, or of the CPU (`gpus` 0), GB."""
    groups = _split(recipe) if gpus else 1
    shared = gpus if gpus and (recipe.get("deepspeed") == "zero3" or recipe.get("fsdp")) else groups
    each = 2 if gpus else 4
    batch = int(recipe.get("per_device_train_batch_size", recipe.get("micro_batch_size", 1)))
    tokens = batch * int(recipe.get("max_length", 8192))
    kept = tokens * shape.layers * shape.hidden * each
    one_layer = tokens * (12 * shape.hidden + 3 * shape.inner) * each
    told = tokens * (_LEARNT if batch == 1 else _FROM_FIRST)
    logits = told * shape.vocabulary * _LOGIT_BYTES
    return {
        "weights": (shape.total - trained) * each / shared / 1e9,
        "training": trained * _TRAINED_BYTES / shared / 1e9,
        "activations": (kept + one_layer + logits) / groups / 1e9,
        "overhead": _OVERHEAD_GB if gpus else 1.0,
    }


def _split(recipe: Recipe) -> int:
    """Return over how many GPUs one copy of the model is laid out by Megatron."""
    across = int(recipe.get("tensor_model_parallel_size", 1))
    return across * int(recipe.get("pipeline_model_parallel_size", 1))


def _reason(recipe: Recipe, made: TunePlan, machine: Machine) -> str:
    """Return the first reason why `machine` can't run what was planned, "" if it can."""
    if recipe.needs_gpu and not machine.gpus_gb:
        return f"it needs {'a GPU' if recipe.gpus == 1 else f'{recipe.gpus} GPUs'}, there is none"
    if len(machine.gpus_gb) < _split(recipe) > 1:
        return f"it is laid out over {_split(recipe)} GPUs, there are {len(machine.gpus_gb)}"
    if machine.missing:
        return f"its environment lacks {', '.join(machine.missing)}"
    if not machine.gpus_gb:
        return _reason_on_cpu(made, machine)
    least = min(machine.gpus_gb)
    if made.sum_gb > least * _USED:
        more = _gpus_needed(made, least)
        return f"each GPU would need {made.sum_gb:.0f} GB and has {least:.0f}{more}"
    return ""


def _reason_on_cpu(made: TunePlan, machine: Machine) -> str:
    if made.total > _CPU_MOST:
        return f"{made.total / 1e9:.1f} billion weights take days on a CPU: it needs a GPU"
    if made.sum_gb > machine.memory_gb:
        return f"it would need {made.sum_gb:.1f} GB of memory, there are {machine.memory_gb:.1f}"
    return ""


def _gpus_needed(made: TunePlan, least: float) -> str:
    """Say how many GPUs would do where splitting helps, "" where it is the activations."""
    fixed = made.gb["activations"] + made.gb["overhead"]
    room = least * _USED - fixed
    if room <= 0:
        return "; a smaller max_length or batch would help"
    count = -(-(made.gb["weights"] + made.gb["training"]) * max(1, made.gpus) // room)
    return f"; with --set deepspeed=zero3 over {count:.0f} GPUs it would fit"


def machine_here(python: Path, packages: Sequence[str]) -> Machine:
    """Return what this machine has, and which of `packages` the tuning environment lacks."""
    from ingest.tune.environment import ask

    told = ask(python, "machine", list(packages))
    gpus = tuple(float(gpu["memory_gb"]) for gpu in told["gpus"])
    return Machine(gpus, _memory_gb(), tuple(told["missing"]))


def _memory_gb() -> float:
    """Return this machine's memory that is free to use, GB; 0 where it can't be asked."""
    try:
        text = Path("/proc/meminfo").read_text(encoding="ascii")
        return (
            next(int(line.split()[1]) for line in text.splitlines() if "MemAvailable" in line) / 1e6
        )
    except (OSError, StopIteration, ValueError):
        return 0.0
