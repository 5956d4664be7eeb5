"""Tells chalk on slate, and dark screens, from dark ink on a light board in dim light."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

_SIDE = 640  # pixels of the longer side that are looked at
_AROUND = 31  # pixels of the neighbourhood whose median is the board
_LIGHTER = 0.7  # dark over light: dark boards stay below .5, light ones above 1


def is_dark_board(bgr: npt.NDArray[Any]) -> bool:
    """Tell whether what is written on ``bgr (h, w, 3)``, uint8, is lighter than the board.

    Not the board's own grey tells, which is dark in any dim room, but to which side of it thin
    marks stand out.
    """
    scale = min(1.0, _SIDE / max(bgr.shape[:2]))
    size = [max(1, round(side * scale)) for side in bgr.shape[1::-1]]
    grey = cv2.cvtColor(cv2.resize(bgr, size, interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2GRAY)
    depth = grey.astype(np.float32) - cv2.medianBlur(grey, _AROUND)
    darker = float(np.square(np.minimum(depth, 0)).mean()) ** 0.5
    lighter = float(np.square(np.maximum(depth, 0)).mean()) ** 0.5
    return bool(darker < _LIGHTER * lighter)
