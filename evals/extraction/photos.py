"""Photos of whiteboards and paper notes, whose nodes and lines were written down by hand.

The photos are not part of this repository, and neither are their words: letters are not measured.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from evals.extraction.scenes import NOT_NODES, true_board
from evals.extraction.truth import TrueBoard, opened
from kb.scene import Scene

TRUTH = Path(__file__).resolve().parents[1] / "photos"
LEARNT = TRUTH / "learnt"  # the detector learns from these, so nothing is measured on them
# What became of these was not looked at while the reading was changed.
HELD_BACK = frozenset({
    "array-reverse", "breadth-first", "depth-first-graph", "fizz-buzz-tree", "get-edge",
    "ll-kth-from-end",
})  # fmt: skip
FROM = "slakeyj__"


def photo_boards(folder: Path, *, held_back: bool) -> Iterator[TrueBoard]:
    """Yield the boards whose photos are in `folder`: those held back, or the others."""
    for path in sorted(TRUTH.glob("*.json")):
        file = folder / f"{FROM}{path.stem}.jpg"
        if file.is_file() and (path.stem in HELD_BACK) == held_back:
            scene = Scene.model_validate_json(path.read_bytes())
            loose = [node.bbox for node in scene.nodes if node.kind in NOT_NODES]
            yield true_board(path.stem, partial(opened, file), scene, labels=loose, file=file)
