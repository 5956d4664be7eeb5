"""A board's picture with boxes drawn around what a citation speaks of."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.errors import NotFound, WrongUse

if TYPE_CHECKING:
    from PIL import ImageDraw

    from kb.scene import Box, Scene

_COLOURS = ("#d81b60", "#1e88e5", "#f4511e", "#43a047", "#8e24aa", "#00897b")
_PER_LINE = 400  # pixels of the longer side for each pixel of line
_MARGIN = 2.0  # line widths between the ink and the box


@dataclass(frozen=True)
class Mark:
    """A box in pixels of the picture, and the few characters written at its corner."""

    box: Box
    label: str = ""


def marks_for(scene: Scene, nodes: Sequence[str], regions: Sequence[Box]) -> list[Mark]:
    """Return marks around nodes of a scene and around regions.

    Raises `NotFound` for a node that the scene lacks, `WrongUse` for a region off the picture.
    """
    boxes = {node.id: node.bbox for node in scene.nodes}
    for node in nodes:
        if node not in boxes:
            raise NotFound(f"the board has no node {node!r}", code="no_such_node")
    for x0, y0, x1, y1 in regions:
        if not (0 <= x0 <= x1 <= scene.width and 0 <= y0 <= y1 <= scene.height):
            raise WrongUse(
                f"region {x0:g},{y0:g},{x1:g},{y1:g} is not inside the picture "
                f"({scene.width} × {scene.height})",
                code="bad_region",
            )
    return [Mark(boxes[node], node) for node in nodes] + [Mark(region) for region in regions]


def parse_regions(given: Sequence[str]) -> list[Box]:
    """Read regions written as ``x0,y0,x1,y1``. Raises `WrongUse`."""
    regions = []
    for text in given:
        try:
            x0, y0, x1, y1 = (float(part) for part in text.split(","))
        except ValueError as error:
            raise WrongUse(
                f"region {text!r} is not x0,y0,x1,y1", hint="like 10,20,300,80", code="bad_region"
            ) from error
        regions.append((x0, y0, x1, y1))
    return regions


def marked(picture: bytes, marks: Sequence[Mark]) -> bytes:
    """Return `picture` as PNG with a coloured box and a label for each mark."""
    from PIL import Image, ImageDraw

    with Image.open(io.BytesIO(picture)) as opened:
        image = opened.convert("RGB")
    pen = ImageDraw.Draw(image)
    line = max(2, max(image.size) // _PER_LINE)
    for number, mark in enumerate(marks):
        _draw(pen, mark, _COLOURS[number % len(_COLOURS)], line, image.size)
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=4)
    return out.getvalue()


def _draw(
    pen: ImageDraw.ImageDraw, mark: Mark, colour: str, line: int, size: tuple[int, int]
) -> None:
    from PIL import ImageFont

    gap = _MARGIN * line
    x0, y0 = max(mark.box[0] - gap, 0), max(mark.box[1] - gap, 0)
    x1, y1 = min(mark.box[2] + gap, size[0] - 1), min(mark.box[3] + gap, size[1] - 1)
    pen.rectangle((x0, y0, max(x0, x1), max(y0, y1)), outline=colour, width=line)
    if not mark.label:
        return
    font = ImageFont.load_default(size=8 * line)
    label = mark.label.encode("ascii", "replace").decode()  # the built-in font knows no more
    left, top, right, bottom = pen.textbbox((x0, y0), label, font=font)
    up = bottom - top + 2 * line
    shift = -up if y0 >= up else 0.0  # above the box, or inside where there is no room
    pen.rectangle((left, top + shift, right + 2 * line, bottom + shift + 2 * line), fill=colour)
    pen.text((x0 + line, y0 + shift + line), label, font=font, fill="white")
