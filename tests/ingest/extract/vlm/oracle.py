"""A model that knows the truth: the picture's colours tell it which part of the board it is shown.

Red grows from left to right and green from top to bottom, so that two corners of whatever picture
arrives say where it was cut out.
"""

from __future__ import annotations

import itertools

import numpy as np
from PIL import Image

from ingest.extract.vlm.schema import GRID
from kb.scene import Box, ExtractorInfo, Node, Relation, Scene
from tests.ingest.extract.vlm.scenes import answer
from tests.modelserver import Body, picture_of

WIDTH, HEIGHT = 512, 384
COLUMNS, ROWS = 4, 3


def board(width: int = WIDTH, height: int = HEIGHT) -> Image.Image:
    """Return the picture of the board."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[..., 0] = np.linspace(0, 255, width)[None, :].round()
    pixels[..., 1] = np.linspace(0, 255, height)[:, None].round()
    pixels[..., 2] = 200
    return Image.fromarray(pixels)


def truth(width: int = WIDTH, height: int = HEIGHT) -> Scene:
    """Return what is on it: a grid of boxes, an arrow from each to the next."""
    nodes = []
    for place in range(COLUMNS * ROWS):
        x, y = (place % COLUMNS + 0.2) * width / COLUMNS, (place // COLUMNS + 0.2) * height / ROWS
        right, bottom = x + 0.6 * width / COLUMNS, y + 0.6 * height / ROWS
        nodes.append(
            Node(
                id=f"n{place + 1}",
                kind="box",
                text=f"Step {place + 1} 步骤",
                bbox=(x, y, right, bottom),
            )
        )
    relations = [
        Relation(id=f"r{i + 1}", source=a.id, target=b.id)
        for i, (a, b) in enumerate(itertools.pairwise(nodes))
    ]
    return Scene(
        title="Steps",
        width=width,
        height=height,
        nodes=tuple(nodes),
        relations=tuple(relations),
        extractor=ExtractorInfo(name="truth"),
    )


def part_of(body: Body) -> Box:
    """Return which part of the board a request shows, in 0 to 1 of its sides."""
    shown = np.asarray(picture_of(body))
    return (
        float(shown[:, :8, 0].mean()) / 255,
        float(shown[:8, :, 1].mean()) / 255,
        float(shown[:, -8:, 0].mean()) / 255,
        float(shown[-8:, :, 1].mean()) / 255,
    )


def told(body: Body) -> str:
    """Return the true answer to a request: the nodes that are seen for the most part."""
    scene = truth()
    part = part_of(body)
    wide, high = part[2] - part[0], part[3] - part[1]
    numbers: dict[str, int] = {}
    nodes = []
    for node in scene.nodes:
        x0, y0, x1, y1 = (v / side for v, side in zip(node.bbox, (WIDTH, HEIGHT) * 2, strict=True))
        seen = (max(x0, part[0]), max(y0, part[1]), min(x1, part[2]), min(y1, part[3]))
        if seen[2] <= seen[0] or seen[3] <= seen[1]:
            continue
        if (seen[2] - seen[0]) * (seen[3] - seen[1]) < 0.4 * (x1 - x0) * (y1 - y0):
            continue
        numbers[node.id] = len(nodes) + 1
        place = [
            round((seen[0] - part[0]) / wide * GRID),
            round((seen[1] - part[1]) / high * GRID),
            round((seen[2] - part[0]) / wide * GRID),
            round((seen[3] - part[1]) / high * GRID),
        ]
        nodes.append({"id": len(nodes) + 1, "kind": "box", "text": node.text, "bbox_2d": place})
    relations = [
        {"source": numbers[one.source], "target": numbers[one.target], "kind": "arrow"}
        for one in scene.relations
        if one.source in numbers and one.target in numbers
    ]
    return answer(nodes, relations, scene.title)
