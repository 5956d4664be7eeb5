"""A trained model as one folder: adapters merged into their model, or the weights made smaller."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingest.tune.dataset import TRAIN
from ingest.tune.environment import ask, failed, tune_environment
from ingest.tune.recipes import model_type_of
from kb.errors import WrongUse

# What a server needs beside the weights: how pictures and chats become tokens.
_BESIDE = (
    "preprocessor_config.json",
    "video_preprocessor_config.json",
    "processor_config.json",
    "chat_template.jinja",
    "chat_template.json",
)


@dataclass(frozen=True)
class Method:
    """One way of making weights smaller.

    Attributes:
        about: what it is good for.
        arguments: of ``swift export``.
        packages: modules that it needs beside ms-swift.
        gpu: whether it needs one.
        data: whether it looks at samples to decide what may be lost.
    """

    about: str
    arguments: dict[str, Any]
    packages: tuple[str, ...] = ()
    gpu: bool = True
    data: bool = False
    note: str = ""


METHODS = {
    "gptq": Method(
        "4 bits a weight, measured on samples; for SGLang, vLLM and LMDeploy",
        {"quant_method": "gptq", "quant_bits": 4, "group_size": 128},
        ("optimum", "gptqmodel"),
        data=True,
        note="the newest gptqmodel contradicts ms-swift 4.6's pins: an environment of its own",
    ),
    "awq": Method(
        "4 bits a weight, the important ones spared; for SGLang, vLLM and LMDeploy",
        {"quant_method": "awq", "quant_bits": 4, "group_size": 128},
        ("awq",),
        data=True,
        note="autoawq is no longer maintained and needs an old transformers",
    ),
    "fp8": Method(
        "8 bits a weight, hardly any loss; for Hopper GPUs and newer",
        {"quant_method": "fp8"},
    ),
    "bitsandbytes": Method(
        "4 bits a weight, at once and without samples; slower to serve",
        {
            "quant_method": "bnb",
            "quant_bits": 4,
            "bnb_4bit_quant_type": "nf4",
            "bnb_4bit_use_double_quant": True,
        },
        ("bitsandbytes",),
        gpu=False,
    ),
}


@dataclass(frozen=True)
class Exported:
    """A folder that can be served. `gb`: of its weights."""

    folder: Path
    gb: float
    notes: tuple[str, ...] = field(default=())

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return {"folder": str(self.folder), "gb": round(self.gb, 3), "notes": list(self.notes)}


def checkpoint_of(run: Path) -> Path:
    """Return the checkpoint in the folder of a run, or the folder if it is one itself.

    Raises:
        WrongUse: neither.
    """
    from ingest.tune.run import newest_checkpoint

    if any((run / name).is_file() for name in ("adapter_config.json", "config.json")):
        return run
    newest = newest_checkpoint(run) if run.is_dir() else None
    if newest is None:
        raise WrongUse(f"{run} holds no checkpoint", hint="`kb tune run` makes one", code="no_run")
    return newest


def merge(python: Path, run: Path, out: Path) -> Exported:
    """Write the model of `run` with what it learnt into `out`, as servers load it.

    Adapters are added to the weights that they were trained on; a model that was trained as a whole
    is copied without what only training needs.

    Raises:
        WrongUse: there is no checkpoint, or `out` is taken.
        TuningFailed: ms-swift ended with an error.
    """
    checkpoint = checkpoint_of(run)
    _free(out)
    adapter = checkpoint / "adapter_config.json"
    if adapter.is_file():
        told = json.loads(adapter.read_text(encoding="utf-8"))
        base = Path(told["base_model_name_or_path"])
        words = ["--adapters", str(checkpoint.absolute()), "--merge_lora", "true"]
        _export(python, [*words, "--output_dir", str(out.absolute())])
    else:
        base = checkpoint
        skip = shutil.ignore_patterns("optimizer*", "scheduler*", "rng_state*", "training_args*",
                                      "trainer_state*", "global_step*")  # fmt: skip
        shutil.copytree(checkpoint, out, ignore=skip)
    _complete(out, base)
    return Exported(out, _gb(out))


def export(
    python: Path, model: Path, out: Path, method: str, *, data: Path | None, gpus: int
) -> Exported:
    """Write `model` with smaller weights into `out`.

    Args:
        python: of the tuning environment.
        model: folder of a whole model; adapters are merged first.
        out: must not exist.
        method: one of `METHODS`.
        data: a data set to measure the loss on, where the method does.
        gpus: how many there are.

    Raises:
        WrongUse: the method isn't one, or the machine or its environment lacks what it needs.
        TuningFailed: ms-swift ended with an error.
    """
    refused = why_not(python, method, data=data, gpus=gpus)
    if refused:
        raise WrongUse(
            f"{method} can't be made here: {refused}",
            hint=METHODS[method].note,
            code="cannot_export",
        )
    if (model / "adapter_config.json").is_file():
        raise WrongUse(f"{model} holds adapters", hint="`kb tune merge` first", code="not_merged")
    _free(out)
    words = ["--model", str(model.absolute()), "--model_type", model_type_of(model)]
    words += ["--output_dir", str(out.absolute())]
    for name, value in METHODS[method].arguments.items():
        words += [f"--{name}", str(value)]
    if data is not None and METHODS[method].data:
        words += ["--dataset", str((data / TRAIN).absolute())]
    _export(python, words)
    _complete(out, model)
    return Exported(out, _gb(out))


def why_not(python: Path, method: str, *, data: Path | None, gpus: int) -> str:
    """Return why `method` can't be made here, "" if it can. Raises `WrongUse` if it is none."""
    if method not in METHODS:
        raise WrongUse(
            f"there is no method {method!r}",
            hint=f"one of: {', '.join(METHODS)}",
            code="unknown_method",
        )
    needs = METHODS[method]
    if needs.gpu and not gpus:
        return "it needs a GPU, there is none"
    if needs.data and data is None:
        return "it measures on samples: --data names a data set"
    missing = ask(python, "machine", list(needs.packages))["missing"]
    return f"its environment lacks {', '.join(missing)}" if missing else ""


def _export(python: Path, words: Sequence[str]) -> None:
    plugin = Path(__file__).with_name("plugins") / "picture_tokens.py"
    done = subprocess.run(  # noqa: S603 - the settings name the program
        [str(python), "-m", "swift.cli.main", "export", *words, "--external_plugins", str(plugin)],
        env=tune_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        raise failed("swift export", done.returncode, done.stdout.splitlines())


def _complete(out: Path, base: Path) -> None:
    """Give `out` the files of `base` that say how pictures and chats become tokens."""
    for name in _BESIDE:
        if (base / name).is_file() and not (out / name).is_file():
            shutil.copyfile(base / name, out / name)


def _free(out: Path) -> None:
    if out.exists():
        raise WrongUse(f"{out} is there already", hint="name another folder", code="exists")


def _gb(folder: Path) -> float:
    return sum(file.stat().st_size for file in folder.glob("*.safetensors")) / 1e9
