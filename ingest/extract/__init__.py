"""From a picture to a scene: the extractors behind one protocol."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from kb.errors import WrongUse

if TYPE_CHECKING:
    from PIL import Image

    from ingest.extract.vlm.options import VlmOptions
    from kb.scene import Scene, Stroke

__all__ = ["EXTRACTORS", "Extractor", "chosen_extractor", "open_extractor"]

EXTRACTORS = ("local", "vlm")


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


def chosen_extractor(name: str, vlm: VlmOptions | None = None) -> str:
    """Return which extractor `name` means here: "auto" is the best there is.

    That is the model where its server answers just now, else the local extractor.

    Raises:
        WrongUse: no extractor has this name, or no model server is named for "vlm".
    """
    served = vlm is not None and bool(vlm.url)
    if name == "auto":
        from ingest.extract.vlm.client import answers

        return "vlm" if vlm is not None and served and answers(vlm) else "local"
    if name not in EXTRACTORS:
        raise WrongUse(
            f"there is no extractor called {name!r}",
            hint=f"one of: auto, {', '.join(EXTRACTORS)}",
            code="unknown_extractor",
        )
    if name == "vlm" and not served:
        raise WrongUse(
            "the extractor vlm needs a model server",
            hint="set KB_VLM_URL; `kb model serve` tells how to start one",
            code="no_model_server",
        )
    return name


def open_extractor(name: str, *, threads: int = 1, vlm: VlmOptions | None = None) -> Extractor:
    """Return the extractor called `name`; models load with the first picture.

    Args:
        name: one of `EXTRACTORS`, or "auto" for the best there is.
        threads: CPU threads for the networks of one picture.
        vlm: how to reach the model server.

    Raises:
        WrongUse: as for `chosen_extractor`.
    """
    if chosen_extractor(name, vlm) == "vlm":
        from ingest.extract.vlm import VlmExtractor

        if vlm is not None:
            return VlmExtractor(vlm, threads=threads)
    from ingest.extract.local import LocalExtractor

    return LocalExtractor(threads=threads)
