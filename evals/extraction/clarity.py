"""How sharp a picture is and how far its ink stands out: two plain measures for the breakdown."""

from __future__ import annotations

import cv2
import numpy as np
from PIL import Image

from evals.extraction.truth import REFERENCE


def clarity_of(picture: Image.Image) -> tuple[float, float]:
    """Return sharpness and contrast of `picture` at the reference size.

    Returns:
        Steepest steps (99.5th percentile of the Laplacian) over the contrast, so that faint but
        sharp ink is sharp; and how far the ink (the extreme 2 % of grey levels on the side that
        stands out more) is from the board (the median), 0 to 1.
    """
    scale = REFERENCE / max(picture.size)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    grey = np.asarray(picture.convert("L").resize(size, Image.Resampling.BOX), np.float32)
    dark, board, light = np.percentile(grey, (2, 50, 98))
    depth = max(float(board - dark), float(light - board), 1.0)
    steps = np.abs(cv2.Laplacian(grey, cv2.CV_32F))
    return float(np.percentile(steps, 99.5)) / depth, depth / 255.0
