"""What the eyes of the local extractor report, and the protocols that each eye fulfils.

All coordinates here are pixels of the working copy (`View`), not of the original picture.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy.typing as npt

from kb.scene import Box, NodeKind, Point

if TYPE_CHECKING:
    from ingest.extract.local.things import Link, Thing

Array = npt.NDArray[Any]


class Deadline:
    """A moment on the monotonic clock; `None` seconds is never."""

    def __init__(self, seconds: float | None) -> None:
        self._at = None if seconds is None else time.monotonic() + seconds

    def passed(self) -> bool:
        """Tell whether the time is up."""
        return self._at is not None and time.monotonic() >= self._at


@dataclass(frozen=True, slots=True)
class Line:
    """One line of words. `quad`: 4×2, clockwise from the top left corner in the picture.

    `apart`: an arrow stands between it and what is beside it. `sign`: it is a letter or a number in
    a small shape.
    """

    quad: Array
    box: Box
    text: str
    score: float
    apart: bool = False
    sign: bool = False

    @property
    def height(self) -> float:
        """Height of the writing in pixels, also for a slanted line; of a turned one its length."""
        return float(((self.quad[0] - self.quad[3]) ** 2).sum() ** 0.5)

    @property
    def length(self) -> float:
        """Length of the writing in pixels, of a turned line its height."""
        return float(((self.quad[0] - self.quad[1]) ** 2).sum() ** 0.5)


@dataclass(frozen=True, slots=True)
class Shape:
    """A closed or filled figure. `filled`: it is a patch of colour, with or without an outline."""

    kind: NodeKind
    box: Box
    confidence: float
    filled: bool = False
    fill: str | None = None


@dataclass(frozen=True, slots=True)
class Connector:
    """A drawn line from one thing to another, not yet known to which.

    A line with one head runs from its tail to its head: `head_at_end` is set. Both flags: heads at
    both ends; neither: a plain line.
    """

    path: tuple[Point, ...]
    head_at_start: bool
    head_at_end: bool
    confidence: float


def no_links(things: Sequence[Thing], /) -> list[Link]:
    """Join nothing."""
    del things
    return []


def unlikely(box: Box, /) -> float:
    """Believe in nothing."""
    del box
    return 0.0


@dataclass(frozen=True, slots=True)
class Detection:
    """What is drawn on one picture.

    Attributes:
        shapes: closed or filled figures and frames.
        words: boxes of words that stand alone, each one block of lines.
        guesses: boxes of what may be such words, though hardly.
        cells: those of `words` that are cells of a table.
        ends: where lines between things end: a sign read there may be an arrow head.
        link: joins the things that were made of shapes and words.
        complete: False where time ran out.
        arrows: tails and heads of short straight arrows: the reader may take them for signs.
        likely: how much speaks for a shape, other than a frame, that fills a box: 0 to 1.
    """

    shapes: tuple[Shape, ...] = ()
    words: tuple[Box, ...] = ()
    ends: tuple[Point, ...] = ()
    link: Callable[[Sequence[Thing]], list[Link]] = no_links
    complete: bool = True
    arrows: tuple[tuple[Point, Point], ...] = ()
    likely: Callable[[Box], float] = unlikely
    guesses: tuple[Box, ...] = ()
    cells: tuple[Box, ...] = ()


@dataclass(frozen=True, slots=True)
class View:
    """The working copy of a picture and what is known of its ink.

    Attributes:
        bgr: h×w×3, uint8.
        scale: (x, y), original pixels per pixel of this copy.
        origin: (x, y) of this copy's first pixel in the original.
        ink: h×w, uint8, 255 where there is thin ink, else 0.
        contrast: h×w, uint8, how far the ink stands out from its surroundings.
        background: (b, g, r) of the bare board.
        stroke: width of a typical pen line in pixels.
        clean: a drawn or scanned board with an even background, not a photo.
        drawn: a screenshot or export, without even a scanner's grain.
    """

    bgr: Array
    scale: tuple[float, float]
    ink: Array
    contrast: Array
    background: tuple[float, float, float]
    stroke: float
    clean: bool
    drawn: bool
    origin: Point = (0.0, 0.0)


class TextReader(Protocol):
    """Finds and reads lines of words."""

    def read(self, bgr: Array, deadline: Deadline, /) -> tuple[list[Line], bool]:
        """Return the lines of `bgr` and whether all of it was read before the deadline."""
        ...

    def read_crops(
        self, crops: Sequence[Array], deadline: Deadline, /
    ) -> tuple[list[tuple[str, float]], bool]:
        """Read each of `crops` as one line: words and score; whether there was time for all."""
        ...


class Detector(Protocol):
    """Finds shapes and connectors; the lines of words help to tell letters from drawings."""

    def detect(self, view: View, lines: Sequence[Line], deadline: Deadline, /) -> Detection:
        """Return what is drawn in `view`, as far as the deadline allows."""
        ...
