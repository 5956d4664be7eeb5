"""Low-rank additions (LoRA, arXiv 2106.09685) to the layers of e5: all that is trained."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - as everybody calls it

PLACES = (
    "attention.self.query",
    "attention.self.key",
    "attention.self.value",
    "attention.output.dense",
    "intermediate.dense",
    "output.dense",
)  # of a layer
Pair = tuple[Tensor, Tensor]  # down (rank, inputs) and up (outputs, rank)


class LowRank(nn.Module):
    """A linear layer with an addition, which is nothing until it is trained."""

    def __init__(self, linear: nn.Linear, rank: int, dropout: float = 0.05) -> None:
        super().__init__()
        self.linear = linear
        self.down = nn.Parameter(torch.randn(rank, linear.in_features) / linear.in_features**0.5)
        self.up = nn.Parameter(torch.zeros(linear.out_features, rank))
        self.drop = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        """Return what the layer makes of `x`, and the addition to it."""
        plain: Tensor = self.linear(x)
        return plain + F.linear(F.linear(self.drop(x), self.down), self.up)


def name_of(number: int) -> str:
    """Return the name that the layer of the n-th addition has in the model."""
    layer, place = divmod(number, len(PLACES))
    return f"encoder.layer.{layer}.{PLACES[place]}"


def add_low_rank(bert: nn.Module, rank: int) -> list[LowRank]:
    """Freeze a model and put an addition to every linear layer, in the order of `name_of`."""
    for weights in bert.parameters():
        weights.requires_grad = False
    encoder: Any = bert.get_submodule("encoder")
    added = []
    for number in range(len(encoder.layer) * len(PLACES)):
        parent, _, last = name_of(number).rpartition(".")
        holder: Any = bert.get_submodule(parent)
        low = LowRank(getattr(holder, last), rank)
        setattr(holder, last, low)
        added.append(low)
    return added


def pairs(added: list[LowRank]) -> list[Pair]:
    """Return what was trained."""
    return [(one.down.detach(), one.up.detach()) for one in added]
