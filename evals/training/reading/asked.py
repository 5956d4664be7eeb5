"""Asks the selector and the reader about questions that are laid out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from evals.extraction.progress import shown
from evals.training.reading.batches import batch_of, to_read
from evals.training.reading.texts import Texts
from evals.training.selection.batches import all_rows, padded
from evals.training.selection.laid import Laid
from evals.training.selection.measure import MEMBER, Judged, judged_by
from kb.answer.selection.likeliest import Scores, scores_of
from kb.answer.selection.net import SelectorNet
from kb.answer.selection.reader import GONE, Reader

_BATCH = 16


class Heard(NamedTuple):
    """What the reader says of a question: a logit of each row, and of there being no answer."""

    member: NDArray[np.float32]
    none: float


def scored(net: SelectorNet, laid: Sequence[Laid]) -> list[Scores]:
    """Return what the selector says for reading the rows of each question."""
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


def heard(
    reader: Reader, laid: Sequence[Laid], scores: Sequence[Scores], texts: Texts
) -> list[Heard]:
    """Ask the reader about questions, of which the selector said `scores`."""
    reader.eval()
    order = sorted(range(len(laid)), key=lambda n: len(laid[n].rows))
    found: dict[int, Heard] = {}
    for start in range(0, len(order), _BATCH):
        part = order[start : start + _BATCH]
        batch = [laid[n] for n in part]
        kept = [to_read(laid[n], scores[n], all_rows(laid[n])) for n in part]
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
            said = reader(batch_of(batch, kept, texts))
        for at, (n, keep) in enumerate(zip(part, kept, strict=True)):
            logits = np.full(len(laid[n].rows), GONE, np.float32)
            logits[keep] = said.member[at, : len(keep)].float().numpy()
            found[n] = Heard(logits, float(said.none[at]))
    return [found[n] for n in range(len(laid))]


def judged(laid: Sequence[Laid], said: Sequence[Heard], member: float = MEMBER) -> list[Judged]:
    """Judge what the reader said of questions; `member` is the chance of a row that is chosen."""
    return [
        judged_by(one, of.member.astype(np.float64), of.none, member)
        for one, of in zip(laid, said, strict=True)
    ]
