"""Another hand: paints a scene in quick double strokes with hatched fills, in one font of its own.

Nothing is shared with `evals.boards` but the idea of a board; the letters are LXGW WenKai's, which
no training board is written in.
"""

from __future__ import annotations

import math
import re
from itertools import pairwise

import numpy as np
from PIL import Image, ImageDraw

from evals.extraction.match import inside_share
from evals.extraction.restyled.photo import Array
from ingest.draw.text import font, length, wrap
from kb.scene import Box, Node, Point, Relation, Scene

_LONGEST = 2400  # pixels of the painted board
_TEXT = 27  # pixels; nothing smaller is written
_LINES = 2
_INKS = ((25, 28, 40), (24, 70, 175), (185, 40, 45), (20, 115, 75))
_MARKUP = re.compile(r"[#`*>\[\]]+|^-\s+")

Colour = tuple[int, int, int]


def painted(scene: Scene, rng: np.random.Generator) -> tuple[Array, Scene, list[Box]]:
    """Paint `scene`.

    Returns:
        h×w×3, RGB, uint8; the scene as it was painted, in pixels of the picture; the boxes of the
        words on lines.
    """
    drawn = _fitted(scene)
    painter = _Painter(drawn, rng)
    for node in sorted(drawn.nodes, key=lambda node: node.kind != "container"):
        painter.node(node)
    labels = [painter.relation(relation) for relation in drawn.relations]
    return np.asarray(painter.image), drawn, [box for box in labels if box is not None]


def _fitted(scene: Scene) -> Scene:
    """Return `scene` at the painted size, with what a person would write into each shape."""
    scale = _LONGEST / max(scene.width, scene.height)

    def seen(point: Point) -> Point:
        return (round(point[0] * scale, 1), round(point[1] * scale, 1))

    nodes = []
    for node in scene.nodes:
        box = (*seen(node.bbox[:2]), *seen(node.bbox[2:]))
        kind = "container" if _holds(node, scene) else node.kind
        words = _words(node.text, box[2] - box[0])
        if kind == "text":
            box = _around(words, box)
        nodes.append(node.model_copy(update={"bbox": box, "text": words, "kind": kind}))
    # what has neither shape nor words can't be seen
    nodes = [node for node in nodes if node.text or node.kind != "text"]
    ids = {node.id for node in nodes}
    nodes = [n if n.parent in ids else n.model_copy(update={"parent": None}) for n in nodes]
    relations = [
        one.model_copy(
            update={"path": tuple(map(seen, one.path)), "label": _words(one.label, 200.0)}
        )
        for one in scene.relations
        if len(one.path) > 1 and one.source in ids and one.target in ids
    ]
    return scene.model_copy(
        update={
            "width": math.ceil(scene.width * scale),
            "height": math.ceil(scene.height * scale),
            "nodes": tuple(nodes),
            "relations": tuple(relations),
        }
    )


def _holds(node: Node, scene: Scene) -> bool:
    inside = [n for n in scene.nodes if n is not node and inside_share(n.bbox, node.bbox) > 0.9]
    return len(inside) > 1


def _words(text: str, width: float) -> str:
    """Return the first line of `text` as far as it goes into two lines of `width` pixels."""
    lines = [_MARKUP.sub("", line).strip() for line in text.replace("\\n", "\n").split("\n")]
    first = next((line for line in lines if line), "")
    return "\n".join(list(wrap(first, _TEXT, max(width - 16, _TEXT * 2)))[:_LINES]).strip()


def _around(words: str, box: Box) -> Box:
    """Return the place that `words` take in the middle of `box`."""
    lines = words.split("\n")
    wide = max(length(line, _TEXT) for line in lines)
    high = len(lines) * _TEXT * 1.2
    x, y = _half(box[:2], box[2:])
    return (x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)


