"""What a trained net answers on whole boards, beside the truth: what the later steps learn from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from evals.training.detector.boards import Board
from evals.training.detector.net import Net
from ingest.extract.local.eyes.layout import FRAMES, KINDS, LONGEST
from ingest.extract.local.eyes.nodes import Seen, find_nodes
from ingest.extract.local.eyes.sight import look

Array = npt.NDArray[Any]

_SAME = 0.5  # overlap over union of a node and its truth
_LEAST = 0.25  # score of a node that the judge of pairs is shown


class TorchNet:
    """`sight.Net` of a net in training."""

    def __init__(self, weights: dict[str, torch.Tensor]) -> None:
        self._net = Net().eval()
        self._net.load_state_dict(weights)

    def __call__(self, pixels: Array) -> Array:
        """Return the maps of `pixels`."""
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
            maps: Array = self._net(torch.from_numpy(pixels)).float().numpy()
        return maps


@dataclass(frozen=True)
class Answer:
    """One board as the net saw it.

    Attributes:
        maps: `CHANNELS`×h×w, float16 to save room.
        seen: its nodes, frames included.
        true_boxes: m×4, in pixels the net saw; `true_kinds` m.
        same: place among the true shapes for each node seen, -1 where it is none.
    """

    board: Board
    maps: Array
    seen: Seen
    true_boxes: Array
    true_kinds: Array
    same: Array


def answers(
    net: Any, boards: Iterable[Board], least: float = _LEAST, longest: int = LONGEST
) -> Iterator[Answer]:
    """Yield what `net` (a `sight.Net`) sees on each board, `longest` pixels long."""
    for board in boards:
        maps = look(net, board.pixels, longest)
        seen = find_nodes(maps.values, least)
        true = np.array([s.box for s in board.shapes], float).reshape(-1, 4) * maps.scale
        kinds = np.array([s.kind for s in board.shapes], int)
        same = matched(seen.boxes, true, _sort(seen.kinds)[:, None] == _sort(kinds)[None])
        yield Answer(board, maps.values.astype(np.float16), seen, true, kinds, same)


def _sort(kinds: Array) -> Array:
    """Words, frames and shapes: a node of one sort is never one of another."""
    words = KINDS.index("text")
    frames = [KINDS.index(kind) for kind in sorted(FRAMES)]
    return np.asarray(np.where(kinds == words, 1, np.where(np.isin(kinds, frames), 2, 0)))


def matched(found: Array, true: Array, may: Array) -> Array:
    """Return the place in ``true (m, 4)`` of each of ``found (k, 4)``, best first, or -1."""
    same = np.full(len(found), -1)
    if len(found) == 0 or len(true) == 0:
        return same
    low = np.maximum(found[:, None, :2], true[None, :, :2])
    high = np.minimum(found[:, None, 2:], true[None, :, 2:])
    both = np.prod(np.clip(high - low, 0, None), axis=2)
    areas = [np.prod(np.clip(b[:, 2:] - b[:, :2], 1e-6, None), axis=1) for b in (found, true)]
    iou = np.where(may, both / (areas[0][:, None] + areas[1][None] - both), 0)
    while iou.max() >= _SAME:
        i, j = np.unravel_index(int(iou.argmax()), iou.shape)
        same[i] = j
        iou[i], iou[:, j] = 0, 0
    return same
