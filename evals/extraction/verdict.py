"""Draws a reading on its picture: right, missed and wrong nodes and edges in three colours."""

from __future__ import annotations

from PIL import Image, ImageDraw

from evals.extraction.compare import Reading
from evals.extraction.match import plain
from evals.extraction.truth import TrueEdge
from ingest.draw.colours import RGB
from ingest.draw.lines import draw_dashed, draw_head, draw_line, straight_path
from ingest.draw.text import font, measure
from kb.scene import Box, Point, Relation

RIGHT: RGB = (0, 135, 100)
MISSED: RGB = (225, 120, 0)  # and dashed
WRONG: RGB = (205, 20, 95)
NEITHER: RGB = (120, 125, 135)

_FADED = 0.6  # of the picture's own colours is left
_LINE = 2
_DASH = 7.0
_HEAD = 10.0
_LETTERS = 13  # pixels


def drawn(reading: Reading, side: int) -> Image.Image:
    """Return the picture of `reading`, `side` pixels on its longer side, with what was made of it.

    A word in the wrong colour beside a node is what was read there, or the kind that it was taken
    for, where that is not the truth.
    """
    picture = reading.board.picture()
    scale = side / max(picture.size)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    small = picture.convert("L").resize(size, Image.Resampling.LANCZOS).convert("RGB")
    image = Image.blend(Image.new("RGB", size, "white"), small, _FADED)
    artist = _Artist(image, reading, scale)
    artist.edges()
    artist.nodes()
    return image


class _Artist:
    def __init__(self, image: Image.Image, reading: Reading, scale: float) -> None:
        self._pen = ImageDraw.Draw(image)
        self._one = reading
        self._scale = scale

    def nodes(self) -> None:
        one = self._one
        for node in one.neither:
            self._pen.rectangle(self._box(node.bbox), outline=NEITHER)
        for j in set(range(len(one.board.nodes))) - set(one.same.values()):
            x0, y0, x1, y1 = self._box(one.board.nodes[j].box)
            around = [(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)]
            draw_dashed(self._pen, around, MISSED, _LINE, _DASH)
        for i, node in enumerate(one.nodes):
            colour = RIGHT if i in one.same else WRONG
            self._pen.rectangle(self._box(node.bbox), outline=colour, width=_LINE)
        for i, j in one.same.items():
            self._fault(i, j)

    def _fault(self, i: int, j: int) -> None:
        node, true = self._one.nodes[i], self._one.board.nodes[j]
        told: list[str] = [node.kind] if node.kind != true.kind else []
        if plain(node.text) != plain(true.text):
            told.append(" ".join(node.text.split()) or "no text")
        if not told:
            return
        x0, _, _, y1 = self._box(node.bbox)
        text = " · ".join(told)[:60]
        wide, high = measure(text, _LETTERS)
        self._pen.rectangle((x0, y1 + 2, x0 + wide + 2, y1 + 2 + high), fill="white")
        self._pen.text((x0 + 1, y1 + 2), text, font=font(_LETTERS), fill=WRONG)

    def edges(self) -> None:
        one = self._one
        for j in set(range(len(one.board.edges))) - set(one.right.values()):
            path = self._true_path(one.board.edges[j])
            draw_dashed(self._pen, path, MISSED, _LINE, _DASH)
            draw_head(self._pen, path, MISSED, _LINE, _HEAD)
        for i, edge in enumerate(one.edges):
            path = self._found_path(edge)
            colour = RIGHT if i in one.right else WRONG
            draw_line(self._pen, path, colour, _LINE)
            draw_head(self._pen, path, colour, _LINE, _HEAD)

    def _true_path(self, edge: TrueEdge) -> list[Point]:
        if len(edge.path) > 1:
            return [self._at(point) for point in edge.path]
        nodes = {node.id: node for node in self._one.board.nodes}
        return self._straight(nodes[edge.source].box, nodes[edge.target].box)

    def _found_path(self, edge: Relation) -> list[Point]:
        if len(edge.path) > 1:
            return [self._at(point) for point in edge.path]
        nodes = {node.id: node for node in self._one.nodes}
        return self._straight(nodes[edge.source].bbox, nodes[edge.target].bbox)

    def _straight(self, source: Box, target: Box) -> list[Point]:
        return straight_path((self._box(source), "box"), (self._box(target), "box"))

    def _at(self, point: Point) -> Point:
        return (point[0] * self._scale, point[1] * self._scale)

    def _box(self, box: Box) -> Box:
        x0, y0, x1, y1 = (value * self._scale for value in box)
        return (x0, y0, max(x0, x1), max(y0, y1))
