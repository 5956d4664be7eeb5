"""Draws a composed page as the samples are drawn, and notes where each thing's ink lies."""

from __future__ import annotations

import numpy as np

from evals.boards import shapes
from evals.boards.layouts.plan import Desk, Frame
from evals.boards.links import Drawn, draw_links
from evals.boards.page import Page
from evals.boards.pen import FILLS, Floats, Sheet
from evals.boards.spec import BoardSpec, Item, Mark, kind_of
from kb.scene import Box, Node


class Artist:
    """Draws a composed page and notes the outline of each node and the path of each link."""

    def __init__(self, spec: BoardSpec, desk: Desk, page: Page, sheet: Sheet) -> None:
        self.spec, self.desk, self.page, self.sheet = spec, desk, page, sheet
        self.nodes: list[tuple[Node, Floats]] = []  # boxes are set when the view is known
        self.links: list[Drawn] = []
        self.beside: list[Floats] = []  # outlines of words beside small shapes

    def draw(self) -> None:
        """Draw frames and rules, then nodes and words, then links."""
        self._draw_page("grey" if self.spec.style.surface == "screen" else "")
        self.links = draw_links(self.spec, self.desk, self.page, self.sheet)

    def _draw_page(self, rules: str) -> None:
        """Draw everything but links. `rules`: the colour of ruled lines, "" the ink's."""
        for rule in self.page.rules:
            self._line(rule, rules)
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
            id=item.id, kind=kind_of(item.shape), text=item.words, bbox=(0, 0, 0, 0), color=ink,
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
        x, y, r = box[0] - size * 0.75, box[1] + size * self.desk.hand.leading * 0.52, size * 0.32
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
