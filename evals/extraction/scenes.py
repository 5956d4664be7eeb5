"""Boards whose truth is a scene: ``truth/NAME.json`` beside ``boards/NAME.jpg`` or ``.png``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from evals.extraction.hdbpmn import TrueBoard
from kb.scene import Scene

_NOT_NODES = ("container", "title")


def true_scenes(folder: Path) -> Iterator[TrueBoard]:
    """Yield the boards of `folder` that are single pictures, by name."""
    for path in sorted((folder / "truth").glob("*.json")):
        for suffix in (".png", ".jpg"):
            picture = folder / "boards" / f"{path.stem}{suffix}"
            if picture.is_file():
                scene = Scene.model_validate_json(path.read_bytes())
                yield true_board(path.stem, picture, scene)


def true_board(name: str, picture: Path, scene: Scene) -> TrueBoard:
    """Turn a true `scene` into what an extractor is measured against."""
    nodes = [node for node in scene.nodes if node.kind not in _NOT_NODES]
    inside = {node.id for node in nodes}
    return TrueBoard(
        name=name,
        picture=picture,
        boxes={node.id: node.bbox for node in nodes},
        texts={node.id: node.text for node in nodes},
        edges=[
            (r.source, r.target)
            for r in scene.relations
            if r.directed and r.source in inside and r.target in inside
        ],
    )
