"""Boards that look photographed and are not of `evals.boards`' making: a guard against collapse.

The eyes learn from hdBPMN and from the board renderer. Here is neither: hdBPMN's ink in other
colours on other boards, under another light (`recolour`), and native whiteboard files drawn by
another hand (`painter`), both photographed by another camera (`photo`). Nothing of this is trained
on.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

from evals.extraction.restyled.painter import painted
from evals.extraction.restyled.photo import Shot, photographed
from evals.extraction.restyled.recolour import recoloured
from evals.extraction.scenes import true_board
from evals.extraction.truth import TrueBoard

__all__ = ["native_boards", "native_files", "restyled_boards"]

_MOST_NODES = 60  # more don't fit on a board that a person could still read


def restyled_boards(boards: Sequence[TrueBoard]) -> Iterator[TrueBoard]:
    """Yield each board with its ink recoloured, on another surface, photographed."""
    for board in boards:
        rng = _rng(board.name)
        pixels, surface = recoloured(np.asarray(board.picture()), rng)
        yield _taken(replace(board, group=surface), photographed(pixels, rng))


def native_files(folder: Path) -> list[Path]:
    """Return the native board files of `folder` whose truth is known."""
    names = [truth.name.split(".")[0] for truth in sorted(folder.glob("*.truth.json"))]
    return [
        next(path for path in sorted(folder.glob(f"{name}.*")) if ".truth." not in path.name)
        for name in names
    ]


def native_boards(files: Sequence[Path]) -> Iterator[TrueBoard]:
    """Yield the boards of native `files`, painted and photographed; very full ones left out.

    What is painted is the truth: texts are cut to what a person would write into the shape.
    """
    from ingest.board import Limits
    from ingest.readers import read

    for file in files:
        name = file.name.split(".")[0]
        scene = next(iter(read(file.read_bytes(), file.name, Limits()))).scene
        if scene is None or len(scene.nodes) > _MOST_NODES:
            continue
        rng = _rng(name)
        picture, drawn, labels = painted(scene, rng)
        flat = partial(Image.fromarray, picture)
        board = true_board(name, flat, drawn, labels=labels, group="native file")
        yield _taken(board, photographed(picture, rng))


def _rng(name: str) -> np.random.Generator:
    return np.random.default_rng([zlib.crc32(name.encode()), 33])


def _taken(board: TrueBoard, shot: Shot) -> TrueBoard:
    """Return `board` as it is on the photo; the picture is kept as JPEG."""
    height, width = shot.pixels.shape[:2]
    kept = io.BytesIO()
    Image.fromarray(shot.pixels).save(kept, "JPEG", quality=shot.quality)
    return replace(
        board,
        picture=partial(_decoded, kept.getvalue()),
        size=(width, height),
        nodes=tuple(replace(node, box=shot.box(node.box)) for node in board.nodes),
        edges=tuple(replace(edge, path=shot.path(edge.path)) for edge in board.edges),
        loose=tuple(shot.box(box) for box in board.loose),
        file=None,
    )


def _decoded(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data)).convert("RGB")
