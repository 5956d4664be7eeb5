"""What the local extractor saw, told to the model: words and the two ends of lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.extract.local.geometry import overlap_share
from ingest.extract.vlm.codec import to_grid
from kb.reading import one_line, reading_order

if TYPE_CHECKING:
    from kb.scene import Box, Point, Scene

_MOST = 120  # words and lines that are told: a hint that is longer than the answer helps nobody
_LONGEST = 80  # characters


@dataclass(frozen=True)
class Hints:
    """Words as ``[text, x0, y0, x1, y1]`` and lines as ``[x, y, x, y]``, on the 0-1000 grid."""

    words: list[list[str | int]]
    lines: list[list[int]]


def hints_for(scene: Scene, part: Box) -> Hints:
    """Return what `scene` holds in the `part` of its picture, on the grid of that part."""
    wide, high = part[2] - part[0], part[3] - part[1]
    words: list[list[str | int]] = []
    for node in reading_order(scene.nodes):
        text = one_line(node.text)
        if text and overlap_share(node.bbox, part) > 0.5:
            x0, y0, x1, y1 = node.bbox
            box = (x0 - part[0], y0 - part[1], x1 - part[0], y1 - part[1])
            inside = (max(box[0], 0), max(box[1], 0), min(box[2], wide), min(box[3], high))
            words.append([text[:_LONGEST], *to_grid(inside, wide, high)])
    lines = []
    for relation in scene.relations:
        if len(relation.path) >= 2:
            ends = (relation.path[0], relation.path[-1])
            if all(_inside(end, part) for end in ends):
                lines.append([v for end in ends for v in _on_grid(end, part)])
    return Hints(words[:_MOST], lines[:_MOST])


def _inside(point: Point, part: Box) -> bool:
    return part[0] <= point[0] <= part[2] and part[1] <= point[1] <= part[3]


def _on_grid(point: Point, part: Box) -> tuple[int, int]:
    x = (point[0] - part[0]) / (part[2] - part[0]) * 1000
    y = (point[1] - part[1]) / (part[3] - part[1]) * 1000
    return round(x), round(y)
