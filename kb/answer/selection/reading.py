"""Runs the reader over a question and the likeliest rows of its sheet."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import safe_open

from kb.answer.selection.joins import Joins
from kb.answer.selection.numbers import relative
from kb.answer.selection.reader import GONE, Depth, Read, Reader
from kb.answer.selection.sheet import Sheet
from kb.embed.embedder import Embedder
from kb.embed.lower import States

WEIGHTS = Path(__file__).parent / "reader.safetensors"

Rows = NDArray[np.int64]


class Logits(NamedTuple):
    """Of each row of a sheet, GONE of those that were not read; and of there being no answer."""

    member: NDArray[np.float32]
    start: NDArray[np.float32]
    none: float


def reading(question: str, sheet: Sheet, keep: Rows, embedder: Embedder) -> Logits:
    """Read the rows in `keep`. Takes some tens of milliseconds, more where texts are new."""
    lower = embedder.lower()
    words = [*lower.asked([question]), *lower.rows([sheet.rows[n].text for n in keep])]
    with torch.inference_mode():
        said = _read()[0](_laid(sheet, keep, words))
    member, start = np.full((2, len(sheet.rows)), GONE, np.float32)
    member[keep], start[keep] = said.member[0].float().numpy(), said.start[0].float().numpy()
    return Logits(member, start, float(said.none[0]))


def _laid(sheet: Sheet, keep: Rows, words: list[States]) -> Read:
    kind = next(_read()[0].parameters()).dtype
    numbers = sheet.numbers[keep]
    if len(keep) < len(sheet.rows):
        numbers = relative(numbers)
    owner = np.repeat(np.arange(-1, len(keep)), [len(one) for one in words])
    joins = torch.from_numpy(among(sheet.joins, keep, len(sheet.rows)))
    return Read(
        words=torch.from_numpy(np.concatenate(words)).to(kind)[None],
        owner=torch.from_numpy(owner)[None],
        cues=torch.from_numpy(sheet.cues).to(kind)[None],
        rows=torch.from_numpy(sheet.vectors[keep]).to(kind)[None],
        row_mask=torch.ones((1, len(keep)), dtype=torch.bool),
        numbers=torch.from_numpy(numbers).to(kind)[None],
        joins=torch.cat([torch.zeros(len(joins), 1, dtype=torch.int64), joins], 1),
    )


def among(joins: Joins, keep: Rows, rows: int) -> NDArray[np.int64]:
    """Return the joins between rows in `keep`, by their places in it."""
    new = np.full(rows, -1, np.int64)
    new[keep] = np.arange(len(keep))
    kind, to, source = joins.astype(np.int64).T
    found = np.column_stack([kind, new[to], new[source]])
    return found[(found >= 0).all(axis=1)]


@dataclass(frozen=True)
class Chosen:
    """What was chosen for the reader's weights, and is kept beside them.

    Attributes:
        member: chance from which a row is told.
        start: chance from which a row counts as what the question starts from.
        least: sureness from which an answer is given.
        sureness: weights of `sureness.SIGNS`.
    """

    member: float
    start: float
    least: float
    sureness: Mapping[str, float]


def bounds() -> Chosen:
    """Return what was chosen for the weights."""
    return _read()[1]


def weights_in(path: Path) -> tuple[dict[str, str], dict[str, torch.Tensor]]:
    """Return what a file of weights says of itself, and the weights in single precision."""
    with safe_open(path, framework="pt") as kept:
        state = {name: kept.get_tensor(name).float() for name in kept.keys()}  # noqa: SIM118
        return kept.metadata(), state


def carried(path: Path) -> tuple[Reader, Chosen]:
    """Read a reader from its file."""
    about, state = weights_in(path)
    reader = Reader(Depth(**json.loads(about["size"])))
    reader.load_state_dict(state)
    return reader.eval(), Chosen(**json.loads(about["chosen"]))


@lru_cache(maxsize=1)
def _read() -> tuple[Reader, Chosen]:
    return carried(WEIGHTS)
