"""One outline for every node kind."""

from __future__ import annotations

from collections.abc import Callable

from PIL import ImageDraw

from ingest.draw.colours import RGB
from kb.scene import Box, Point

Outline = Callable[[ImageDraw.ImageDraw, Box, RGB | None, RGB, int], None]


def _box(pen: ImageDraw.ImageDraw, box: Box, fill: RGB | None, ink: RGB, width: int) -> None:
    radius = min(box[2] - box[0], box[3] - box[1]) * 0.12
    pen.rounded_rectangle(box, radius=min(radius, 14), fill=fill, outline=ink, width=width)


def _sharp(pen: ImageDraw.ImageDraw, box: Box, fill: RGB | None, ink: RGB, width: int) -> None:
    pen.rectangle(box, fill=fill, outline=ink, width=width)


def _sticky(pen: ImageDraw.ImageDraw, box: Box, fill: RGB | None, ink: RGB, width: int) -> None:
    pen.rectangle(box, fill=fill or (255, 240, 160), outline=ink, width=max(1, width // 2))


def _ellipse(pen: ImageDraw.ImageDraw, box: Box, fill: RGB | None, ink: RGB, width: int) -> None:
    pen.ellipse(box, fill=fill, outline=ink, width=width)


def _polygon(
    pen: ImageDraw.ImageDraw, points: list[Point], fill: RGB | None, ink: RGB, width: int
) -> None:
    if fill:
        pen.polygon(points, fill=fill)
    pen.line([*points, points[0], points[1]], fill=ink, width=width, joint="curve")


def _diamond(pen: ImageDraw.ImageDraw, box: Box, fill: RGB | None, ink: RGB, width: int) -> None:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    _polygon(pen, [(x, box[1]), (box[2], y), (x, box[3]), (box[0], y)], fill, ink, width)


def _cylinder(pen: ImageDraw.ImageDraw, box: Box, fill: RGB | None, ink: RGB, width: int) -> None:
    x0, y0, x1, y1 = box
    lid = min((y1 - y0) * 0.2, (x1 - x0) * 0.25)
    if fill:
        pen.rectangle((x0, y0 + lid / 2, x1, y1 - lid / 2), fill=fill)
    pen.chord((x0, y1 - lid, x1, y1), 0, 180, fill=fill)
    pen.arc((x0, y1 - lid, x1, y1), 0, 180, fill=ink, width=width)
    pen.ellipse((x0, y0, x1, y0 + lid), fill=fill, outline=ink, width=width)
    for x in (x0 + width / 2, x1 - width / 2):
        pen.line([(x, y0 + lid / 2), (x, y1 - lid / 2)], fill=ink, width=width)


def _document(pen: ImageDraw.ImageDraw, box: Box, fill: RGB | None, ink: RGB, width: int) -> None:
    x0, y0, x1, y1 = box
    ear = min(x1 - x0, y1 - y0) * 0.22
    _polygon(pen, [(x0, y0), (x1 - ear, y0), (x1, y0 + ear), (x1, y1), (x0, y1)], fill, ink, width)
    pen.line([(x1 - ear, y0), (x1 - ear, y0 + ear), (x1, y0 + ear)], fill=ink, width=width)


def _icon(pen: ImageDraw.ImageDraw, box: Box, fill: RGB | None, ink: RGB, width: int) -> None:
    pen.rectangle(box, fill=fill or (244, 245, 247), outline=ink, width=max(1, width // 2))


def _table(pen: ImageDraw.ImageDraw, box: Box, fill: RGB | None, ink: RGB, width: int) -> None:
    pen.rectangle(box, fill=fill, outline=ink, width=width)
    line = box[1] + min(34.0, (box[3] - box[1]) / 3)
    pen.line([(box[0], line), (box[2], line)], fill=ink, width=max(1, width // 2))


def _bare(pen: ImageDraw.ImageDraw, box: Box, fill: RGB | None, _ink: RGB, _width: int) -> None:
    if fill:
        pen.rectangle(box, fill=fill)


OUTLINES: dict[str, Outline] = {
    "box": _box,
    "ellipse": _ellipse,
    "diamond": _diamond,
    "cylinder": _cylinder,
    "document": _document,
    "sticky": _sticky,
    "container": _sharp,
    "icon": _icon,
    "table": _table,
    "drawing": _bare,
    "text": _bare,
    "title": _bare,
}


def text_box(kind: str, box: Box, lettered: bool) -> Box:
    """Return where the words of a shape go, so that they keep off its outline.

    Args:
        kind: node kind.
        box: of the shape, in pixels.
        lettered: the shape holds other nodes, so its words are a title along its top edge.
    """
    x0, y0, x1, y1 = box
    width, height = x1 - x0, y1 - y0
    if kind == "container" or lettered:
        return (x0 + 8, y0 + 5, x1 - 8, min(y1, y0 + max(34.0, height * 0.08)))
    if kind in ("text", "title", "drawing"):
        return box
    if kind == "ellipse":
        return (x0 + width * 0.14, y0 + height * 0.14, x1 - width * 0.14, y1 - height * 0.14)
    if kind == "diamond":
        return (x0 + width * 0.22, y0 + height * 0.22, x1 - width * 0.22, y1 - height * 0.22)
    pad = min(8.0, width * 0.06, height * 0.06)
    top = y0 + (min(height * 0.2, width * 0.25) if kind == "cylinder" else 0)
    return (x0 + pad, top + pad, x1 - pad, y1 - pad)
