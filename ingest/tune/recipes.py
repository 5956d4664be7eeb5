"""Recipes: what ms-swift is told for one way of training, one YAML file each in `recipes/`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from ingest.tune.environment import ROOT
from kb.errors import WrongUse

_PLUGINS = "external_plugins"
# Tells ms-swift's template to ask the tokenizer for the ids of picture tokens.
_TOKENS = "ingest/tune/plugins/picture_tokens.py"


@dataclass(frozen=True)
class Recipe:
    """One way of training.

    Attributes:
        name: of its file, without ``.yaml``.
        about: one sentence for a person.
        command: of ms-swift: "sft", "rlhf", "megatron sft".
        gpus: that it is made for; a recipe that is not for one GPU only trains on no fewer.
        packages: modules that it needs beside ms-swift.
        arguments: as ms-swift calls them, without model, data and output folder.
    """

    name: str
    about: str
    command: str
    gpus: int
    packages: tuple[str, ...] = ()
    arguments: Mapping[str, Any] = field(default_factory=dict)

    @property
    def needs_gpu(self) -> bool:
        """Tell whether it can't run without a GPU, however small the model is."""
        return self.gpus > 1 or self.arguments.get("packing") is True

    def get(self, name: str, default: Any = None) -> Any:
        """Return one argument."""
        return self.arguments.get(name, default)


def recipe_names() -> list[str]:
    """Return the names of all recipes."""
    folder = files("ingest.tune").joinpath("recipes")
    names = (entry.name for entry in folder.iterdir())
    return sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml"))


def load_recipe(name: str, changes: Sequence[str] = ()) -> Recipe:
    """Return the recipe called `name`, or that in a file of one's own.

    Args:
        name: one of `recipe_names`, or the path of a YAML file of the same form.
        changes: ``NAME=VALUE`` for arguments that shall differ; values are read as YAML.

    Raises:
        WrongUse: there is no such recipe, or a change isn't one.
    """
    if name in recipe_names():
        text = files("ingest.tune").joinpath("recipes", f"{name}.yaml").read_text(encoding="utf-8")
    elif name.endswith((".yaml", ".yml")) and Path(name).is_file():
        text = Path(name).read_text(encoding="utf-8")
    else:
        raise WrongUse(
            f"there is no recipe called {name!r}",
            hint=f"one of: {', '.join(recipe_names())}; or a YAML file",
            code="unknown_recipe",
        )
    try:
        told = yaml.safe_load(text)
        arguments = {**told["arguments"], **_changed(changes)}
        return Recipe(
            name=Path(name).stem,
            about=str(told["about"]),
            command=str(told["command"]),
            gpus=int(told.get("gpus", 1)),
            packages=tuple(told.get("packages", ())),
            arguments=arguments,
        )
    except (yaml.YAMLError, KeyError, TypeError, ValueError) as error:
        raise WrongUse(
            f"the recipe {name} can't be read: {error}",
            hint="it has about, command, gpus, packages and arguments, as those in ingest/tune",
            code="bad_recipe",
        ) from error


def _changed(changes: Sequence[str]) -> dict[str, Any]:
    made = {}
    for change in changes:
        name, mark, value = change.partition("=")
        if not mark or not name.strip().isidentifier():
            raise WrongUse(
                f"{change!r} changes nothing", hint="--set NAME=VALUE", code="bad_change"
            )
        made[name.strip()] = yaml.safe_load(value)
    return made


def config_of(
    recipe: Recipe, *, model: Path, train: Path, val: Path | None, out: Path
) -> dict[str, Any]:
    """Return all that ms-swift is told for one run, as its YAML configuration holds it."""
    plugins = [_TOKENS, *recipe.get(_PLUGINS, [])]
    config: dict[str, Any] = {
        "model": str(model.absolute()),
        "model_type": model_type_of(model),
        "dataset": [str(train.absolute())],
        "split_dataset_ratio": 0.0,
        "output_dir": str(out.absolute()),
        "add_version": False,
        "report_to": "none",
        "logging_steps": 1,
        "save_total_limit": 2,
        "check_model": False,  # it would ask ModelScope, and wait where there is no network
        "dataloader_num_workers": 0,
        "seed": 20,
    }
    if val is not None:
        config["val_dataset"] = [str(val.absolute())]
    if recipe.command.startswith("megatron"):
        for name in ("report_to", "add_version"):
            config.pop(name)
    # A plugin is a path below the installation, or one of the caller's own.
    own = [
        str(ROOT / one) if (ROOT / one).is_file() else str(Path(one).absolute()) for one in plugins
    ]
    return {**config, **recipe.arguments, _PLUGINS: own}


def model_type_of(model: Path) -> str:
    """Return the kind of model in a folder, which transformers and ms-swift call by one name.

    ms-swift must be told: several of its kinds have the same architecture.

    Raises:
        WrongUse: the folder holds no model.
    """
    try:
        return str(json.loads((model / "config.json").read_text(encoding="utf-8"))["model_type"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WrongUse(f"{model} holds no model: {error!r}", code="unknown_model") from error
