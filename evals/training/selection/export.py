"""From what was trained to the file that the product carries."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TypedDict

from safetensors.torch import save_file
from torch import Tensor


class Trained(TypedDict):
    """What training writes."""

    state: dict[str, Tensor]
    size: dict[str, float]


def export(trained: Trained, path: Path, **more: object) -> None:
    """Write weights in half precision, with the size of their net and `more` that is told."""
    about = {"size": json.dumps(trained["size"])}
    about |= {name: json.dumps(one) for name, one in more.items()}
    state = {name: one.half().contiguous() for name, one in trained["state"].items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(state, path, about)
