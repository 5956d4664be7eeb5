"""The weights of both steps, as they are kept beside the code, and the bounds of an answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import torch
from safetensors import safe_open
from torch import Tensor, nn

from kb.answer.selection.net import NetSize, Said, SelectorNet
from kb.answer.selection.upper import Read, UpperLayers, UpperSize
from kb.embed.precision import quick_bfloat16

SELECTOR = Path(__file__).parent / "selector.safetensors"
UPPER = Path(__file__).parent / "upper.safetensors"


@dataclass(frozen=True)
class Bounds:
    """What was chosen for the weights of the upper layers, and is kept beside them.

    Attributes:
        share: of what is said that is the upper layers'; the rest is the selector net's.
        member: chance from which a row is told.
        start: chance from which a row counts as what the question starts from.
        least: sureness from which an answer is given.
        sureness: weights of `sureness.SIGNS`.
    """

    share: float
    member: float
    start: float
    least: float
    sureness: Mapping[str, float]


def weights_in(path: Path) -> tuple[dict[str, str], dict[str, Tensor]]:
    """Return what a file of weights says of itself, and the weights in single precision."""
    with safe_open(path, framework="pt") as kept:
        state = {name: kept.get_tensor(name).float() for name in kept.keys()}  # noqa: SIM118
        return kept.metadata(), state


def net_in(path: Path) -> SelectorNet:
    """Read a selector net from its file."""
    said, state = weights_in(path)
    net = SelectorNet(NetSize(**json.loads(said["size"])))
    net.load_state_dict(state)
    return net.eval()


def upper_in(path: Path) -> tuple[UpperLayers, Bounds]:
    """Read upper layers and their bounds from a file."""
    said, state = weights_in(path)
    upper = UpperLayers(UpperSize(**json.loads(said["size"])))
    upper.load_state_dict(state)
    return upper.eval(), Bounds(**json.loads(said["bounds"]))


@lru_cache(maxsize=1)
def selector_net() -> SelectorNet:
    """Return the selector net of the product."""
    return net_in(SELECTOR)


def read_by_upper(read: Read) -> Said:
    """Return what the upper layers of the product say of what is read: `Said` tells the shapes.

    They compute in bfloat16 where that is quick, as in training.
    """
    half = torch.autocast("cpu", torch.bfloat16, enabled=quick_bfloat16())
    with torch.inference_mode(), half:
        said = _upper()[0](read)
    return Said(*(one.float() for one in said))


def bounds() -> Bounds:
    """Return what was chosen for them."""
    return _upper()[1]


@lru_cache(maxsize=1)
def _upper() -> tuple[UpperLayers, Bounds]:
    upper, bounds = upper_in(UPPER)
    if quick_bfloat16():
        for linear in upper.modules():  # here once, where autocast would do it for every question
            if isinstance(linear, nn.Linear):
                linear.to(torch.bfloat16)
    return upper, bounds
