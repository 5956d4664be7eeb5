"""What is said of questions, held against what is right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from evals.retrieval.questions import CATEGORIES
from evals.training.selection.batches import Kept
from evals.training.selection.laid import Laid
from kb.answer.selection.net import GONE, Said

_MEMBER, _NONE, _START, _CATEGORY = 0.3, 0.5, 0.15, 0.1  # weights beside the softmax over rows


class Truth(NamedTuple):
    """What is right, padded as the batch is.

    member, start: 1 for rows that are so; node: whether a row is one; counted: nodes that are
    right or wrong, not an alternative to what was taken for right; none: 1 where nothing of the
    answer is there.
    """

    member: Tensor
    start: Tensor
    node: Tensor
    counted: Tensor
    none: Tensor
    category: Tensor


def members(one: Laid, keep: Kept) -> tuple[set[int], set[int]]:
    """Return places among `keep` that are right, and those that are left out of account.

    Of alternatives the first that is there is right, by the rank of its board, and the others are
    neither right nor wrong.
    """
    at = {int(row): place for place, row in enumerate(keep)}
    right: set[int] = set()
    ignored: set[int] = set()
    for group in one.groups:
        there = [sorted(at[row] for row in rows if row in at) for rows in group]
        there = sorted((places for places in there if places), key=lambda places: places[0])
        right.update(*there[:1])
        ignored.update(*there[1:])
    return right, ignored - right


def truth(batch: Sequence[Laid], kept: Sequence[Kept], width: int) -> Truth:
    """Return what is right for a batch, padded to `width` rows."""
    member, start = (np.zeros((len(batch), width), np.float32) for _ in range(2))
    node, counted = (np.zeros((len(batch), width), bool) for _ in range(2))
    for number, (one, keep) in enumerate(zip(batch, kept, strict=True)):
        right, ignored = members(one, keep)
        member[number, list(right)] = 1
        start[number, : len(keep)] = np.isin(keep, list(one.starts))
        node[number, : len(keep)] = one.is_node[keep]
        counted[number] = node[number]
        counted[number, list(ignored)] = False
    return Truth(
        member=torch.from_numpy(member),
        start=torch.from_numpy(start),
        node=torch.from_numpy(node),
        counted=torch.from_numpy(counted),
        none=torch.from_numpy((member.sum(axis=1) == 0).astype(np.float32)),
        category=torch.tensor([CATEGORIES.index(one.category) for one in batch]),
    )


def loss(said: Said, true: Truth) -> Tensor:
    """Return the loss of a batch.

    Above all a softmax over "none" and all rows that count; then each row, "none", and the row to
    start from by themselves, and the category of the question.
    """
    logits = torch.cat([said.none[:, None], said.member.masked_fill(~true.counted, GONE)], 1)
    wanted = torch.cat([true.none[:, None], true.member], 1)
    wanted = wanted / wanted.sum(1, keepdim=True)
    among = -(wanted * logits.log_softmax(1)).sum(1).mean()
    return (
        among
        + _MEMBER * _each(said.member, true.member, true.counted)
        + _NONE * binary_cross_entropy_with_logits(said.none, true.none)
        + _START * _each(said.start, true.start, true.node)
        + _CATEGORY * cross_entropy(said.category, true.category, label_smoothing=0.1)
    )


def _each(logits: Tensor, wanted: Tensor, counted: Tensor) -> Tensor:
    """Return the mean over questions of the sum over their rows."""
    missed = binary_cross_entropy_with_logits(
        logits, wanted, weight=counted.float(), reduction="none"
    )
    return missed.sum(1).mean()
