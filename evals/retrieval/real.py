"""Boards that real people drew, from the data folder: process diagrams (hdBPMN) and board files.

hdBPMN's are taken from their truth, so that finding is measured apart from reading: shapes, words
and lines as people marked them. Nothing is written where the data folder is missing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from evals.retrieval.files import INK, keep

DATA = Path(__file__).resolve().parents[2] / "../shared/data"
WRITERS = 4  # of each exercise
PROCESSES, KEPT = "processes", "kept"  # folders below that of all boards

_TYPES = {"Gateway": "diamond", "Event": "ellipse", "pool": "frame", "lane": "frame"}


def write_real(folder: Path, data: Path = DATA) -> int:
    """Write real boards below `folder`; return how many, 0 where there are no data."""
    written = 0
    for path in _chosen(data / "hdbpmn" / "truth"):
        out = folder / PROCESSES / f"{path.stem}.excalidraw"
        truth = json.loads(path.read_text(encoding="utf-8"))
        keep(out, json.dumps(_excalidraw(truth), ensure_ascii=False).encode())
        written += 1
    for file in sorted((data / "native").glob("*")):
        if file.name.endswith((".excalidraw", ".canvas", ".excalidraw.png")):
            keep(folder / KEPT / file.name, file.read_bytes())
            written += 1
    return written


def _chosen(truth: Path) -> Iterator[Path]:
    """Yield the first `WRITERS` boards of each exercise, by the writers' numbers."""
    exercises: dict[str, list[Path]] = {}
    for path in sorted(truth.glob("*/ex*_writer*.json")):
        exercises.setdefault(path.stem.partition("_")[0], []).append(path)
    for paths in exercises.values():
        yield from sorted(paths, key=lambda path: path.stem)[:WRITERS]


def _excalidraw(truth: dict[str, Any]) -> dict[str, Any]:
    """Return a truth as an Excalidraw scene with the same ids."""
    elements: list[dict[str, Any]] = []
    known = {node["id"] for node in truth["nodes"]}
    for node in truth["nodes"]:
        kind = next((kind for end, kind in _TYPES.items() if node["kind"].endswith(end)), "")
        kind = kind or ("text" if node["kind"] == "textAnnotation" else "rectangle")
        shape = _element(node["id"], kind, node["bbox"])
        text = node["text"].strip()
        if kind == "text":
            shape |= {"text": text, "fontSize": 20}
        elif kind == "frame":
            shape |= {"name": text.replace("\n", " ")}
        elif text:
            words = _element(f"{node['id']}-words", "text", node["label_bbox"] or node["bbox"])
            elements.append(words | {"text": text, "fontSize": 20, "containerId": node["id"]})
        elements.append(shape)
    for edge in truth["edges"]:
        if edge["source"] in known and edge["target"] in known:
            elements += _arrow(edge)
    return {"type": "excalidraw", "version": 2, "elements": elements}


def _arrow(edge: dict[str, Any]) -> Iterator[dict[str, Any]]:
    xs, ys = zip(*edge["waypoints"], strict=True)
    arrow = _element(edge["id"], "arrow", (min(xs), min(ys), max(xs), max(ys)))
    x0, y0 = edge["waypoints"][0]
    yield arrow | {
        "x": x0, "y": y0, "points": [[x - x0, y - y0] for x, y in edge["waypoints"]],
        "startBinding": {"elementId": edge["source"]}, "endArrowhead": "arrow",
        "endBinding": {"elementId": edge["target"]},
    }  # fmt: skip
    label = (edge.get("label") or "").strip()
    if label:
        box = edge.get("label_bbox") or (x0, y0, x0 + 80, y0 + 20)
        words = _element(f"{edge['id']}-words", "text", box)
        yield words | {"text": label, "fontSize": 16, "containerId": edge["id"]}


def _element(name: str, kind: str, box: Any) -> dict[str, Any]:
    return {
        "id": name, "type": kind, "x": box[0], "y": box[1], "width": box[2] - box[0],
        "height": box[3] - box[1], "strokeColor": INK["black"],
    }  # fmt: skip
