"""Draws a page with a real hand: sloppy shapes, marked words, labels outside, rubbish around."""

from __future__ import annotations

import numpy as np

from evals.boards import clutter, shapes
from evals.boards.artist import Artist
from evals.boards.drawings import drawing
from evals.boards.freelinks import draw_free_links
from evals.boards.grounds import ground
from evals.boards.layouts.plan import Desk, Frame, around
from evals.boards.marker import Marker
from evals.boards.page import Page
from evals.boards.pen import FILLS, Floats
from evals.boards.scrawl import emphasised, hatching, scrawl
from evals.boards.spec import BoardSpec, Item, Manner, kind_of
from kb.scene import Box, Node

_LEFT = {"text", "title"}


class Freehand(Artist):
    """An artist with a `Manner`."""

    sheet: Marker

    def __init__(
        self, spec: BoardSpec, desk: Desk, page: Page, manner: Manner, rng: np.random.Generator
    ) -> None:
        style = spec.style
        flat = ground(style, page.width, page.height, rng)
        clutter.traces(flat, spec, desk, rng)
        dark = style.surface == "blackboard"
        sheet = Marker(flat, rng, style.wobble, manner, style.pen, dark=dark)
        super().__init__(spec, desk, page, sheet)
        self.sheet, self.manner, self.rng = sheet, manner, rng
        self.middled = bool(rng.random() < 0.3)
        self.cores = {i.id: desk.core(i, page.boxes[i.id]) for i in spec.items}

    def draw(self) -> None:
        """Draw everything and lay the ink on the board."""
        self._draw_page("")
        boxes = {**self.page.boxes, **self.cores}
        self.links = draw_free_links(self.spec, self.desk, self.page, self.sheet, boxes)
        taken = [*self.page.boxes.values(), *(f.box for f in self.page.frames)]
        ways = [drawn.path for drawn in self.links]
        clutter.strays(self.sheet, self.spec, self.desk, taken, ways)
        self.sheet.take_trace()
        self.sheet.dry()
        clutter.things(self.sheet, self.spec, taken)

    def _frame(self, frame: Frame) -> None:
        part = next((p for p in self.spec.parts if frame.id.startswith(f"{p.id}-lane")), None)
        if part is None or not part.turned or not frame.heading:
            super()._frame(frame)
            return
        ink, size = self.spec.style.ink, self.desk.text
        x0, y0, x1, y1 = frame.heading
        lines, _, _ = self.desk.hand.block(frame.text, size, max(y1 - y0, size))
        angle = 90 + float(self.rng.normal(0, 2))
        self.sheet.write(
            self.desk.hand, lines, ((x0 + x1) / 2, (y0 + y1) / 2), size, ink, angle=angle
        )
        outline = [shapes.polygon("box", frame.box), self.sheet.take_trace()]
        node = Node(
            id=frame.id, kind=frame.kind, text=frame.text, bbox=(0, 0, 0, 0), color=ink,
            parent=self.page.parents.get(frame.id),
        )  # fmt: skip
        self.nodes.append((node, np.concatenate(outline)))

    def _underline(self, words: Floats, ink: str, outline: list[Floats]) -> None:
        if self.manner.plain_titles:
            if outline is not None:
                outline.append(words)
            return
        super()._underline(words, ink, outline)

    def _item(self, item: Item, number: int) -> None:
        box = self.page.boxes[item.id]
        core = self.cores.get(item.id, box)
        ink = item.color or ("black" if item.shape == "sticky" else self.spec.style.ink)
        size = self.desk.size_of(item)
        if item.mark:
            self._mark(item.mark, number, box, size, ink)
            self.sheet.take_trace()
        if item.shape == "person" and not item.outside:
            core, room = _figure(box, size)
        else:
            room = self._room(item, core)
        if "highlight" in item.emphasis:
            self.sheet.fill(shapes.polygon("box", room), FILLS["yellow"], 0.6)
            self.sheet.take_trace()
        self._shape(item, core, ink, item.angle)
        parts = []
        if room is not box and room is not core:  # words outside
            parts.append(self.sheet.take_trace())
        if item.text:
            self._words(item, room, size, ink, item.angle if item.shape == "sticky" else 0.0)
        words = self.sheet.take_trace()
        if not parts:
            parts.append(words)
        elif len(words):
            self.beside.append(words)
        if item.underline or item.shape == "title":
            self._underline(words, ink, [])
            self.sheet.take_trace()
        self._emphasise(item, words, size, ink)
        node = Node(
            id=item.id, kind=kind_of(item.shape), text=item.words, bbox=(0, 0, 0, 0), color=ink,
            fill=item.fill, parent=item.parent or self.page.parents.get(item.id), tags=item.tags,
        )  # fmt: skip
        self.nodes.append((node, np.concatenate(parts)))

    def _room(self, item: Item, core: Box) -> Box:
        """Return where the words of an item stand."""
        if not item.outside:
            return core
        _, width, height = self.desk.hand.block(
            item.text, self.desk.size_of(item), self.desk.wrap_of(item)
        )
        x, y = (core[0] + core[2]) / 2, (core[1] + core[3]) / 2
        gap = self.desk.text * float(self.rng.uniform(0.05, 0.25))
        if item.outside == "below":
            return around((x, core[3] + gap + height / 2), (width, height))
        if item.outside == "above":
            return around((x, core[1] - gap - height / 2), (width, height))
        if item.outside == "left":
            return around((core[0] - gap - width / 2, y), (width, height))
        return around((core[2] + gap + width / 2, y), (width, height))

    def _emphasise(self, item: Item, words: Floats, size: float, ink: str) -> None:
        if not len(words):
            return
        (x0, y0), (x1, y1) = words.min(axis=0), words.max(axis=0)
        other = str(self.rng.choice([ink, ink, "red", "blue", "black"]))
        for kind in item.emphasis:
            if kind != "highlight":
                for stroke in emphasised(kind, (x0, y0, x1, y1), size, self.rng):
                    self.sheet.stroke(stroke, other, self.spec.style.pen)
        self.sheet.take_trace()

    def _shape(self, item: Item, box: Box, ink: str, angle: float) -> None:
        pen, rng = self.spec.style.pen, self.rng
        if item.shape == "sticky":
            self._note(item, box, angle)
            return
        if item.fill and not item.hatched:
            self.sheet.fill(shapes.polygon(item.shape, box, angle), FILLS[item.fill], 0.5)
        if item.hatched:
            tint = f"light {item.fill}" if item.fill else ink
            for line in hatching(box, rng, oval=item.shape != "box"):
                self.sheet.stroke(line, tint, pen * 0.8)
        for stroke in scrawl(item, box, self.manner.sloppy, rng):
            self.sheet.stroke(stroke, ink, pen)
        if item.drawing and item.shape != "icon":
            x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
            inner = around((x, y), ((box[2] - box[0]) * 0.5, (box[3] - box[1]) * 0.5))
            for stroke in drawing(item.drawing, inner):
                self.sheet.stroke(stroke, ink, pen * 0.9)

    def _note(self, item: Item, box: Box, angle: float) -> None:
        area = shapes.polygon("sticky", box, angle)
        self.sheet.cover(area)
        far = self.rng.uniform((1, 2), (5, 8))
        self.sheet.soften(area + far, float(self.rng.uniform(0.15, 0.45)), 5)
        self.sheet.take_trace()
        tone = np.array(FILLS[item.fill or "yellow"]) + self.rng.normal(0, 7, 3)
        r, g, b = (int(v) for v in np.clip(tone, 0, 255))
        self.sheet.fill(area, (r, g, b), 1.0)
        outline = self.sheet.take_trace()
        if self.rng.random() < 0.35:  # the glued edge, or a curled corner
            top = np.array(
                [area[0], area[1], area[1] * 0.8 + area[2] * 0.2, area[0] * 0.8 + area[3] * 0.2]
            )
            curl = np.array(
                [area[2], area[2] * 0.75 + area[1] * 0.25, area[2] * 0.75 + area[3] * 0.25]
            )
            shade = (int(r * 0.9), int(g * 0.9), int(b * 0.9))
            self.sheet.fill(top if self.rng.random() < 0.5 else curl, shade, 0.8)
            self.sheet.take_trace()
        self.sheet.mark(outline)

    def _words(self, item: Item, room: Box, size: float, ink: str, angle: float) -> None:
        lines, _, _ = self.desk.hand.block(item.text, size, self.desk.wrap_of(item))
        x, y = (room[0] + room[2]) / 2, (room[1] + room[3]) / 2
        if not item.outside:
            y += {"cylinder": 0.3, "document": -0.2}.get(item.shape, 0.0) * size
        left = item.shape in _LEFT and not (self.middled and item.shape == "text" and not item.mark)
        if item.shape == "text" and not item.mark:
            angle += item.angle
        self.sheet.write(self.desk.hand, lines, (x, y), size, ink, left=left, angle=angle)


def _figure(box: Box, size: float) -> tuple[Box, Box]:
    """Split the box of a stick figure into the figure and its words below."""
    middle, wide, foot = (box[0] + box[2]) / 2, shapes.PERSON[0] * size, shapes.PERSON[1] * size
    figure = (middle - wide / 2, box[1], middle + wide / 2, box[1] + foot)
    return figure, (box[0], figure[3], box[2], box[3])
