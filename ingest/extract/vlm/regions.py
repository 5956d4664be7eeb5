"""Which parts of a board are shown to the model: all of it, or overlapping tiles as well."""

from __future__ import annotations

import math
from statistics import median
from typing import TYPE_CHECKING

from ingest.extract.vlm.sizing import fitted_size
from kb.scene import Box

if TYPE_CHECKING:
    from kb.scene import Scene

OVERLAP = 0.2  # of a tile's side is shared with its neighbour
MOST_TILES = 12
_READABLE = 12.0  # pixels: lower lines of words are not read well
_MOST_SHRUNK = 3.0  # without knowing the writing: shrunk further, a picture is tiled
_SMALLEST = 256.0  # pixels: parts are not split below


def tiles_for(size: tuple[int, int], tokens: int, side: int, seen: Scene | None) -> list[Box]:
    """Return the parts of a picture to read besides the whole; none where that is readable.

    Args:
        size: of the picture, pixels.
        tokens: most tokens of one picture in the model.
        side: pixels that a token covers per side.
        seen: what the local extractor saw, whose lines tell how small the writing is.
    """
    shrunk = math.sqrt(size[0] * size[1] / math.prod(fitted_size(*size, tokens, side)))
    line = _line_height(seen) if seen is not None else None
    least = line / _READABLE if line else _MOST_SHRUNK
    if shrunk <= max(1.0, least):
        return []
    # As many tiles as make each of them readable at the same number of tokens.
    across, down = _grid(size, (shrunk / max(1.0, least)) ** 2)
    return [
        (x0, y0, x1, y1) for y0, y1 in _cuts(size[1], down) for x0, x1 in _cuts(size[0], across)
    ]


def _line_height(seen: Scene) -> float | None:
    heights = [
        (node.bbox[3] - node.bbox[1]) / (node.text.count("\n") + 1)
        for node in seen.nodes
        if node.text and node.kind in ("text", "title")
    ]
    return median(heights) if len(heights) >= 3 else None


def _grid(size: tuple[int, int], parts: float) -> tuple[int, int]:
    """Return columns and rows of about `parts` tiles that are as square as can be."""
    across = down = 1
    while across * down < parts * (1 + OVERLAP):
        wider, taller = (across + 1, down), (across, down + 1)
        grid = wider if size[0] / across >= size[1] / down else taller
        if math.prod(grid) > MOST_TILES:
            break
        across, down = grid
    return across, down


def _cuts(length: float, count: int) -> list[tuple[float, float]]:
    """Cut `length` into `count` stretches of the same length that overlap."""
    stretch = length / (count - (count - 1) * OVERLAP)
    step = stretch * (1 - OVERLAP)
    return [(i * step, length if i == count - 1 else i * step + stretch) for i in range(count)]


def halves_of(part: Box) -> list[Box]:
    """Return two overlapping halves of `part`, cut across its longer side; none if too small."""
    wide, high = part[2] - part[0], part[3] - part[1]
    if max(wide, high) < 2 * _SMALLEST:
        return []
    if wide >= high:
        return [(part[0] + a, part[1], part[0] + b, part[3]) for a, b in _cuts(wide, 2)]
    return [(part[0], part[1] + a, part[2], part[1] + b) for a, b in _cuts(high, 2)]
