"""Tells what this Python has for tuning: ms-swift's version, packages, GPUs."""

import json
import sys
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec


def main(packages: list[str]) -> None:
    """Print one object; `packages` are names of modules to look for."""
    import torch

    gpus = []
    for place in range(torch.cuda.device_count()):
        card = torch.cuda.get_device_properties(place)
        gpus.append({"name": card.name, "memory_gb": card.total_memory / 1e9})
    try:
        swift = version("ms-swift")
    except PackageNotFoundError:
        swift = ""
    told = {
        "swift": swift,
        "missing": [name for name in packages if find_spec(name) is None],
        "gpus": gpus,
    }
    print(f"kb-result: {json.dumps(told)}")


if __name__ == "__main__":
    main(sys.argv[1:])
