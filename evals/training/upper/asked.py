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
from kb.answer.selection.logits import Logits
from kb.answer.selection.net import GONE, SelectorNet
from kb.answer.selection.upper import UpperLayers

_BATCH = 16


def skimmed(net: SelectorNet, laid: Sequence[Laid]) -> list[Logits]:
    """Return what the selector net says of all rows of each question."""
    net.eval()
    order = sorted(range(len(laid)), key=lambda n: len(laid[n].rows))
    starts = range(0, len(order), _BATCH)
    by: dict[int, Logits] = {}
    for start in shown(starts, len(starts), "batches selected from"):
        part = order[start : start + _BATCH]
        batch = [laid[n] for n in part]
        with torch.inference_mode():
            said = net(padded(batch, [all_rows(one) for one in batch]))
        for at, n in enumerate(part):
            member, begins = (one[at, : len(laid[n].rows)].numpy() for one in said[:2])
            by[n] = Logits(member, begins, float(said.none[at]))
    return [by[n] for n in range(len(laid))]


def logits_of(
    upper: UpperLayers, laid: Sequence[Laid], first: Sequence[Logits], texts: Texts
) -> list[Logits]:
    """Ask the upper layers about questions, of which the selector net says what is in `first`."""
    upper.eval()
    order = sorted(range(len(laid)), key=lambda n: len(laid[n].rows))
    found: dict[int, Logits] = {}
    for start in range(0, len(order), _BATCH):
        part = order[start : start + _BATCH]
        batch = [laid[n] for n in part]
        kept = [to_read(laid[n], first[n], all_rows(laid[n])) for n in part]
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
