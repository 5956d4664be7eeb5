"""Nodes and relations in the making, in pixels of the working copy."""

from __future__ import annotations

from dataclasses import dataclass, field

from ingest.extract.local.seen import Shape
from kb.scene import Box, NodeKind, Point, RelationKind


@dataclass(slots=True)
class Thing:
    """A node in the making.

    Attributes:
        shape: what was drawn around it, None for words that stand alone.
        words: box of its own words, where the colour of its ink is measured.
        height: of its writing, 0 without words.
        parent: place of its container among the things.
        signed: it is a shape that bears a letter or a number, and needs no other name.
    """

    kind: NodeKind
    box: Box
    text: str
    confidence: float
    shape: Shape | None = None
    words: Box | None = None
    height: float = 0.0
    parent: int | None = None
    signed: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """A relation in the making, between two things by their places."""

    kind: RelationKind
    source: int
    target: int
    directed: bool
    path: tuple[Point, ...]
    confidence: float
    label: str = ""


@dataclass(slots=True)
class Assembly:
    """All things of a board in reading order, and the links between them."""

    things: list[Thing] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    title: str = ""
