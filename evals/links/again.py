"""Boards seen again: drawn boards through another camera, with a reader's mistakes and changes."""

from __future__ import annotations

import numpy as np

from evals.boards import random_spec, render
from kb.scene import Box, ExtractorInfo, Node, Scene

SIGNS = "abcdefghijklmnopqrstuvwxyz0123456789的一是不了在有和大中"


def board(number: int) -> Scene:
    """Return the true scene of a drawn board."""
    return render(random_spec(number)).scene


def seen_again(scene: Scene, seed: int, *, misread: float, changed: float) -> Scene:
    """Return a scene as another photo of the board would be read.

    Args:
        scene: the board.
        seed: of camera, mistakes and changes.
        misread: share of characters that are read wrongly.
        changed: share of nodes that are gone, and of nodes that are new.
    """
    rng = np.random.default_rng(seed)
    camera = _camera(rng, scene)
    kept = [node for node in scene.nodes if rng.random() >= changed]
    ids = {node.id for node in kept}
    nodes = [
        node.model_copy(
            update={
                "id": f"z{node.id}",
                "text": _misread(node.text, rng, misread),
                "bbox": _seen(node.bbox, camera, scene),
                "parent": f"z{node.parent}" if node.parent in ids else None,
            }
        )
        for node in kept
    ]
    nodes += [_new(i, rng, scene) for i in range(round(changed * len(scene.nodes)))]
    lines = [
        line.model_copy(
            update={"source": f"z{line.source}", "target": f"z{line.target}", "path": ()}
        )
        for line in scene.relations
        if {line.source, line.target} <= ids
    ]
    return Scene(
        width=scene.width,
        height=scene.height,
        nodes=tuple(nodes),
        relations=tuple(lines),
        extractor=ExtractorInfo(name="local"),
    )


def _camera(rng: np.random.Generator, scene: Scene) -> np.ndarray:
    """A zoom of .55 to .85, a turn of up to 6 degrees, some perspective, a shift that fits."""
    zoom, turn = rng.uniform(0.55, 0.85), np.radians(rng.uniform(-6, 6))
    tilt = rng.uniform(-0.12, 0.12, 2) / (scene.width, scene.height)
    shift = rng.uniform(0.05, 0.15, 2) * (scene.width, scene.height)
    cos, sin = zoom * np.cos(turn), zoom * np.sin(turn)
    return np.array([[cos, -sin, shift[0]], [sin, cos, shift[1]], [*tilt, 1.0]])


def _seen(box: Box, camera: np.ndarray, scene: Scene) -> Box:
    corners = np.array([(box[i], box[j], 1.0) for i in (0, 2) for j in (1, 3)]) @ camera.T
    flat = np.clip(corners[:, :2] / corners[:, 2:], 0, (scene.width, scene.height))
    low, high = flat.min(axis=0), flat.max(axis=0)
    return (float(low[0]), float(low[1]), float(high[0]), float(high[1]))


def _misread(text: str, rng: np.random.Generator, share: float) -> str:
    signs = [
        SIGNS[rng.integers(len(SIGNS))] if sign.isalnum() and rng.random() < share else sign
        for sign in text
    ]
    return "".join(signs)


def _new(number: int, rng: np.random.Generator, scene: Scene) -> Node:
    x, y = rng.uniform(0, 0.8, 2) * (scene.width, scene.height)
    text = "".join(SIGNS[i] for i in rng.integers(0, len(SIGNS), 9))
    box = (x, y, x + 0.1 * scene.width, y + 0.05 * scene.height)
    return Node(id=f"new{number}", kind="sticky", text=text, bbox=box)
