"""From a picture to a scene: the extractors behind one protocol."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from kb.errors import WrongUse

if TYPE_CHECKING:
    from PIL import Image

    from kb.scene import Scene, Stroke

__all__ = ["EXTRACTORS", "Extractor", "open_extractor"]

EXTRACTORS = ("local",)


class Extractor(Protocol):
    """Reads one board picture at a time; made once per process and used for many pictures.

    `name` and `version` go into every scene, so that a newer extractor knows what to read again.
    """

    name: str
    version: str

    def extract(
        self,
        picture: Image.Image,
        *,
        strokes: Sequence[Stroke] = (),
        deadline_s: float | None = None,
    ) -> Scene:
        """Read `picture` (mode "RGB", upright) into a scene in the picture's own pixels.

        `strokes` are pen strokes in picture pixels, kept on the scene. After `deadline_s` seconds
        the scene as far as it got is returned, with a note that says so. A picture without
        anything readable gives a scene without nodes, never an error.
        """
        ...


def open_extractor(name: str, *, threads: int = 1) -> Extractor:
    """Return the extractor called `name`; models load with the first picture.

    Args:
        name: one of `EXTRACTORS`, or "auto" for the best there is.
        threads: CPU threads for the networks of one picture.

    Raises:
        WrongUse: no extractor has this name.
    """
    if name in ("auto", "local"):  # auto: the best there is on this machine
        from ingest.extract.local import LocalExtractor

        return LocalExtractor(threads=threads)
    raise WrongUse(
        f"there is no extractor called {name!r}",
        hint=f"one of: {', '.join(EXTRACTORS)}",
        code="unknown_extractor",
    )
