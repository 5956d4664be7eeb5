"""How far questions are from what answers them."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from evals.training.asking.corpus import Asked, Rows

_START, _BOARD = 0.3, 0.5  # what nodes to start from and boards count, beside right nodes
_GONE = -1e4  # logit of a unit that is left out


def contrast(
    questions: Tensor, batch: Sequence[Asked], units: Tensor, temperature: float
) -> Tensor:
    """Hold each question against all units: a softmax over them is to prefer the right ones.

    Args:
        questions: centred: (questions, dim).
        batch: what is right for each.
        units: (units, dim).
        temperature: of the softmax.
    """
    logits = questions @ units.T / temperature
    losses = [_of_one(row, one) for row, one in zip(logits, batch, strict=True)]
    return torch.stack(losses).mean()


def _of_one(logits: Tensor, one: Asked) -> Tensor:
    """Return the loss of one question. Other right nodes are no rivals to a right node."""
    if one.same:
        logits = logits.index_fill(0, torch.tensor(one.same), _GONE)
    right = sorted({row for rows in one.nodes for row in rows})
    total = logits.new_zeros(())
    for rows in one.nodes:
        rivals = logits.index_fill(0, torch.tensor(right), _GONE)
        rivals = rivals.index_copy(0, torch.tensor(rows), logits[rows])
        total = total + _missed(rivals, logits, rows) / len(one.nodes)
    for weight, kind in ((_START, one.starts), (_BOARD, one.boards)):
        for rows in kind:
            total = total + weight * _missed(logits, logits, rows) / len(kind)
    return total


def _missed(rivals: Tensor, logits: Tensor, rows: Rows) -> Tensor:
    return rivals.logsumexp(0) - logits[rows].logsumexp(0)
