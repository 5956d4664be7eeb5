"""Boards of the renderer that no net was trained on, in groups that are told one by one."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import get_args

import numpy as np
from PIL import Image

from evals.boards import BoardSpec, random_spec, render
from evals.boards.randoms import Language
from evals.boards.spec import LayoutName
from evals.extraction.scenes import true_board
from evals.extraction.truth import TrueBoard

_FIRST_SEED = 900_000  # training stays far below
_WORDY: tuple[LayoutName, ...] = ("flow", "mindmap", "tree", "lanes", "free", "list")
_UNBOXED = 0.85


@dataclass(frozen=True)
class Group:
    """Boards of one sort."""

    name: str
    language: Language = "en"
    photo: bool = False
    wordy: bool = False


GROUPS = (
    Group("rendered, clean"),
    Group("rendered, photo-like", photo=True),
    Group("rendered, mostly unboxed words", wordy=True),
    Group("rendered, mostly unboxed words, photo-like", photo=True, wordy=True),
    Group("rendered, Chinese, clean", "zh"),
    Group("rendered, Chinese, photo-like", "zh", photo=True),
)


def rendered_boards(group: Group, count: int) -> Iterator[TrueBoard]:
    """Yield `count` boards of `group`, all layouts in turn; the same every time."""
    layouts: tuple[LayoutName, ...] = _WORDY if group.wordy else get_args(LayoutName)
    first = _FIRST_SEED + 10_000 * GROUPS.index(group)
    for i in range(count):
        layout = layouts[i % len(layouts)]
        spec = random_spec(first + i, group.language, layout, photo=group.photo)
        yield drawn(_unboxed(spec) if group.wordy else spec, f"{layout}-{first + i}", layout)


def drawn(spec: BoardSpec, name: str, group: str = "") -> TrueBoard:
    """Render `spec` and return it with its truth; photos are kept as JPEG, flat boards as PNG."""
    board = render(spec)
    kept = io.BytesIO()
    if spec.camera is None:
        board.picture.save(kept, "PNG")
    else:
        board.picture.save(kept, "JPEG", quality=spec.camera.quality)
    opener = partial(_decoded, kept.getvalue())
    return true_board(name, opener, board.scene, labels=board.labels, group=group)


def _unboxed(spec: BoardSpec) -> BoardSpec:
    """Take most items out of their shapes."""
    rng = np.random.default_rng([spec.seed, 34])
    rows = tuple(
        tuple(
            replace(
                part,
                items=tuple(
                    replace(item, shape="text", fill=None) if rng.random() < _UNBOXED else item
                    for item in part.items
                ),
            )
            for part in row
        )
        for row in spec.rows
    )
    return replace(spec, rows=rows)


def _decoded(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data)).convert("RGB")
