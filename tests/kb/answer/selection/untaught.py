"""Small upper layers that nobody taught, and what they read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn.functional import pad

from evals.training.selection.export import Trained, export
from kb.answer.selection import weights
from kb.answer.selection.joins import JOINS
from kb.answer.selection.numbers import NUMBERS
from kb.answer.selection.sheet import CUES_SEEN
from kb.answer.selection.upper import Read, UpperLayers, UpperSize

DIM = 64
SMALL = UpperSize(dim=DIM, heads=2, inner=64, layers=1, heard=8, dropout=0.0)


def untaught(size: UpperSize = SMALL) -> UpperLayers:
    """Return upper layers of which no part is left silent, as fresh ones are in part."""
    torch.manual_seed(0)
    made = UpperLayers(size)
    for one in made.modules():
        if isinstance(one, torch.nn.Linear) and not one.weight.any():
            torch.nn.init.normal_(one.weight, std=0.1)
    return made.eval()


def question(seed: int, *, words: int = 4, of_rows: Sequence[int] = (2, 3, 1, 0)) -> Read:
    """Return a question of so many words, with rows of so many each, joined in a ring."""
    rng = torch.Generator().manual_seed(seed)
    rows = len(of_rows)
    owner = np.repeat(np.arange(-1, rows), [words, *of_rows])
    ring = [[0, n % len(JOINS), n, (n + 1) % rows] for n in range(rows)]
    return Read(
        words=torch.randn(1, len(owner), DIM, generator=rng),
        owner=torch.from_numpy(owner)[None],
        cues=torch.randn(1, len(CUES_SEEN), generator=rng),
        rows=torch.randn(1, rows, DIM, generator=rng) / 8,
        row_mask=torch.ones(1, rows, dtype=torch.bool),
        numbers=torch.randn(1, rows, len(NUMBERS), generator=rng),
        joins=torch.tensor(ring),
    )


def together(*reads: Read) -> Read:
    """Return questions as one batch; where one is shorter than others stands anything."""
    words, rows = (max(one[at].shape[1] for one in reads) for at in (0, 3))
    parts = []
    for at, one in enumerate(reads):
        more, further = words - one.words.shape[1], rows - one.rows.shape[1]
        joins = one.joins.clone()
        joins[:, 0] = at
        parts.append(
            Read(
                words=pad(one.words, (0, 0, 0, more), value=5.0 + at),
                owner=pad(one.owner, (0, more), value=-2),
                cues=one.cues,
                rows=pad(one.rows, (0, 0, 0, further), value=-3.0),
                row_mask=pad(one.row_mask, (0, further), value=False),
                numbers=pad(one.numbers, (0, 0, 0, further), value=7.0),
                joins=joins,
            )
        )
    return Read(*(torch.cat(list(field)) for field in zip(*parts, strict=True)))


@contextmanager
def carried(made: UpperLayers, path: Path, **more: float) -> Iterator[None]:
    """Have the product carry these upper layers, which it reads from `path`."""
    bounds = {
        "share": 1.0,
        "member": 0.5,
        "start": 0.5,
        "least": 0.5,
        "sureness": {"best": 1.0},
    } | more
    export(Trained(state=made.state_dict(), size=made.about()), path, bounds=bounds)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(weights, "UPPER", path)
        weights._upper.cache_clear()
        try:
            yield
        finally:
            weights._upper.cache_clear()
