"""The picture of what changed: each colour where it belongs, and nowhere else."""

from __future__ import annotations

import numpy as np
from PIL import Image

from ingest.draw import draw_scene
from ingest.draw.changes import ADDED, CHANGED, MOVED, REMOVED, draw_changes
from ingest.draw.colours import RGB
from kb.compare import compare_scenes
from kb.scene import Box, Scene
from tests.kb.compare.scenes import WIRES, flow, node, scene


def drawn(before: Scene, after: Scene) -> tuple[Image.Image, float]:
    image = draw_changes(draw_scene(after), after, compare_scenes(before, after))
    return image, image.width / after.width


def has(image: Image.Image, scale: float, box: Box, colour: RGB) -> bool:
    """Whether a colour is drawn on or about the border of a box."""
    x0, y0, x1, y1 = (round(v * scale) for v in box)
    part = np.asarray(image)[max(y0 - 4, 0) : y1 + 5, max(x0 - 4, 0) : x1 + 5].astype(int)
    return bool((np.abs(part - colour).max(axis=-1) < 12).sum() > 20)


def test_each_change_has_its_colour() -> None:
    nodes = {n.id: n for n in flow().nodes}
    gone = nodes.pop("book")
    nodes["stock"] = nodes["stock"].model_copy(update={"text": "Check the stock twice"})
    nodes["mail"] = nodes["mail"].model_copy(update={"bbox": (1000.0, 900.0, 1200.0, 980.0)})
    nodes["new"] = node("new", "Ask for feedback", (500, 700))
    after = scene(list(nodes.values()), [*WIRES[:-1], ("ship", "new")])
    image, scale = drawn(flow(), after)
    for box, colour in (
        (nodes["new"].bbox, ADDED),
        (nodes["stock"].bbox, CHANGED),
        (nodes["mail"].bbox, MOVED),
        (gone.bbox, REMOVED),
    ):
        assert has(image, scale, box, colour)
    for colour in (ADDED, CHANGED, MOVED, REMOVED):
        assert not has(image, scale, nodes["cart"].bbox, colour)
    assert image.height > after.height * scale  # the legend


def test_nothing_changed_is_said() -> None:
    image, scale = drawn(flow(), flow())
    for one in flow().nodes:
        assert not any(has(image, scale, one.bbox, c) for c in (ADDED, CHANGED, MOVED, REMOVED))


def test_a_tiny_picture_and_words_without_end() -> None:
    before = scene([node("a", "x" * 5000, (0, 0)), node("b", "", (0, 200))], [("a", "b")])
    after = scene([node("c", "风险" * 2000, (1100, 1000))])
    image = draw_changes(Image.new("L", (13, 11)), after, compare_scenes(before, after))
    assert 1000 <= max(image.size) <= 2400
    assert image.mode == "RGB"
