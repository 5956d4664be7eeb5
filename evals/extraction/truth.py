"""What an extractor is measured against: boards whose nodes and edges are known."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from PIL import Image, ImageOps

from kb.scene import Box, NodeKind, Point

REFERENCE = 1024  # pixels of the longer side at which lengths of arrows are told


@dataclass(frozen=True)
class TrueNode:
    """One node; `box` in pixels of the picture, `text` "" where it has none."""

    id: str
    kind: NodeKind
    box: Box
    text: str = ""


@dataclass(frozen=True)
class TrueEdge:
    """One directed line between two nodes; `path` from tail to head, () where it isn't known."""

    source: str
    target: str
    path: tuple[Point, ...] = ()
    kind: str = "arrow"


@dataclass(frozen=True)
class TrueBoard:
    """One board and what is on it.

    Attributes:
        picture: opens the picture, mode "RGB", upright; boxes and paths are in its pixels.
        size: width and height of the picture.
        loose: places of words that belong to no node, to containers, notes and lines, or that
            stand outside of their node. Words read there as a node of their own are neither right
            nor wrong.
        sayings: the same where only the words are known, not their place.
        file: the picture's file, None where it is drawn on demand.
        group: what the breakdown calls the boards of its sort, "" for none.
    """

    name: str
    picture: Callable[[], Image.Image]
    size: tuple[int, int]
    nodes: tuple[TrueNode, ...]
    edges: tuple[TrueEdge, ...]
    loose: tuple[Box, ...] = ()
    sayings: tuple[str, ...] = ()
    language: str = ""
    file: Path | None = None
    group: str = ""

    @property
    def scale(self) -> float:
        """Pixels at the reference size for each pixel of the picture."""
        return REFERENCE / max(self.size)


def opened(path: Path) -> Image.Image:
    """Open a picture file upright, mode "RGB"."""
    with Image.open(path) as file:
        return ImageOps.exif_transpose(file.convert("RGB"))


def length_of(path: tuple[Point, ...]) -> float:
    """Return the length of a polyline in its own pixels."""
    return sum(math.dist(one, two) for one, two in pairwise(path))


def long_edges(board: TrueBoard, over: float = 160.0) -> list[bool]:
    """Tell for each edge whether its line is longer than `over` pixels at the reference size."""
    return [length_of(edge.path) * board.scale > over for edge in board.edges]


def shared_edges(board: TrueBoard, within: float = 8.0) -> list[bool]:
    """Tell for each edge whether it shares an end with another one.

    Two ends are one where they are at most `within` pixels apart at the reference size.
    """
    ends = [(edge.path[0], edge.path[-1]) if edge.path else () for edge in board.edges]
    near = within / board.scale
    return [
        any(
            math.dist(one, two) <= near
            for j, others in enumerate(ends)
            if j != i
            for one in own
            for two in others
        )
        for i, own in enumerate(ends)
    ]
