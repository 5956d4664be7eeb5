"""Several questions as one batch for the upper layers: the likeliest rows and their words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from evals.training.selection.batches import Kept, padded
from evals.training.selection.laid import Laid
from evals.training.upper.texts import Texts, asked_of
from kb.answer.selection.joins import among
from kb.answer.selection.likeliest import likeliest, scores_of
from kb.answer.selection.logits import Logits
from kb.answer.selection.upper import Read


def to_read(one: Laid, said: Logits, keep: Kept) -> Kept:
    """Return the rows among `keep` that are read by what the net says of all, in their order."""
    _, boards = np.unique(np.array(one.boards)[keep], return_inverse=True)
    units = np.array([one.units.kinds[n] for n in one.rows[keep]])
    joins = among(one.joins, keep, len(one.rows)).astype(np.int16)
    scores = scores_of(said.member, said.start)
    return keep[likeliest(scores[keep], boards, units, joins)]


def batch_of(batch: Sequence[Laid], kept: Sequence[Kept], texts: Texts) -> Read:
    """Return questions with the rows that are kept of each, as the upper layers read them.

    Args:
        batch: the questions.
        kept: places of the rows of each.
        texts: the states of all words.
    """
    sheet = padded(batch, kept)
    words, owners = [], []
    for one, keep in zip(batch, kept, strict=True):
        parts = [texts[asked_of(one.text)]]
        parts += [texts[one.units.words(n)] for n in one.rows[keep]]
        words.append(np.concatenate(parts).astype(np.float32))
        owners.append(np.repeat(np.arange(-1, len(keep)), [len(part) for part in parts]))
    most = max(map(len, words))
    filled = np.zeros((len(batch), most, words[0].shape[1]), np.float32)
    owner = np.full((len(batch), most), -2, np.int64)
    for at, (states, of) in enumerate(zip(words, owners, strict=True)):
        filled[at, : len(states)], owner[at, : len(of)] = states, of
    return Read(
        words=torch.from_numpy(filled),
        owner=torch.from_numpy(owner),
        cues=sheet.cues,
        rows=sheet.rows,
        row_mask=sheet.row_mask,
        numbers=sheet.numbers,
        joins=sheet.joins,
    )
