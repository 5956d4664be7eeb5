"""From a spec to a picture and its exact scene."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from evals.boards import shapes, surface
from evals.boards.camera import View, photograph
from evals.boards.layouts.plan import Desk, Frame
from evals.boards.lettering import LEADING, Hand
from evals.boards.links import Drawn, draw_links
from evals.boards.page import Page, compose
from evals.boards.pen import FILLS, Bytes, Floats, Sheet
from evals.boards.spec import BoardSpec, Item, Mark, kind_of
from kb.scene import Box, ExtractorInfo, Node, Scene, clamp_box

EXTRACTOR = ExtractorInfo(name="truth", version="1")


@dataclass(frozen=True, eq=False)
class DrawnLine:
    """The ink of one link.

    Attributes:
        relation: id of the relation in the scene.
        path: where the pen went from tail to head, ``(n, 2)`` in pixels of the picture.
        heads: 0 none, 1 at the end, 2 at both ends.
        dashed: whether the line has gaps.
    """

    relation: str
    path: Floats
    heads: int
    dashed: bool


@dataclass(frozen=True)
class Rendered:
    """A drawn board.

    Attributes:
        picture: what a reader gets, mode "RGB".
        scene: what is on it, exactly, in pixels of `picture`.
        ink: how much ink or note paper lies on each pixel of the flat board, uint8.
        view: the photograph's view, None where the board is flat.
        labels: boxes of the words written beside links, in pixels of `picture`.
        lines: the ink of each link, in the order of the scene's relations.
    """

    picture: Image.Image
    scene: Scene
    ink: Bytes
    view: View | None
    labels: tuple[Box, ...] = ()
    lines: tuple[DrawnLine, ...] = ()


def render(spec: BoardSpec) -> Rendered:
    """Draw `spec`. Raises ValueError where no font writes a sign or a link ends on nothing."""
    rng = np.random.default_rng([spec.seed, 20])
    desk = Desk(Hand(spec.style.latin, spec.style.chinese), spec.style.text, rng)
    page = compose(spec, desk)
    flat = surface.make(spec.style.surface, page.width, page.height, rng)
    if spec.style.ghost:
        surface.ghost(flat, spec.style.ghost, rng)
    sheet = Sheet(flat, rng, spec.style.wobble)
    artist = Artist(spec, desk, page, sheet)
    artist.draw()
    view = None
    if spec.camera is not None:
        view = photograph(sheet.pixels, spec.camera, spec.style.surface, rng)
    pixels = sheet.pixels if view is None else view.pixels
    labels, lines = _lines(artist, pixels, view)
    scene = _scene(artist, pixels, view)
    return Rendered(Image.fromarray(pixels), scene, sheet.ink, view, labels, lines)


class Artist:
    """Draws a composed page and notes the outline of each node and the path of each link."""

    def __init__(self, spec: BoardSpec, desk: Desk, page: Page, sheet: Sheet) -> None:
        self.spec, self.desk, self.page, self.sheet = spec, desk, page, sheet
        self.nodes: list[tuple[Node, Floats]] = []  # boxes are set when the view is known
        self.links: list[Drawn] = []

    def draw(self) -> None:
        """Draw frames and rules, then links, then nodes and words."""
        for rule in self.page.rules:
            self._line(rule, "grey" if self.spec.style.surface == "screen" else "")
        self.sheet.take_trace()
        if self.page.title:
            self._item(self.page.title, 1)
        for frame in self.page.frames:
            self._frame(frame)
        for part in self.spec.parts:
            numbers: dict[str | None, int] = {}
            for item in part.items:
                numbers[item.parent] = numbers.get(item.parent, 0) + 1
                self._item(item, numbers[item.parent])
        self.links = draw_links(self.spec, self.desk, self.page, self.sheet)

    def _line(self, rule: tuple[float, float, float, float], color: str) -> None:
        ends = np.array([rule[:2], rule[2:]])
        self.sheet.stroke(ends, color or self.spec.style.ink, self.spec.style.pen * 0.8)

    def _frame(self, frame: Frame) -> None:
        ink = self.page.heading_inks.get(frame.id) or self.spec.style.ink
        drawn_by_rules = frame.kind == "table" or frame.heading is not None
        outline = [shapes.polygon("box", frame.box)] if drawn_by_rules else []
        if frame.kind == "container" and not drawn_by_rules:
            for stroke in shapes.outline("round", frame.box, self.sheet.rng):
                self.sheet.stroke(stroke, ink, self.spec.style.pen * 0.8)
            outline = [self.sheet.take_trace()]
        if frame.text:
            spot = self.page.headings[frame.id]
            size = self.desk.text * (1.0 if frame.heading else 1.15)
            lines, _, _ = self.desk.hand.block(frame.text, size, max(spot[2] - spot[0], size))
            middle = ((spot[0] + spot[2]) / 2, (spot[1] + spot[3]) / 2)
            self.sheet.write(self.desk.hand, lines, middle, size, ink)
            if frame.kind == "title" and self.sheet.rng.random() < 0.75:
                self._underline(self.sheet.take_trace(), ink, outline)
        outline.append(self.sheet.take_trace())
        node = Node(
            id=frame.id, kind=frame.kind, text=frame.text, bbox=(0, 0, 0, 0), color=ink,
            parent=self.page.parents.get(frame.id),
        )  # fmt: skip
        self.nodes.append((node, np.concatenate(outline)))

    def _underline(self, words: Floats, ink: str, outline: list[Floats]) -> None:
        x0, x1, y = words[:, 0].min(), words[:, 0].max(), words[:, 1].max() + 7
        self.sheet.stroke(np.array([(x0 - 6, y), (x1 + 8, y)]), ink, self.spec.style.pen)
        outline.append(words)

    def _item(self, item: Item, number: int) -> None:
        box = self.page.boxes[item.id]
        ink = item.color or ("black" if item.shape == "sticky" else self.spec.style.ink)
        size = self.desk.size_of(item)
        angle = float(self.sheet.rng.normal(0, 1.6)) if item.shape == "sticky" else 0.0
        if item.mark:
            self._mark(item.mark, number, box, size, ink)
            self.sheet.take_trace()
        room = box
        if item.shape == "person":
            figure, room = _person_rooms(box, size)
            self._shape(item, figure, ink, angle)
            outline = [self.sheet.take_trace()]
            self._words(item, room, size, ink, angle)
            self.sheet.take_trace()
        else:
            self._shape(item, box, ink, angle)
            self._words(item, room, size, ink, angle)
            outline = [self.sheet.take_trace()]
            if item.underline or (item.shape == "title"):
                self._underline(outline[0], ink, [])
                outline.append(self.sheet.take_trace())
        node = Node(
            id=item.id, kind=kind_of(item.shape), text=item.text, bbox=(0, 0, 0, 0), color=ink,
            fill=item.fill, parent=item.parent or self.page.parents.get(item.id), tags=item.tags,
        )  # fmt: skip
        self.nodes.append((node, np.concatenate(outline)))

    def _shape(self, item: Item, box: Box, ink: str, angle: float) -> None:
        if item.fill:
            area = shapes.polygon(item.shape, box, angle)
            if item.shape == "sticky":
                self.sheet.soften(area + np.array([4, 6]), 0.35, 5)
            strength = 1.0 if item.shape == "sticky" else 0.5
            self.sheet.fill(area, FILLS[item.fill], strength)
        for stroke in shapes.outline(item.shape, box, self.sheet.rng):
            self.sheet.stroke(stroke, ink, self.spec.style.pen)

    def _words(self, item: Item, room: Box, size: float, ink: str, angle: float) -> None:
        lines, _, _ = self.desk.hand.block(item.text, size, self.desk.wrap_of(item))
        middle = ((room[0] + room[2]) / 2, (room[1] + room[3]) / 2)
        if item.shape == "cylinder":
            middle = (middle[0], middle[1] + size * 0.3)
        elif item.shape == "document":
            middle = (middle[0], middle[1] - size * 0.2)
        left = item.shape == "text"
        self.sheet.write(self.desk.hand, lines, middle, size, ink, left=left, angle=angle)

    def _mark(self, mark: Mark, number: int, box: Box, size: float, ink: str) -> None:
        x, y, r = box[0] - size * 0.75, box[1] + size * LEADING * 0.52, size * 0.32
        pen = self.spec.style.pen * 0.85
        if mark == "number":
            self.sheet.write(self.desk.hand, [f"{number}."], (x, y), size, ink)
        elif mark == "bullet":
            spin = np.linspace(0, 9, 24)[:, None]
            dot = np.hstack([np.cos(spin), np.sin(spin)]) * np.linspace(0.5, 3.5, 24)[:, None]
            self.sheet.stroke(dot + np.array([x, y]), ink, pen, steady=True)
        elif mark == "dash":
            self.sheet.stroke(np.array([(x - r, y), (x + r * 0.8, y)]), ink, pen)
        else:
            square = shapes.polygon("box", (x - r, y - r, x + r, y + r))
            self.sheet.stroke(np.concatenate([square, square[:1]]), ink, pen)
        if mark == "done":
            tick = np.array(
                [(x - r * 0.8, y - 2), (x - 1, y + r * 0.8), (x + r * 1.6, y - r * 1.6)]
            )
            self.sheet.stroke(tick, "green" if ink == "black" else ink, pen * 1.2)


def _person_rooms(box: Box, size: float) -> tuple[Box, Box]:
    """Split the box of a stick figure into the figure and its words below."""
    middle, wide, foot = (box[0] + box[2]) / 2, shapes.PERSON[0] * size, shapes.PERSON[1] * size
    figure = (middle - wide / 2, box[1], middle + wide / 2, box[1] + foot)
    return figure, (box[0], figure[3], box[2], box[3])


def _seen(points: Floats, view: View | None) -> Floats:
    return points if view is None else view.map(points)


def _box(outline: Floats, pixels: Bytes, view: View | None) -> Box:
    """Return the box in the picture of ``outline (n, 2)`` on the flat board."""
    spots = _seen(outline, view)
    low, high = spots.min(axis=0), spots.max(axis=0)
    return clamp_box((low[0], low[1], high[0], high[1]), pixels.shape[1], pixels.shape[0])


def _scene(artist: Artist, pixels: Bytes, view: View | None) -> Scene:
    height, width = pixels.shape[:2]
    nodes = [
        node.model_copy(update={"bbox": _box(outline, pixels, view)})
        for node, outline in artist.nodes
    ]
    relations = []
    for drawn in artist.links:
        spots = np.clip(_seen(drawn.path, view), 0, (width, height)).round(1)
        way = tuple((float(x), float(y)) for x, y in spots)
        relations.append(drawn.relation.model_copy(update={"path": way}))
    spec = artist.spec
    return Scene(
        title=spec.title, language=spec.language, width=width, height=height, nodes=tuple(nodes),
        relations=tuple(relations), extractor=EXTRACTOR,
    )  # fmt: skip


def _lines(
    artist: Artist, pixels: Bytes, view: View | None
) -> tuple[tuple[Box, ...], tuple[DrawnLine, ...]]:
    """Return the boxes of link labels and the ink of all links."""
    labels = [_box(drawn.label, pixels, view) for drawn in artist.links if len(drawn.label)]
    lines = [
        DrawnLine(x.relation.id, _seen(x.ink, view), x.link.heads, x.link.dashed)
        for x in artist.links
    ]
    return tuple(labels), tuple(lines)
