"""The first step: the selector net looks over all rows of a sheet and finds what is worth reading.

These are the rows that it finds likeliest to answer or to be asked from.
"""

from __future__ import annotations

import numpy as np
import torch

from kb.answer.selection.likeliest import likeliest, scores_of
from kb.answer.selection.logits import Logits
from kb.answer.selection.net import Shown
from kb.answer.selection.rows import Places
from kb.answer.selection.sheet import Sheet
from kb.answer.selection.weights import selector_net
from kb.embed.embedder import MAX_ASKED, Asked


def skim(sheet: Sheet, asked: Asked) -> Logits:
    """Return what the net says of all rows."""
    with torch.inference_mode():
        said = selector_net()(_shown(sheet, asked))
    return Logits(said.member[0].numpy(), said.start[0].numpy(), float(said.none[0]))


def worth_reading(sheet: Sheet, said: Logits) -> Places:
    """Return the places of the rows that are worth reading by what the net says, in order."""
    scores = scores_of(said.member, said.start)
    boards = np.array([row.board for row in sheet.rows])
    return likeliest(scores, boards, np.array([row.unit for row in sheet.rows]), sheet.joins)


def _shown(sheet: Sheet, asked: Asked) -> Shown:
    tokens = torch.from_numpy(np.asarray(asked.tokens[:MAX_ASKED], np.float32))[None]
    rows = torch.from_numpy(sheet.vectors)[None]
    joins = torch.from_numpy(sheet.joins.astype(np.int64))
    return Shown(
        tokens=tokens,
        token_mask=torch.ones(tokens.shape[:2], dtype=torch.bool),
        vector=torch.from_numpy(asked.vector)[None],
        cues=torch.from_numpy(sheet.cues)[None],
        rows=rows,
        row_mask=torch.ones(rows.shape[:2], dtype=torch.bool),
        numbers=torch.from_numpy(sheet.numbers)[None],
        joins=torch.cat([torch.zeros(len(joins), 1, dtype=torch.int64), joins], 1),
    )
