"""The truth of hdBPMN (Schäfer et al., CC BY 4.0): hand-drawn process diagrams by many writers.

Pools, lanes, expanded sub-processes and text annotations are containers or notes, not nodes; edges
count where both their ends are nodes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from evals.extraction.match import inside_share
from evals.extraction.truth import TrueBoard, TrueEdge, TrueNode, opened
from evals.training.split import is_held_out
from kb.scene import Box, NodeKind
from kb.text import language_of

NOT_NODES = frozenset({"pool", "lane", "subProcessExpanded", "textAnnotation", "group"})
_KINDS: dict[str, NodeKind] = {"dataObject": "document", "dataStore": "cylinder"}


def kind_of(bpmn: str) -> NodeKind:
    """Return the scene's kind of a BPMN element that is a node."""
    if bpmn.endswith("Gateway"):
        return "diamond"
    if bpmn.endswith("Event"):
        return "ellipse"
    return _KINDS.get(bpmn, "box")  # tasks, collapsed sub-processes, call activities


def true_boards(folder: Path, split: str) -> Iterator[TrueBoard]:
    """Yield the boards of `split` ("train" or "val") of the data set in `folder`, by name."""
    for path in sorted((folder / "truth" / split).glob("*.json")):
        yield _board(json.loads(path.read_text(encoding="utf-8")), folder)


def _board(truth: dict[str, Any], folder: Path) -> TrueBoard:
    nodes = tuple(
        TrueNode(node["id"], kind_of(node["kind"]), _box(node["bbox"]), node["text"] or "")
        for node in truth["nodes"]
        if node["kind"] not in NOT_NODES
    )
    ids = {node.id for node in nodes}
    edges = tuple(
        TrueEdge(
            edge["source"],
            edge["target"],
            tuple((float(x), float(y)) for x, y in edge["waypoints"]),
            edge["kind"],
        )
        for edge in truth["edges"]
        if edge["source"] in ids and edge["target"] in ids
    )
    file = folder / truth["image"]
    return TrueBoard(
        name=truth["id"],
        picture=partial(opened, file),
        size=(truth["width"], truth["height"]),
        nodes=nodes,
        edges=edges,
        loose=tuple(_loose(truth)),
        language=language_of("\n".join(node.text for node in nodes)),
        file=file,
        group="exercise left out of training" if is_held_out(truth["id"]) else "other exercise",
    )


def _loose(truth: dict[str, Any]) -> Iterator[Box]:
    for node in truth["nodes"]:
        if node["kind"] == "textAnnotation":
            yield _box(node["bbox"])
        label = node.get("label_bbox")
        if label and (node["kind"] in NOT_NODES or _outside(label, node["bbox"])):
            yield _box(label)
    for edge in truth["edges"]:
        if edge.get("label_bbox"):
            yield _box(edge["label_bbox"])


def _outside(label: list[float], shape: list[float]) -> bool:
    return inside_share(_box(label), _box(shape)) < 0.5


def _box(values: list[float]) -> Box:
    x0, y0, x1, y1 = values
    return (x0, y0, x1, y1)
