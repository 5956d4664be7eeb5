"""From what was trained to the file that the product carries, and back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TypedDict

from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from kb.answer.selection.net import SelectorNet, Size


class Bounds(TypedDict):
    """What is chosen beside the weights: see `kb.answer.selection.selector.Chosen`."""

    member: float
    start: float
    least: float
    sureness: dict[str, float]


class Trained(TypedDict):
    """What training writes."""

    state: dict[str, Tensor]
    size: dict[str, float]


def export(trained: Trained, bounds: Bounds, path: Path) -> None:
    """Write the net in half precision, with its size and its bounds."""
    about = {"size": json.dumps(trained["size"]), "chosen": json.dumps(bounds)}
    state = {name: one.half().contiguous() for name, one in trained["state"].items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(state, path, about)


def net_of(trained: Trained) -> SelectorNet:
    """Return the net that training wrote."""
    net = SelectorNet(Size(**trained["size"]))  # type: ignore[arg-type]
    net.load_state_dict(trained["state"])
    return net.eval()


def load(path: Path) -> tuple[SelectorNet, Bounds]:
    """Read what `export` wrote."""
    with safe_open(path, framework="pt") as kept:
        about = kept.metadata()
        state = {name: kept.get_tensor(name).float() for name in kept.keys()}  # noqa: SIM118
    net = SelectorNet(Size(**json.loads(about["size"])))
    net.load_state_dict(state)
    bounds: Bounds = json.loads(about["chosen"])
    return net.eval(), bounds
