"""Boards whose truth is a scene: ``truth/NAME.json`` beside ``boards/NAME.jpg`` or ``.png``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from PIL import Image

from evals.extraction.truth import TrueBoard, TrueEdge, TrueNode, opened
from kb.scene import Box, Relation, Scene
from kb.text import language_of

NOT_NODES = frozenset({"container", "title"})
_NOT_EDGES = frozenset({"contains", "annotates"})


def is_edge(relation: Relation) -> bool:
    """Tell whether a relation is a line with one head, as directed edges are counted."""
    return relation.directed and relation.kind not in _NOT_EDGES


def true_scenes(folder: Path) -> Iterator[TrueBoard]:
    """Yield the boards of `folder` that are single pictures, by name."""
    for path in sorted((folder / "truth").glob("*.json")):
        for suffix in (".png", ".jpg"):
            file = folder / "boards" / f"{path.stem}{suffix}"
            if file.is_file():
                scene = Scene.model_validate_json(path.read_bytes())
                yield true_board(path.stem, partial(opened, file), scene, file=file)


def true_board(
    name: str,
    picture: Callable[[], Image.Image],
    scene: Scene,
    *,
    labels: Sequence[Box] = (),
    file: Path | None = None,
    group: str = "",
) -> TrueBoard:
    """Turn a true `scene` into what an extractor is measured against.

    Containers and titles are no nodes. `labels` are the places of the words on lines, where they
    are known.
    """
    nodes = tuple(
        TrueNode(node.id, node.kind, node.bbox, node.text)
        for node in scene.nodes
        if node.kind not in NOT_NODES
    )
    ids = {node.id for node in nodes}
    titles = [node for node in scene.nodes if node.kind in NOT_NODES and node.text]
    return TrueBoard(
        name=name,
        picture=picture,
        size=(scene.width, scene.height),
        nodes=nodes,
        edges=tuple(
            TrueEdge(one.source, one.target, one.path)
            for one in scene.relations
            if is_edge(one) and one.source in ids and one.target in ids
        ),
        loose=(*(node.bbox for node in titles if node.kind == "title"), *labels),
        sayings=tuple(
            [node.text for node in titles] + [one.label for one in scene.relations if one.label]
        ),
        language=scene.language or language_of("\n".join(node.text for node in nodes)),
        file=file,
        group=group,
    )
