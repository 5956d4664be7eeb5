"""Questions made by hand, small enough to be learnt while a test waits."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from evals.training.selection.laid import Laid, Units
from kb.answer.selection.joins import JOINS
from kb.answer.selection.net import NetSize
from kb.answer.selection.numbers import NUMBERS
from kb.answer.selection.sheet import CUES_SEEN

DIM = 64  # as of the vectors in the store
SIZE = NetSize(dim=DIM, width=32, heads=1, layers=1, dropout=0.0)


def toy(seed: int, rows: int = 6, category: str = "lookup", **more: Any) -> Laid:
    """A question about two boards: the node whose first number is 1 is right."""
    rng = np.random.default_rng(seed)
    right = int(rng.integers(rows // 2))
    numbers = np.zeros((rows, len(NUMBERS)), np.float16)
    numbers[right, 0] = 1
    boards = ["a"] * (rows // 2) + ["b"] * (rows - rows // 2)
    units = Units(
        ids=[f"{seed}-{n}" for n in range(rows)], texts=["word"] * rows, kinds=["node"] * rows,
        boards=boards, vectors=list(rng.normal(size=(rows, DIM)).astype(np.float16)),
    )  # fmt: skip
    joins = [[rng.integers(len(JOINS)), rng.integers(rows), rng.integers(rows)] for _ in range(9)]
    answerable = category != "none"
    if not answerable:
        numbers[right, 0] = 0
    plain = Laid(
        id=str(seed), company=str(seed), category=category, text="?",
        tokens=rng.normal(size=(int(rng.integers(2, 9)), DIM)).astype(np.float16),
        vector=rng.normal(size=DIM).astype(np.float32),
        cues=np.zeros(len(CUES_SEEN), np.float32), units=units,
        rows=np.arange(rows, dtype=np.int32), numbers=numbers,
        joins=np.array(joins, np.int16), groups=[[frozenset([right])]] if answerable else [],
        starts=frozenset(), found=True,
    )  # fmt: skip
    return replace(plain, **more)
