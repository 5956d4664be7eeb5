"""Boards of the renderer that no net was trained on, in groups that are told one by one."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import count, islice

from PIL import Image

from evals.boards import BoardSpec, render, training_spec
from evals.boards.words import Script
from evals.extraction.scenes import true_board
from evals.extraction.truth import TrueBoard

_FIRST_SEED = 900_000  # training stays far below
_MOSTLY = 0.6
_FINER = 2  # a phone's photo has that many more pixels each way than those to learn from


@dataclass(frozen=True)
class Group:
    """Boards of one sort."""

    name: str
    language: Script = "en"
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


def rendered_boards(group: Group, number: int) -> Iterator[TrueBoard]:
    """Yield `number` boards of `group`; the same every time.

    They are written by hands and with words that no board of the training has. All layouts occur in
    a few dozen boards; each board goes by that of its largest part.
    """
    for seed, spec in islice(_specs(group), number):
        largest = max(spec.parts, key=lambda part: len(part.items))
        yield drawn(spec, f"{largest.layout}-{seed}", largest.layout)


def _specs(group: Group) -> Iterator[tuple[int, BoardSpec]]:
    for seed in count(_FIRST_SEED + 10_000 * GROUPS.index(group)):
        wordy = group.wordy or None
        spec = training_spec(seed, group.language, photo=group.photo, wordy=wordy, unseen=True)
        if not group.wordy or _unboxed(spec) >= _MOSTLY:
            yield seed, finer(spec)


def finer(spec: BoardSpec) -> BoardSpec:
    """Return `spec` photographed so that somebody can read it: by one to six million pixels."""
    camera = spec.camera
    if camera is None:
        return spec
    finer = replace(camera, width=camera.width * _FINER, height=camera.height * _FINER)
    return replace(spec, camera=finer)


def _unboxed(spec: BoardSpec) -> float:
    """Return which share of a board's nodes are bare words."""
    return sum(item.shape == "text" for item in spec.items) / len(spec.items)


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


def _decoded(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data)).convert("RGB")
