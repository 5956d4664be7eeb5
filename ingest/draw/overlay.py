"""What was understood of a board, drawn on its picture for a person to check.

Nodes are outlined in the colour of their kind with what was read beside, lines run the way that was
seen with their heads and labels. Words tell how sure the reader is of their node; what is doubtful
is dashed. The legend below the picture names the kinds that occur.
"""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image, ImageDraw

from ingest.draw.colours import RGB
from ingest.draw.lines import draw_dashed, draw_head, draw_line, midpoint, straight_path
from ingest.draw.text import font, length
from kb.scene import Box, Node, NodeKind, Point, Relation, Scene

DOUBTFUL = 0.5  # confidence below which a node or a line is dashed

_KINDS: dict[NodeKind, RGB] = {
    "box": (20, 100, 200),
    "ellipse": (0, 135, 115),
    "diamond": (215, 95, 0),
    "cylinder": (125, 60, 190),
    "document": (140, 85, 45),
    "sticky": (170, 125, 0),
    "icon": (200, 50, 125),
    "table": (30, 60, 130),
    "text": (60, 115, 40),
    "title": (40, 40, 40),
    "container": (105, 110, 125),
    "drawing": (130, 110, 90),
}
_LINE: RGB = (190, 20, 60)
_SMALLEST, _LARGEST = 1200, 2400  # pixels of the overlay's longer side: letters stay readable
_LETTERS = 75  # to the longer side
_LONGEST_TEXT = 48  # signs beside a node
_CERTAIN = 0.995  # no need to tell
_SHADE = 26  # of 255, how much a node is tinted


def draw_overlay(picture: Image.Image, scene: Scene) -> Image.Image:
    """Draw `scene` on `picture`, its own board.

    Returns:
        Mode "RGB"; the picture at a readable size (longer side 1200 to 2400 pixels) with a legend
        below.
    """
    longest = max(picture.size)
    scale = min(max(longest, _SMALLEST), _LARGEST) / longest
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    image = picture.convert("RGB").resize(size, Image.Resampling.LANCZOS)
    return _Overlay(image, scene).drawn()


