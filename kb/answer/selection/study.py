"""The second step: the upper layers read a question and the likeliest rows of its sheet."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from kb.answer.selection.joins import among
from kb.answer.selection.logits import Logits
from kb.answer.selection.net import GONE
from kb.answer.selection.numbers import relative
from kb.answer.selection.rows import Places, to_be_read
from kb.answer.selection.sheet import Sheet
from kb.answer.selection.upper import Read
from kb.answer.selection.weights import read_by_upper
from kb.embed.embedder import Embedder
from kb.embed.lower import States

_STEP = 64  # rows and words: what is read is as long as a multiple of it, see `kb.embed.batches`


def study(question: str, sheet: Sheet, keep: Places, embedder: Embedder) -> Logits:
    """Read the rows in `keep`. Takes some tens of milliseconds, more where texts are new."""
    lower = embedder.lower()
    texts = [to_be_read(sheet.rows[n].unit, sheet.rows[n].text) for n in keep]
    words = [*lower.asked([question]), *lower.rows(texts)]
    said = read_by_upper(_laid(sheet, keep, words))
    member, start = np.full((2, len(sheet.rows)), GONE, np.float32)
    member[keep], start[keep] = said.member[0].numpy(), said.start[0].numpy()
    return Logits(member, start, float(said.none[0]))


def _laid(sheet: Sheet, keep: Places, words: Sequence[States]) -> Read:
    """Return what is read; `words` are the states of the question, then of each row."""
    numbers = sheet.numbers[keep]
    if len(keep) < len(sheet.rows):
        numbers = relative(numbers)
    owner = np.repeat(np.arange(-1, len(keep)), [len(one) for one in words])
    more = -(len(keep) + len(owner)) % _STEP  # of which none has an owner
    owner = np.pad(owner, (0, more), constant_values=-2)
    states = np.pad(np.concatenate(words).astype(np.float32), ((0, more), (0, 0)))
    joins = torch.from_numpy(among(sheet.joins, keep, len(sheet.rows)))
    return Read(
        words=torch.from_numpy(states)[None],
        owner=torch.from_numpy(owner)[None],
        cues=torch.from_numpy(sheet.cues)[None],
        rows=torch.from_numpy(sheet.vectors[keep])[None],
        row_mask=torch.ones((1, len(keep)), dtype=torch.bool),
        numbers=torch.from_numpy(numbers)[None],
        joins=torch.cat([torch.zeros(len(joins), 1, dtype=torch.int64), joins], 1),
    )
