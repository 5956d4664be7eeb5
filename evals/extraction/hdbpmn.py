"""The truth of hdBPMN (Schäfer et al., CC BY 4.0): hand-drawn process diagrams by many writers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kb.scene import Box

# Frames and remarks are no nodes of the flow.
NOT_NODES = frozenset({"pool", "lane", "subProcessExpanded", "textAnnotation"})


@dataclass(frozen=True)
class TrueBoard:
    """What one picture holds.

    Attributes:
        boxes: of the nodes by id, pixels of the picture.
        texts: of the nodes by id, "" where a node has none.
        edges: (source, target) between nodes, as drawn from tail to head.
    """

    name: str
    picture: Path
    boxes: dict[str, Box]
    texts: dict[str, str]
    edges: list[tuple[str, str]]


def true_boards(folder: Path, split: str) -> Iterator[TrueBoard]:
    """Yield the boards of `split` ("train" or "val") of the data set in `folder`, by name."""
    for path in sorted((folder / "truth" / split).glob("*.json")):
        truth = json.loads(path.read_text(encoding="utf-8"))
        nodes = {n["id"]: n for n in truth["nodes"] if n["kind"] not in NOT_NODES}
        boxes = {name: _box(node["bbox"]) for name, node in nodes.items()}
        texts = {name: node["text"] or "" for name, node in nodes.items()}
        edges = [
            (edge["source"], edge["target"])
            for edge in truth["edges"]
            if edge["source"] in nodes and edge["target"] in nodes
        ]
        yield TrueBoard(truth["id"], folder / truth["image"], boxes, texts, edges)


def _box(values: list[float]) -> Box:
    x0, y0, x1, y1 = values
    return (x0, y0, x1, y1)