class _Overlay:
    def __init__(self, image: Image.Image, scene: Scene) -> None:
        self._image = image
        self._scene = scene
        # the picture may have been reduced on its way in: the scene tells its own size
        self._scale = (image.width / scene.width, image.height / scene.height)
        self._letters = max(image.size) // _LETTERS
        self._width = max(2, max(image.size) // 500)
        self._pen = ImageDraw.Draw(image, "RGBA")
        self._nodes = {node.id: node for node in scene.nodes}
        # words keep off each other, and off what is drawn where that can be
        self._plates: list[Box] = []
        self._drawn = [self._box(node) for node in scene.nodes if node.kind != "container"]

    def drawn(self) -> Image.Image:
        """Draw containers, then lines, then nodes; words last, each where it covers no other."""
        nodes = sorted(self._scene.nodes, key=lambda node: node.kind != "container")
        lines = [(one, self._path(one)) for one in self._scene.relations if one.kind != "contains"]
        for node in nodes:
            if node.kind == "container":
                self._outline(node)
        for relation, path in lines:
            self._relation(relation, path)
        for node in nodes:
            if node.kind != "container":
                self._outline(node)
        for node in nodes:
            self._say(_told(node.text, node.confidence), self._box(node), _KINDS[node.kind])
        for relation, path in lines:
            if relation.label or relation.confidence < DOUBTFUL:
                x, y = midpoint(path)
                told = _told(relation.label, relation.confidence)
                self._say(told, (x, y, x, y), _LINE)
        return self._with_legend()

    def _outline(self, node: Node) -> None:
        x0, y0, x1, y1 = self._box(node)
        colour = _KINDS[node.kind]
        if node.kind != "container":
            self._pen.rectangle((x0, y0, x1, y1), fill=(*colour, _SHADE))
        if node.confidence < DOUBTFUL:
            around = [(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)]
            draw_dashed(self._pen, around, colour, self._width, 4.0 * self._width)
        else:
            self._pen.rectangle((x0, y0, x1, y1), outline=colour, width=self._width)

    def _relation(self, relation: Relation, path: list[Point]) -> None:
        draw_line(self._pen, path, (255, 255, 255), self._width * 2.2)  # a rim on any board
        if relation.confidence < DOUBTFUL:
            draw_dashed(self._pen, path, _LINE, self._width, 4.0 * self._width)
        else:
            draw_line(self._pen, path, _LINE, self._width)
        if relation.kind != "arrow":
            return
        reach = self._letters * 0.9
        for way in (path,) if relation.directed else (path, path[::-1]):
            draw_head(self._pen, way, _LINE, self._width * 1.3, reach)
            x, y = way[-1]
            self._drawn.append((x - reach, y - reach, x + reach, y + reach))

    def _say(self, text: str, box: Box, colour: RGB) -> None:
        """Write `text` on a plate at `box`: above it, or at the next place that is still free."""
        if not text:
            return
        size = self._letters
        wide, high = length(text, size) + size * 0.4, size * 1.25
        x0, y0, x1, y1 = box
        spots = [(x0, y0 - high), (x0, y1), (x1, y0), (x0 - wide, y0), (x1 - wide, y0 - high)]
        if x0 == x1:  # a point on a line
            spots += [(x0 - wide / 2, y0 - high), (x0 - wide / 2, y0)]
        places = [self._inside(x, y, wide, high) for x, y in spots]
        place = min(places, key=self._covered)
        self._plates.append(place)
        self._pen.rectangle(place, fill=(255, 255, 255, 225))
        at = (place[0] + size * 0.2, place[1] + size * 0.1)
        self._pen.text(at, text, font=font(size), fill=colour)

    def _inside(self, x: float, y: float, wide: float, high: float) -> Box:
        x = min(max(x, 0.0), max(0.0, self._image.width - wide))
        y = min(max(y, 0.0), max(0.0, self._image.height - high))
        return (x, y, x + wide, y + high)

    def _covered(self, place: Box) -> float:
        """Return how much `place` would cover: square pixels, those of other words doubly."""
        words = sum(_shared(place, other) for other in self._plates)
        return 2 * words + sum(_shared(place, other) for other in self._drawn)

    def _path(self, relation: Relation) -> list[Point]:
        if len(relation.path) > 1:
            across, down = self._scale
            return [(x * across, y * down) for x, y in relation.path]
        source, target = self._nodes[relation.source], self._nodes[relation.target]
        return straight_path((self._box(source), source.kind), (self._box(target), target.kind))

    def _box(self, node: Node) -> Box:
        (across, down), (x0, y0, x1, y1) = self._scale, node.bbox
        return (x0 * across, y0 * down, x1 * across, y1 * down)

    def _with_legend(self) -> Image.Image:
        size = self._letters
        rows = _rows(_legend(self._scene), size, self._image.width)
        legend = round(size * 1.6) * len(rows)
        whole = Image.new("RGB", (self._image.width, self._image.height + legend), "white")
        whole.paste(self._image, (0, 0))
        pen = ImageDraw.Draw(whole)
        for number, row in enumerate(rows):
            x, y = size * 0.5, self._image.height + size * (1.6 * number + 0.2)
            for name, colour in row:
                pen.text((x, y), name, font=font(size), fill=colour)
                x += length(name, size) + size * 1.2
        return whole


def _legend(scene: Scene) -> list[tuple[str, RGB]]:
    """Return what the legend tells: the kinds that occur, lines, and what is dashed."""
    seen: set[str] = {node.kind for node in scene.nodes}
    entries: list[tuple[str, RGB]] = [item for item in _KINDS.items() if item[0] in seen]
    if any(relation.kind != "contains" for relation in scene.relations):
        entries.append(("line", _LINE))
    sure = [n.confidence for n in scene.nodes] + [r.confidence for r in scene.relations]
    if min(sure, default=1.0) < DOUBTFUL:
        entries.append((f"dashed: less than {DOUBTFUL:.0%} sure", (30, 30, 30)))
    return entries


def _rows(entries: Sequence[tuple[str, RGB]], size: int, width: int) -> list[list[tuple[str, RGB]]]:
    """Break the entries of the legend into rows of at most `width` pixels, one row at least."""
    rows: list[list[tuple[str, RGB]]] = [[]]
    used = size * 0.5
    for name, colour in entries:
        step = length(name, size) + size * 1.2
        if rows[-1] and used + step > width:
            rows.append([])
            used = size * 0.5
        rows[-1].append((name, colour))
        used += step
    return rows


def _told(text: str, confidence: float) -> str:
    """Return what stands beside a node or line: its words, and how sure where not quite."""
    words = " ".join(text.split())
    if len(words) > _LONGEST_TEXT:
        words = f"{words[: _LONGEST_TEXT - 1]}…"
    return f"{words} {confidence:.0%}".strip() if confidence < _CERTAIN else words


def _shared(one: Box, two: Box) -> float:
    wide = min(one[2], two[2]) - max(one[0], two[0])
    high = min(one[3], two[3]) - max(one[1], two[1])
    return max(wide, 0.0) * max(high, 0.0)
