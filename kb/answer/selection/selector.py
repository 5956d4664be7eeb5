"""Says which nodes answer, from where, and how sure that is: the net chooses, the reader reads."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from kb.answer.selection.likeliest import likeliest, scores_of
from kb.answer.selection.net import SelectorNet, Shown, Size
from kb.answer.selection.numbers import NUMBERS
from kb.answer.selection.reader import GONE
from kb.answer.selection.reading import Rows, bounds, reading, weights_in
from kb.answer.selection.rows import Row
from kb.answer.selection.sheet import MAX_TOKENS, Sheet
from kb.answer.selection.sureness import signs_of, sureness
from kb.embed.embedder import Asked, Embedder

WEIGHTS = Path(__file__).parent / "selector.safetensors"
MOST = 12  # nodes that one answer tells
NEAR = 0.2  # cosine below which nothing answers: in a small store the best may be far off


@dataclass(frozen=True)
class Selection:
    """What answers a question.

    Attributes:
        members: rows to be told, in the order of their boards.
        start: the row that the question starts from, where there is one.
        sure: the chance that there is an answer and these are of it: 0 … 1.
        best: the likeliest of the members.
    """

    members: tuple[Row, ...]
    start: Row | None
    sure: float
    best: Row | None = None


def select(question: str, sheet: Sheet, asked: Asked, embedder: Embedder) -> Selection:
    """Choose the rows that answer: the net's likeliest ones are read (`reading`)."""
    nodes = np.array([row.unit == "node" for row in sheet.rows], bool)
    if not nodes.any():
        return Selection((), None, 0.0)
    keep = to_read(sheet, asked)
    if not nodes[keep].any():
        return Selection((), None, 0.0)
    read, about = reading(question, sheet, keep, embedder), bounds()
    logits, start = (np.where(nodes, one, GONE) for one in (read.member, read.start))
    chances = _logistic(logits)
    chosen = np.flatnonzero(chances >= about.member)
    if not len(chosen):
        chosen = np.array([int(logits.argmax())])
    if len(chosen) > MOST:
        chosen = np.sort(chosen[np.argsort(-logits[chosen], kind="stable")[:MOST]])
    signs = signs_of(logits[nodes], read.none, sheet.numbers[nodes])
    begins = int(start.argmax())
    near = float(sheet.numbers[int(logits.argmax()), NUMBERS.index("near")])
    return Selection(
        members=tuple(sheet.rows[n] for n in chosen),
        start=sheet.rows[begins] if _logistic(start[begins]) >= about.start else None,
        sure=sureness(signs, about.sureness) if near >= NEAR else 0.0,
        best=sheet.rows[int(logits.argmax())],
    )


def to_read(sheet: Sheet, asked: Asked) -> Rows:
    """Return the numbers of the rows that the net finds worth reading."""
    with torch.inference_mode():
        said = _net()(_shown(sheet, asked))
    scores = scores_of(said.member[0].float().numpy(), said.start[0].float().numpy())
    boards = np.array([row.board for row in sheet.rows])
    return likeliest(scores, boards, np.array([row.unit == "board" for row in sheet.rows], bool))


def least_sure() -> float:
    """Return the sureness from which an answer is given."""
    return bounds().least


def _shown(sheet: Sheet, asked: Asked) -> Shown:
    tokens = torch.from_numpy(np.asarray(asked.tokens[:MAX_TOKENS], np.float32))[None]
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


@lru_cache(maxsize=1)
def _net() -> SelectorNet:
    about, state = weights_in(WEIGHTS)
    net = SelectorNet(Size(**json.loads(about["size"])))
    net.load_state_dict(state)
    return net.eval()


def _logistic(x: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(x, -40, 40))), np.float32)
