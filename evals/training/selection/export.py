"""From what was trained to the file that the product carries, and back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TypedDict

from safetensors.torch import save_file
from torch import Tensor

from kb.answer.selection.net import SelectorNet, Size
from kb.answer.selection.reading import weights_in


class Trained(TypedDict):
    """What training writes."""

    state: dict[str, Tensor]
    size: dict[str, float]


def export(trained: Trained, path: Path, **chosen: object) -> None:
    """Write weights in half precision, with their net's size and what was chosen for them."""
    about = {"size": json.dumps(trained["size"])}
    about |= {name: json.dumps(one) for name, one in chosen.items()}
    state = {name: one.half().contiguous() for name, one in trained["state"].items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(state, path, about)


def net_of(trained: Trained) -> SelectorNet:
    """Return the net that training wrote."""
    net = SelectorNet(Size(**trained["size"]))  # type: ignore[arg-type]
    net.load_state_dict(trained["state"])
    return net.eval()


def load(path: Path) -> SelectorNet:
    """Read what `export` wrote."""
    about, state = weights_in(path)
    return net_of(Trained(state=state, size=json.loads(about["size"])))
