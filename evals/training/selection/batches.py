"""Several questions as one batch: padded, and some of the wrong boards left out."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from evals.training.selection.laid import Laid
from kb.answer.selection.joins import among
from kb.answer.selection.net import Shown
from kb.answer.selection.numbers import relative

NEARLY_ALL = 0.9
_ALIKE = 8  # batches among which questions are sorted by length

Kept = NDArray[np.int64]  # numbers of rows of a question that are in a batch


def batches(laid: Sequence[Laid], size: int, rng: random.Random) -> list[list[Laid]]:
    """Return all questions in batches, in another order; those alike in length together."""
    order = list(laid)
    rng.shuffle(order)
    made = []
    for chunk in _chunks(order, size * _ALIKE):
        made += list(_chunks(sorted(chunk, key=lambda one: len(one.rows)), size))
    rng.shuffle(made)
    return made


def _chunks(items: list[Laid], size: int) -> Iterator[list[Laid]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def all_rows(one: Laid) -> Kept:
    """Return all rows of a question."""
    return np.arange(len(one.rows))


def some_rows(one: Laid, drop: float, rng: random.Random) -> Kept:
    """Return the rows without those of some boards that hold nothing right.

    Of these go none, a share of `drop`, or nearly all: stores may be small.
    """
    share = rng.choice((0.0, drop, NEARLY_ALL))
    boards = one.boards
    right = {boards[row] for row in (*one.right, *one.starts)}
    others = [board for board in dict.fromkeys(boards) if board not in right]
    gone = {board for board in others if rng.random() < share}
    kept = [row for row, board in enumerate(boards) if board not in gone]
    return np.array(kept, np.int64) if kept else all_rows(one)


def padded(batch: Sequence[Laid], kept: Sequence[Kept]) -> Shown:
    """Return questions with the rows that are kept of each, as the selector net is shown them."""
    most_tokens = max(len(one.tokens) for one in batch)
    most_rows = max(1, *(len(keep) for keep in kept))
    dim = len(batch[0].vector)
    tokens = torch.zeros(len(batch), most_tokens, dim)
    token_mask = torch.zeros(len(batch), most_tokens, dtype=torch.bool)
    rows = torch.zeros(len(batch), most_rows, dim)
    row_mask = torch.zeros(len(batch), most_rows, dtype=torch.bool)
    numbers = torch.zeros(len(batch), most_rows, batch[0].numbers.shape[1])
    for at, (one, keep) in enumerate(zip(batch, kept, strict=True)):
        tokens[at, : len(one.tokens)] = torch.from_numpy(one.tokens.astype(np.float32))
        token_mask[at, : len(one.tokens)] = True
        rows[at, : len(keep)] = torch.from_numpy(one.vectors[keep])
        row_mask[at, : len(keep)] = True
        told = one.numbers[keep].astype(np.float32)
        if 0 < len(keep) < len(one.rows):
            told = relative(told)
        numbers[at, : len(keep)] = torch.from_numpy(told)
    joins = [_joins(one, keep, at) for at, (one, keep) in enumerate(zip(batch, kept, strict=True))]
    return Shown(
        tokens=tokens,
        token_mask=token_mask,
        vector=torch.from_numpy(np.stack([one.vector for one in batch])),
        cues=torch.from_numpy(np.stack([one.cues for one in batch])),
        rows=rows,
        row_mask=row_mask,
        numbers=numbers,
        joins=torch.from_numpy(np.concatenate(joins)),
    )


def _joins(one: Laid, keep: Kept, at: int) -> NDArray[np.int64]:
    """Return the joins between rows that are kept, by their new numbers, with the batch's."""
    joins = among(one.joins, keep, len(one.rows))
    return np.column_stack([np.full(len(joins), at), joins])
