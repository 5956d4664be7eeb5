"""Photos of real boards to learn from, whose truth was written down by hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from evals.extraction.photos import FROM, LEARNT
from evals.extraction.truth import opened
from evals.training.detector.boards import Board, photographed_board
from kb.scene import Scene


def learnt_photos(folder: Path) -> Iterator[Board]:
    """Yield those of them that are in `folder`; none of them is measured on."""
    for path in sorted(LEARNT.glob("*.json")):
        file = folder / f"{FROM}{path.stem}.jpg"
        if file.is_file():
            scene = Scene.model_validate_json(path.read_bytes())
            yield photographed_board(opened(file), scene, path.stem)
