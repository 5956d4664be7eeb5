"""Lines of writing to learn from or to be measured on, cut out of their pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

MARGIN = 0.4  # of the writing's height: what is kept around a line, to draw looser boxes later
_TALLEST = 96  # pixels of a kept line without its margin: the net sees 48


@dataclass(frozen=True)
class Written:
    """One line, upright and level.

    Attributes:
        pixels: h×w×3 uint8, BGR, the line with `MARGIN` around it.
        inner: (x0, y0, x1, y1) of the line itself in `pixels`.
        text: what it says.
        kind: where it is from: "word", "line" (words of one label), "found" (as the text detector
            boxes it) or "drawn".
    """

    pixels: Array
    inner: tuple[int, int, int, int]
    text: str
    kind: str

    def tight(self) -> Array:
        """Return the line without its margin."""
        x0, y0, x1, y1 = self.inner
        return self.pixels[y0:y1, x0:x1]


def cut(picture: Array, quad: Array, text: str, kind: str) -> Written | None:
    """Cut ``quad (4, 2)`` (its first side runs along the writing) out of a BGR `picture`.

    Returns None where too little is left to read.
    """
    along, down = quad[1] - quad[0], quad[3] - quad[0]
    width, height = float(np.linalg.norm(along)), float(np.linalg.norm(down))
    if width < 4 or height < 6:
        return None
    shrink = min(1.0, _TALLEST / height)
    inner = max(1, round(width * shrink)), max(1, round(height * shrink))
    margin = round(MARGIN * inner[1])
    x, y = along / width * (margin / shrink), down / height * (margin / shrink)
    outer = np.array([quad[0] - x - y, quad[1] + x - y, quad[2] + x + y, quad[3] - x + y])
    size = (inner[0] + 2 * margin, inner[1] + 2 * margin)
    corners = np.array([(0, 0), (size[0], 0), size, (0, size[1])], np.float32)
    matrix = cv2.getPerspectiveTransform(outer.astype(np.float32), corners)
    flags = cv2.INTER_CUBIC if shrink > 0.7 else cv2.INTER_AREA
    pixels = cv2.warpPerspective(picture, matrix, size, None, flags, cv2.BORDER_REPLICATE)
    box = (margin, margin, margin + inner[0], margin + inner[1])
    return Written(np.asarray(pixels), box, text, kind)