class _Painter:
    def __init__(self, scene: Scene, rng: np.random.Generator) -> None:
        tone = [int(v) for v in rng.uniform(228, 250) + rng.uniform(-5, 5, 3)]
        self.image = Image.new("RGB", (scene.width, scene.height), (tone[0], tone[1], tone[2]))
        self._pen = ImageDraw.Draw(self.image)
        self._rng = rng
        self._width = int(rng.integers(3, 6))
        inks = rng.permutation(len(_INKS))
        self._ink, self._line = _INKS[inks[0]], _INKS[inks[1]]

    def node(self, node: Node) -> None:
        """Paint one node with its words."""
        x0, y0, x1, y1 = node.bbox
        outline = _outline(node)
        if node.fill or (outline and self._rng.random() < 0.15):
            self._hatch(node.bbox)
        for one, two in pairwise(outline):
            self._stroke(one, two, self._ink)
        lines = node.text.split("\n") if node.text else []
        top = (y0 + y1) / 2 - len(lines) * _TEXT * 0.6
        if node.kind == "container":
            top = y0 + 6
        for number, line in enumerate(lines):
            wide = length(line, _TEXT)
            left = x0 + 10 if node.kind == "container" else (x0 + x1 - wide) / 2
            at = (left + float(self._rng.normal(0, 1.5)), top + number * _TEXT * 1.2)
            self._pen.text(at, line, font=font(_TEXT), fill=self._ink)

    def relation(self, relation: Relation) -> Box | None:
        """Paint one line with its heads; return the box of its label."""
        path = relation.path
        for one, two in pairwise(path):
            self._stroke(one, two, self._line)
        if relation.kind == "arrow":
            self._head(path[-2], path[-1])
            if not relation.directed:
                self._head(path[1], path[0])
        if not relation.label:
            return None
        x, y = path[len(path) // 2] if len(path) > 2 else _half(path[0], path[1])
        text = relation.label.replace("\n", " ")
        wide = length(text, _TEXT)
        self._pen.text((x - wide / 2, y - _TEXT * 1.35), text, font=font(_TEXT), fill=self._line)
        return (x - wide / 2, y - _TEXT * 1.35, x + wide / 2, y)

    def _stroke(self, one: Point, two: Point, ink: Colour) -> None:
        """Draw a line twice, a little bent, as a quick hand does."""
        far = math.dist(one, two)
        for _ in range(2):
            bend = self._rng.normal(0, min(2.2, far / 60 + 0.4), (3, 2))
            middle = _half(one, two)
            spots = [
                (p[0] + b[0], p[1] + b[1]) for p, b in zip((one, middle, two), bend, strict=True)
            ]
            self._pen.line(spots, fill=ink, width=self._width - 1, joint="curve")

    def _hatch(self, box: Box) -> None:
        tint = tuple(int(v) for v in self._rng.uniform(185, 235, 3))
        x0, y0, x1, y1 = box
        for start in np.arange(x0 - (y1 - y0), x1, 11.0):
            low, high = max(x0, start), min(x1, start + y1 - y0)
            if low < high:
                ends = [(low, y1 - (low - start)), (high, y1 - (high - start))]
                self._pen.line(ends, fill=tint, width=2)

    def _head(self, back: Point, tip: Point) -> None:
        angle = math.atan2(back[1] - tip[1], back[0] - tip[0])
        for turn in (-0.5, 0.42):
            reach = 19 + float(self._rng.normal(0, 2))
            way = (math.cos(angle + turn) * reach, math.sin(angle + turn) * reach)
            self._stroke(tip, (tip[0] + way[0], tip[1] + way[1]), self._line)


def _half(one: Point, two: Point) -> Point:
    return ((one[0] + two[0]) / 2, (one[1] + two[1]) / 2)


def _outline(node: Node) -> list[Point]:
    """Return the corners of a shape, the first one again at the end; none for bare words."""
    x0, y0, x1, y1 = node.bbox
    x, y = _half((x0, y0), (x1, y1))
    if node.kind in ("text", "title"):
        return []
    if node.kind == "diamond":
        return [(x, y0), (x1, y), (x, y1), (x0, y), (x, y0)]
    if node.kind == "ellipse":
        turns = np.linspace(0, 2 * np.pi, 25)
        wide, high = (x1 - x0) / 2, (y1 - y0) / 2
        return [(x + wide * math.cos(a), y + high * math.sin(a)) for a in turns]
    if node.kind == "document":
        ear = min(x1 - x0, y1 - y0) * 0.25
        return [(x0, y0), (x1 - ear, y0), (x1, y0 + ear), (x1, y1), (x0, y1), (x0, y0)]
    return [(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)]
