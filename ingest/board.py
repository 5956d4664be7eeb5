"""What a reader makes of a source: boards, each with a picture and, where known, its scene."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

    from kb.scene import Scene, Stroke


@dataclass(frozen=True)
class Limits:
    """Caps that readers hold before they decode anything (settings ``KB_MAX_*``)."""

    max_bytes: int = 200 * 2**20
    max_pixels: int = 100_000_000
    max_pages: int = 500
    max_elements: int = 10_000
    max_members: int = 10_000  # files in one zip
    max_unpacked: int = 2 * 2**30  # bytes of one zip, unpacked


@dataclass(frozen=True)
class Board:
    """One picture, page or canvas of a source.

    Attributes:
        page: counts from 1 within the source.
        picture: upright, mode "RGB".
        encoded: the source's own bytes where they already are that upright picture (kept as they
            are), else None and the pipeline encodes `picture`.
        scene: where the file holds it exactly, else None and an extractor reads the picture.
        strokes: pen strokes in picture pixels, kept on the scene.
        captured_at: when the picture was taken, if the file says so (aware, or naive local time).
        name: of a page or canvas within the source, "" if it has none.
    """

    page: int
    picture: Image.Image
    encoded: bytes | None = None
    scene: Scene | None = None
    strokes: tuple[Stroke, ...] = ()
    captured_at: datetime | None = None
    name: str = ""
    notes: tuple[str, ...] = field(default=())


Reader = Callable[[bytes, str, Limits], Iterator[Board]]
"""``reader(data, name, limits)`` yields boards lazily; raises `kb.errors.BadSource`."""
