"""What layouts work with: a desk that measures items, and the plan that they return."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from evals.boards.lettering import Hand
from evals.boards.shapes import PADDING, PERSON
from evals.boards.spec import Item, Link
from kb.scene import Box, NodeKind

_WRAP = {"text": 13.0, "title": 40.0, "diamond": 6.0, "ellipse": 7.0, "cloud": 7.5, "sticky": 5.6}

# small shapes with their words outside: width in text sizes, height in widths
_SMALL = {"ellipse": 1.7, "diamond": 2.1, "document": 1.9, "cylinder": 2.2, "icon": 2.4, "box": 2.0}
_TALL = {"document": 1.25, "cylinder": 0.9, "box": 0.8}


@dataclass(frozen=True)
class Frame:
    """A container that the layout makes: a lane, a column, a table's grid."""

    id: str
    kind: NodeKind
    text: str
    box: Box
    heading: Box | None = None  # where its words stand
    items: tuple[str, ...] = ()


@dataclass
class Plan:
    """Boxes of the items by id, the size of the whole, frames, and lines that divide it."""

    boxes: dict[str, Box]
    width: float
    height: float
    frames: list[Frame] = field(default_factory=list)
    rules: list[tuple[float, float, float, float]] = field(default_factory=list)


@dataclass(frozen=True)
class Desk:
    """Measures items for one writer and text size (pixels); `spread` widens gaps."""

    hand: Hand
    text: float
    rng: np.random.Generator
    spread: float = 1.0

    def size_of(self, item: Item) -> float:
        """Return the text size of an item in pixels."""
        return self.text * item.size * (1.45 if item.shape == "title" else 1.0)

    def wrap_of(self, item: Item) -> float:
        """Return the width at which the words of an item break."""
        return item.wrap or _WRAP.get(item.shape, 8.5) * self.text * max(1.0, item.size)

    def measure(self, item: Item) -> tuple[float, float]:
        """Return the outer width and height of an item as drawn."""
        size = self.size_of(item)
        _, width, height = self.hand.block(item.text, size, self.wrap_of(item))
        if item.outside:
            return self._beside(item, width, height)
        if item.shape == "person":
            figure = PERSON[0] * size, PERSON[1] * size
            return max(figure[0], width), figure[1] + height
        if item.shape == "sticky":
            side = max(5.6 * self.text, width + PADDING["sticky"][0] * 2 * size)
            return side, max(4.7 * self.text, height + PADDING["sticky"][1] * 2 * size)
        px, py = PADDING[item.shape]
        wide = width * (1.25 if item.shape == "diamond" else 1.0) + 2 * px * size
        least = self.text * item.least[0], self.text * item.least[1]
        return max(wide, least[0]), max(height + 2 * py * size, least[1])

    def core(self, item: Item, box: Box) -> Box:
        """Return the box of the shape alone where its words stand outside, else `box`."""
        if not item.outside:
            return box
        return around(((box[0] + box[2]) / 2, (box[1] + box[3]) / 2), self._small(item))

    def _small(self, item: Item) -> tuple[float, float]:
        wide = _SMALL.get(item.shape, 1.7) * self.text * item.size
        return wide, wide * _TALL.get(item.shape, 1.0)

    def _beside(self, item: Item, width: float, height: float) -> tuple[float, float]:
        """Room for a small shape in the middle and words beside it, the same on both sides."""
        wide, tall = self._small(item)
        if not item.text:
            return wide, tall
        if item.outside in ("left", "right"):
            return wide + 2 * (width + self.text * 0.4), max(tall, height)
        return max(wide, width), tall + 2 * (height + self.text * 0.15)

    def label_width(self, links: tuple[Link, ...]) -> float:
        """Return the width of the widest label among `links`."""
        labels = [link.label for link in links if link.label]
        if not labels:
            return 0.0
        return max(self.hand.block(x, self.text * 0.85, self.text * 6)[1] for x in labels)


def around(centre: tuple[float, float], size: tuple[float, float]) -> Box:
    """Return the box of `size` around `centre`."""
    (cx, cy), (w, h) = centre, size
    return (cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2)


def shifted(boxes: dict[str, Box], pad: float = 0.0) -> Plan:
    """Move `boxes` so that they start at (pad, pad), and measure the whole."""
    x0 = min(b[0] for b in boxes.values()) - pad
    y0 = min(b[1] for b in boxes.values()) - pad
    moved = {k: (b[0] - x0, b[1] - y0, b[2] - x0, b[3] - y0) for k, b in boxes.items()}
    width = max(b[2] for b in moved.values()) + pad
    height = max(b[3] for b in moved.values()) + pad
    return Plan(moved, width, height)
