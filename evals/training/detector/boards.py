"""Boards to learn from: hdBPMN's, photos with a truth by hand, rendered ones, in one form."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

from evals.boards.render import Rendered
from evals.training.split import is_held_out
from ingest.extract.local.eyes.layout import KINDS
from ingest.extract.local.eyes.light import even_out
from kb.scene import Box, Scene

Array = npt.NDArray[Any]

LONGEST = 1280  # pixels of a kept picture: a little more than the net sees, for enlarging
DOUBT = -1  # in place of a kind: what is neither right nor wrong
_KINDS = {
    "task": "box", "subProcessCollapsed": "box", "callActivity": "box", "dataObject": "document",
    "dataStore": "cylinder", "textAnnotation": "text", "pool": "container", "lane": "container",
    "subProcessExpanded": "container", "group": "container",
}  # fmt: skip


@dataclass(frozen=True)
class TrueShape:
    """A node: the place of its kind in `KINDS`, or `DOUBT`, and its box in pixels of the board."""

    kind: int
    box: Box


@dataclass(frozen=True)
class TrueLine:
    """A line between nodes: path n×2 from tail to head, in pixels of the board.

    `heads`: 0, 1 or 2. `exact` is False where the truth doesn't say how the line runs. `source` and
    `target`: places of the joined shapes on the board, -1 where it is none of them.
    """

    path: Array
    heads: int = 1
    dashed: bool = False
    exact: bool = True
    source: int = -1
    target: int = -1


@dataclass(frozen=True)
class Board:
    """One board: pixels h×w×2, uint8, as `even_out` makes them, and what is on them."""

    name: str
    pixels: Array
    shapes: tuple[TrueShape, ...]
    lines: tuple[TrueLine, ...]


def kind_of(bpmn: str) -> str:
    """Return the scene's node kind of a BPMN element."""
    if "ateway" in bpmn:
        return "diamond"
    if "vent" in bpmn:
        return "ellipse"
    return _KINDS[bpmn]


def real_boards(folder: Path, split: str, every: int = 1) -> Iterator[Board]:
    """Yield each so many-th of hdBPMN's boards of `split`; "train" without the held-out ones."""
    paths = sorted((folder / "truth" / split).glob("*.json"))
    for path in [p for p in paths if split != "train" or not is_held_out(p.stem)][::every]:
        truth = json.loads(path.read_text(encoding="utf-8"))
        yield _real(truth, folder / truth["image"])


def _real(truth: dict[str, Any], picture: Path) -> Board:
    with Image.open(picture) as file:
        pixels, scale = _kept(ImageOps.exif_transpose(file.convert("RGB")))
    shapes: list[TrueShape] = []
    places: dict[str, int] = {}
    for node in truth["nodes"]:
        kind = kind_of(node["kind"])
        places[node["id"]] = len(shapes)
        shapes.append(_shape(kind, node["bbox"], scale))
        if kind not in ("box", "text") and node.get("label_bbox"):
            shapes.append(_shape("text", node["label_bbox"], scale))
    lines = []
    for edge in truth["edges"]:
        if edge.get("label_bbox"):
            shapes.append(_shape("text", edge["label_bbox"], scale))
        if len(edge["waypoints"]) > 1:
            way = np.asarray(edge["waypoints"], float) * scale
            exact = edge["kind"] != "association"  # drawn with and without heads
            source, target = (places.get(edge[end], -1) for end in ("source", "target"))
            dashed = edge["kind"] != "sequenceFlow"
            lines.append(TrueLine(way, 1, dashed, exact, source, target))
    return Board(truth["id"], pixels, tuple(shapes), tuple(lines))


def rendered_board(rendered: Rendered, name: str) -> Board:
    """Take a rendered board as one to learn from."""
    pixels, scale = _kept(rendered.picture)
    scene = rendered.scene
    shapes: list[TrueShape] = []
    places: dict[str, int] = {}
    for node in scene.nodes:
        kind = "text" if node.kind == "title" else node.kind
        if kind in KINDS:
            places[node.id] = len(shapes)
            shapes.append(_shape(kind, node.bbox, scale))
    shapes += [_shape("text", box, scale) for box in rendered.labels]
    ends = {r.id: (places.get(r.source, -1), places.get(r.target, -1)) for r in scene.relations}
    lines = []
    for line in rendered.lines:
        path = np.asarray(line.path, float) * scale
        source, target = ends[line.relation]
        lines.append(TrueLine(path, line.heads, line.dashed, source=source, target=target))
    return Board(name, pixels, tuple(shapes), tuple(lines))


def photographed_board(picture: Image.Image, scene: Scene, name: str) -> Board:
    """Take a photo, upright, whose truth was written by hand. Its titles are in doubt."""
    pixels, scale = _kept(picture)
    places = {node.id: place for place, node in enumerate(scene.nodes)}
    lines = [
        TrueLine(
            np.asarray(relation.path, float) * scale,
            int(relation.directed),
            source=places[relation.source],
            target=places[relation.target],
        )
        for relation in scene.relations
    ]
    shapes = [_shape(node.kind, node.bbox, scale) for node in scene.nodes]
    return Board(name, pixels, tuple(shapes), tuple(lines))


def _shape(kind: str, box: Any, scale: float) -> TrueShape:
    x0, y0, x1, y1 = (float(value) * scale for value in box)
    return TrueShape(KINDS.index(kind) if kind in KINDS else DOUBT, (x0, y0, x1, y1))


def _kept(picture: Image.Image) -> tuple[Array, float]:
    """Return ink and colour of `picture` at the kept size, and kept pixels per pixel of it."""
    scale = LONGEST / max(picture.size)
    bgr = cv2.cvtColor(np.asarray(picture), cv2.COLOR_RGB2BGR)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return even_out(np.asarray(cv2.resize(bgr, size, interpolation=way))), scale
