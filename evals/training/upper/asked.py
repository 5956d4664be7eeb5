"""Asks the selector net and the upper layers about questions that are laid out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from evals.extraction.progress import shown
from evals.training.selection.batches import all_rows, padded
from evals.training.selection.laid import Laid
from evals.training.selection.measure import MEMBER, Judged, judged_by
from evals.training.upper.batches import batch_of, to_read
from evals.training.upper.texts import Texts
from kb.answer.selection.likeliest import Scores, scores_of
from kb.answer.selection.net import GONE, SelectorNet
from kb.answer.selection.study import Logits
from kb.answer.selection.upper import UpperLayers

_BATCH = 16


def scored(net: SelectorNet, laid: Sequence[Laid]) -> list[Scores]:
    """Return what the selector net says for reading the rows of each question: (rows,) of each."""
    net.eval()
    order = sorted(range(len(laid)), key=lambda n: len(laid[n].rows))
    starts = range(0, len(order), _BATCH)
    by: dict[int, Scores] = {}
    for start in shown(starts, len(starts), "batches selected from"):
        part = order[start : start + _BATCH]
        batch = [laid[n] for n in part]
        with torch.inference_mode():
            said = net(padded(batch, [all_rows(one) for one in batch]))
        for at, n in enumerate(part):
            rows = len(laid[n].rows)
            by[n] = scores_of(said.member[at, :rows].numpy(), said.start[at, :rows].numpy())
    return [by[n] for n in range(len(laid))]


def logits_of(
    upper: UpperLayers, laid: Sequence[Laid], scores: Sequence[Scores], texts: Texts
) -> list[Logits]:
    """Ask the upper layers about questions, for which the selector net has these scores."""
    upper.eval()
    order = sorted(range(len(laid)), key=lambda n: len(laid[n].rows))
    found: dict[int, Logits] = {}
    for start in range(0, len(order), _BATCH):
        part = order[start : start + _BATCH]
        batch = [laid[n] for n in part]
        kept = [to_read(laid[n], scores[n], all_rows(laid[n])) for n in part]
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
            said = upper(batch_of(batch, kept, texts))
        for at, (n, keep) in enumerate(zip(part, kept, strict=True)):
            member, begins = np.full((2, len(laid[n].rows)), GONE, np.float32)
            member[keep] = said.member[at, : len(keep)].float().numpy()
            begins[keep] = said.start[at, : len(keep)].float().numpy()
            found[n] = Logits(member, begins, float(said.none[at]))
    return [found[n] for n in range(len(laid))]


def judged(laid: Sequence[Laid], said: Sequence[Logits], member: float = MEMBER) -> list[Judged]:
    """Judge what was said of questions; `member` is the chance of a row that is chosen."""
    return [
        judged_by(one, of.member.astype(np.float64), of.none, member)
        for one, of in zip(laid, said, strict=True)
    ]
