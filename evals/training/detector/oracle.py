"""The maps that a perfect net would answer for a whole board: what the steps after it can reach."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from evals.training.detector.boards import LONGEST, Board
from evals.training.detector.placed import placed
from evals.training.detector.targets import targets
from ingest.extract.local.eyes.layout import (
    BOX,
    CHANNELS,
    DASHED,
    FRAME_BOX,
    HEAD,
    KIND,
    LINE,
    REACH,
    STRIDE,
    TAIL,
    TO_HEAD,
    TO_TAIL,
    WAY,
)
from ingest.extract.local.eyes.layout import LONGEST as SEEN

Array = npt.NDArray[Any]


def perfect_maps(board: Board) -> tuple[Array, float]:
    """Return `CHANNELS`×n×n maps of `board` and the pixels the net saw per pixel of the board."""
    scale = SEEN / LONGEST
    painted = targets([placed(board)], np.diag([scale, scale, 1.0])[None], SEEN)
    true = {name: values[0].numpy() for name, values in painted.items()}
    n = SEEN // STRIDE
    maps = np.zeros((CHANNELS, n, n), np.float32)
    maps[KIND] = _logit(true["kind"])
    maps[BOX], maps[FRAME_BOX] = (np.log(np.maximum(b, 1e-2)) for b in (true["box"], true["frame"]))
    maps[HEAD : TAIL + 1] = _logit(true["ends"])
    maps[LINE], maps[DASHED] = _logit(true["line"]), _logit(true["dashed"])
    maps[WAY] = true["way"]
    maps[TO_HEAD], maps[TO_TAIL] = true["reach"][:2] / REACH, true["reach"][2:] / REACH
    return maps, scale


def _logit(share: Array) -> Array:
    clipped = np.clip(share, 1e-4, 1 - 1e-4)
    return np.asarray(np.log(clipped / (1 - clipped)))
