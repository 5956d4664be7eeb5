"""The order of painting a scene: surfaces first, then ink, arrows and their labels."""

from __future__ import annotations

from PIL import Image, ImageDraw

from ingest.draw.colours import fill_of, ink_of
from ingest.draw.lines import draw_head, draw_line, midpoint, straight_path
from ingest.draw.shapes import OUTLINES, text_box
from ingest.draw.text import MAX_DRAWN, SMALLEST, draw_block, fit, measure
from kb.scene import Box, Node, Point, Relation, Scene

_LARGEST_TEXT = 30  # px; titles and free text may be larger
_HEAD = 16  # px
_SIGNS = 200_000  # on one picture, about 5 s of drawing; beyond it every text is cut alike


class Painter:
    """Draws one scene on one image that is `scale` times as large as the scene."""

    def __init__(self, image: Image.Image, scene: Scene, scale: int, background: str) -> None:
        self._pen = ImageDraw.Draw(image)
        self._scene = scene
        self._scale = scale
        self._background = background
        self._line = 2 * scale
        self._nodes = {node.id: node for node in scene.nodes}
        written = sum(min(len(node.text), MAX_DRAWN) for node in scene.nodes)
        self._most = MAX_DRAWN if written <= _SIGNS else max(20, _SIGNS // len(scene.nodes))
        self._holders = {node.parent for node in scene.nodes if node.parent}

    def paint(self) -> None:
        """Draw everything: holders before what they hold, words after all surfaces."""
        # a stable sort: the file's own stacking order stays within one depth
        nodes = sorted(self._scene.nodes, key=self._depth)
        for node in nodes:
            self._surface(node)
        for stroke in self._scene.strokes:
            points = [self._at(point[0], point[1]) for point in stroke.points]
            if points:
                draw_line(self._pen, points, ink_of(stroke.color), stroke.width * self._scale)
        drawn = [(one, self._path(one)) for one in self._scene.relations if one.kind != "contains"]
        for relation, path in drawn:
            self._arrow(relation, path)
        for node in nodes:
            self._words(node)
        for relation, path in drawn:
            self._label(relation, path)

    def _depth(self, node: Node) -> int:
        depth = 0
        while node.parent is not None:
            node = self._nodes[node.parent]
            depth += 1
        return depth

    def _at(self, x: float, y: float) -> Point:
        return (x * self._scale, y * self._scale)

    def _box(self, node: Node) -> Box:
        x0, y0, x1, y1 = node.bbox
        s = self._scale
        # a shape needs an inside: the outline of an empty box would be refused
        return (x0 * s, y0 * s, max(x1 * s, x0 * s + 1), max(y1 * s, y0 * s + 1))

    def _surface(self, node: Node) -> None:
        box = self._box(node)
        tiny = min(box[2] - box[0], box[3] - box[1]) <= 2 * self._line + 2
        line = 1 if tiny else self._line
        OUTLINES[node.kind](self._pen, box, fill_of(node.fill), ink_of(node.color), line)

    def _words(self, node: Node) -> None:
        if not node.text.strip():
            return
        s = self._scale
        box = self._box(node)
        holds = node.id in self._holders and node.kind not in ("text", "title")
        x0, y0, x1, y1 = text_box(
            node.kind, (box[0] / s, box[1] / s, box[2] / s, box[3] / s), holds
        )
        x0, y0, x1, y1 = x0 * s, y0 * s, x1 * s, y1 * s
        free = node.kind in ("text", "title", "drawing")
        largest = int(y1 - y0) if free else _LARGEST_TEXT * s
        width, height = max(1.0, x1 - x0), max(1.0, y1 - y0)
        largest = max(1, min(largest, 200 * s))
        block = fit(node.text, width, height, largest, SMALLEST * s, self._most)
        left = free or holds or node.kind == "container" or len(block.lines) > 3
        top = y0 if left else y0 + max(0.0, (height - block.height) / 2)
        colour = ink_of("white") if node.fill == "black" else ink_of(node.color)
        draw_block(self._pen, block, x0, top, width, colour, centred=not left)

    def _path(self, relation: Relation) -> list[Point]:
        if len(relation.path) > 1:
            points = list(relation.path)
        else:
            source, target = self._nodes[relation.source], self._nodes[relation.target]
            points = straight_path((source.bbox, source.kind), (target.bbox, target.kind))
        return [self._at(*point) for point in points]

    def _arrow(self, relation: Relation, path: list[Point]) -> None:
        ink = ink_of(None)
        draw_line(self._pen, path, ink, self._line)
        if relation.kind != "arrow":
            return
        draw_head(self._pen, path, ink, self._line, _HEAD * self._scale)
        if not relation.directed:  # an arrow without a direction has a head at both ends
            draw_head(self._pen, path[::-1], ink, self._line, _HEAD * self._scale)

    def _label(self, relation: Relation, path: list[Point]) -> None:
        text = relation.label.strip()[:200]
        if not text:
            return
        size = 18 * self._scale
        width, height = measure(text, size)
        x, y = midpoint(path)
        x = min(max(x - width / 2, 0), max(0, self._scene.width * self._scale - width))
        y = min(max(y - height / 2, 0), max(0, self._scene.height * self._scale - height))
        pad = 3 * self._scale
        patch = (x - pad, y, x + width + pad, y + height)
        self._pen.rectangle(patch, fill=self._background)
        block = fit(text, width + 1, height + 1, size)
        draw_block(self._pen, block, x, y, width, ink_of(None))
