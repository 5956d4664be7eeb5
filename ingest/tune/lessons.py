"""Where lessons come from: the knowledge base, or a folder of boards with their scenes."""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from ingest.extract import EXTRACTORS
from ingest.tune.dataset import Lesson
from kb.errors import WrongUse
from kb.scene import Scene

if TYPE_CHECKING:
    from PIL import Image

    from kb.base import KnowledgeBase


def kept_lessons(
    base: KnowledgeBase, workspace: str, *, extracted: bool = False
) -> Iterator[Lesson]:
    """Yield the boards of a workspace whose scene is known to be right.

    That are those which a person or a board file made. `extracted`: also those which an extractor
    read, and which nobody has looked at: to teach a small model what a large one sees.
    """
    for row in base.catalog.boards(workspace):
        scene = Scene.model_validate_json(row.scene)
        if extracted or scene.extractor.name not in EXTRACTORS:
            yield Lesson(row.id, row.source_id, scene, partial(_kept, base, row.picture))


def folder_lessons(folder: Path) -> Iterator[Lesson]:
    """Yield the boards of ``boards/NAME.png`` or ``.jpg`` with their ``truth/NAME.json``.

    Raises:
        WrongUse: a truth is no scene.
    """
    for path in sorted((folder / "truth").glob("*.json")):
        for suffix in (".png", ".jpg"):
            file = folder / "boards" / f"{path.stem}{suffix}"
            if file.is_file():
                try:
                    scene = Scene.model_validate_json(path.read_bytes())
                except ValidationError as error:
                    raise WrongUse(f"{path} is no scene: {error}", code="bad_truth") from error
                yield Lesson(path.stem, path.stem, scene, partial(_opened, file))


def _kept(base: KnowledgeBase, name: str) -> Image.Image:
    return _upright(io.BytesIO(base.blobs.get(name)))


def _opened(file: Path) -> Image.Image:
    return _upright(io.BytesIO(file.read_bytes()))


def _upright(data: io.BytesIO) -> Image.Image:
    from PIL import Image, ImageOps

    with Image.open(data) as picture:
        return ImageOps.exif_transpose(picture).convert("RGB")
