"""Holds arguments against ms-swift's own argument classes: names, types and choices.

``parse.py FILE`` reads ``[{"command": …, "arguments": {…}}, …]`` and tells for each of them what
ms-swift does not understand, "" where all is well. Nothing is loaded and no machine is needed: what
a class does after parsing (finding GPUs, the model, DeepSpeed) is left out.
"""

import json
import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

_GPU_ONLY = ("megatron", "mcore_bridge", "transformer_engine")


class _Pretended(MetaPathFinder, Loader):
    """Stands in for Megatron's packages, which no CPU can hold, while its arguments are read."""

    def find_spec(self, fullname: str, *_: Any) -> ModuleSpec | None:
        if fullname.split(".")[0] not in _GPU_ONLY:
            return None
        return ModuleSpec(fullname, self, is_package=True)

    def create_module(self, _: ModuleSpec) -> Any:
        return MagicMock(__path__=[], __version__="0.16.1")

    def exec_module(self, _: Any) -> None:
        """Do nothing: it answers to every name already."""


def class_of(command: str) -> Any:
    """Return ms-swift's argument class for a command."""
    import peft  # noqa: F401 - it must not see what is pretended
    from swift import arguments

    if command.startswith("megatron"):
        from importlib.util import find_spec

        if not all(find_spec(name) for name in _GPU_ONLY):
            sys.meta_path.insert(0, _Pretended())
        from swift.megatron import arguments as megatron

        return {"megatron sft": megatron.MegatronSftArguments}[command]
    return {
        "sft": arguments.SftArguments,
        "rlhf": arguments.RLHFArguments,
        "export": arguments.ExportArguments,
    }[command]


def as_options(arguments: dict[str, Any]) -> list[str]:
    """Return the command line that ms-swift makes of a YAML file."""
    options: list[str] = []
    for name, value in arguments.items():
        options.append(f"--{name}")
        options += [str(one) for one in value] if isinstance(value, list) else [str(value)]
    return options


def wrong_with(command: str, arguments: dict[str, Any]) -> str:
    """Return what ms-swift doesn't understand, "" where it understands everything."""
    from swift.utils.utils import _patch_get_type_hints
    from transformers import HfArgumentParser

    bare: Any = type("Bare", (class_of(command),), {"__post_init__": lambda _: None})
    with _patch_get_type_hints():
        parser = HfArgumentParser([bare], exit_on_error=False)
    said: list[str] = []
    parser.error = said.append  # type: ignore[method-assign,assignment]
    try:
        _, unknown = parser.parse_args_into_dataclasses(
            as_options(arguments), return_remaining_strings=True
        )
    except Exception as error:
        return " ".join(said) or str(error)
    return " ".join([*said, *unknown])


def main(file: str) -> None:
    """Print the list of faults, one text for each entry of the file."""
    asked = json.loads(Path(file).read_text(encoding="utf-8"))
    told = [wrong_with(one["command"], one["arguments"]) for one in asked]
    print(f"kb-result: {json.dumps(told)}")


if __name__ == "__main__":
    main(sys.argv[1])
