"""From a scene to a picture: how a board looks that came as a file without one.

`draw_scene` paints boxes, words and arrows where the scene says they are; `draw_strokes` paints
pen ink alone. Both draw at twice the size where that fits in memory, so that lines are smooth.
"""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image, ImageDraw

from ingest.draw.colours import ink_of
from ingest.draw.lines import draw_line
from ingest.draw.paint import Painter
from kb.scene import Scene, Stroke

__all__ = ["draw_scene", "draw_strokes"]

_SMOOTH_PIXELS = 12_000_000  # of a picture that is drawn twice as large and reduced


def draw_scene(scene: Scene, *, background: str = "white") -> Image.Image:
    """Draw `scene` as mode "RGB", exactly ``scene.width`` × ``scene.height`` pixels."""
    scale = _scale(scene.width, scene.height)
    image = Image.new("RGB", (scene.width * scale, scene.height * scale), background)
    Painter(image, scene, scale, background).paint()
    return _reduced(image, scale)


def draw_strokes(strokes: Sequence[Stroke], width: int, height: int) -> Image.Image:
    """Draw pen `strokes` on white as mode "RGB", exactly `width` × `height` pixels."""
    scale = _scale(width, height)
    image = Image.new("RGB", (width * scale, height * scale), "white")
    pen = ImageDraw.Draw(image)
    for stroke in strokes:
        points = [(point[0] * scale, point[1] * scale) for point in stroke.points]
        if points:
            draw_line(pen, points, ink_of(stroke.color), stroke.width * scale)
    return _reduced(image, scale)


def _scale(width: int, height: int) -> int:
    return 2 if width * height <= _SMOOTH_PIXELS else 1


def _reduced(image: Image.Image, scale: int) -> Image.Image:
    return image.reduce(scale) if scale > 1 else image
