"""A drawing as the file that its people would keep: Excalidraw, or JSON Canvas."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evals.retrieval.layout import HEAD, LETTER, LINE, TITLE, Box, places, size_of
from evals.retrieval.notation import Drawing, Thing

INK = {
    "red": "#e03131", "orange": "#f08c00", "yellow": "#e8b400", "green": "#2f9e44",
    "teal": "#0c8599", "blue": "#1971c2", "purple": "#6741d9", "pink": "#c2255c",
    "gray": "#868e96", "black": "#1e1e1e",
}  # fmt: skip
PAPER = {
    "red": "#ffc9c9", "orange": "#ffd8a8", "yellow": "#ffec99", "green": "#b2f2bb",
    "teal": "#99e9f2", "blue": "#a5d8ff", "purple": "#d0bfff", "pink": "#fcc2d7",
    "gray": "#e9ecef", "black": "#e9ecef",
}  # fmt: skip
_PRESETS = {"red": "1", "orange": "2", "yellow": "3", "green": "4", "teal": "5", "purple": "6"}
_TYPES = {"box": "rectangle", "sticky": "rectangle", "ellipse": "ellipse", "diamond": "diamond"}


def write(boards: Sequence[Drawing], folder: Path) -> list[Path]:
    """Write each board below `folder`; return the files. The same boards give the same bytes."""
    paths = []
    for board in boards:
        path = folder / board.name
        made = canvas(board) if path.suffix == ".canvas" else excalidraw(board)
        keep(path, (json.dumps(made, ensure_ascii=False) + "\n").encode())
        paths.append(path)
    return paths


def keep(path: Path, data: bytes) -> None:
    """Write a file unless it is there with these bytes: then it stays as old as it is."""
    if not path.is_file() or path.read_bytes() != data:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def excalidraw(board: Drawing) -> dict[str, Any]:
    """Return `board` as an Excalidraw scene, its elements last changed on the day it was drawn."""
    at, blocks = places(board)
    elements = [*_frames(board, blocks)]
    if board.title:
        elements.append(_text("title", board.title, (40, 30, 0, 0), TITLE))
    for thing in board.things:
        frame = f"f{thing.block}" if board.blocks[thing.block].framed else None
        elements += _drawn(thing, at[thing.id], frame)
    for number, join in enumerate(board.joins, 1):
        line = _line(f"r{number}", at[join.source], at[join.target])
        line |= {
            "type": "arrow" if join.directed else "line",
            "endArrowhead": "arrow" if join.directed else None,
            "startBinding": {"elementId": join.source, "focus": 0, "gap": 4},
            "endBinding": {"elementId": join.target, "focus": 0, "gap": 4},
        }
        elements.append(line)
        if join.label:
            x, y = line["x"] + line["width"] / 2, line["y"] + line["height"] / 2
            label = _text(f"r{number}-label", join.label, (x, y, x, y), LETTER * 0.8)
            elements.append(label | {"containerId": f"r{number}"})
    if board.drawn is not None:
        changed = int(board.drawn.timestamp() * 1000)
        elements = [one | {"updated": changed} for one in elements]
    return {
        "type": "excalidraw", "version": 2, "source": "https://excalidraw.com",
        "elements": elements, "appState": {"viewBackgroundColor": "#ffffff"}, "files": {},
    }  # fmt: skip


def _frames(board: Drawing, blocks: Sequence[Box]) -> list[dict[str, Any]]:
    made = []
    for number, (block, box) in enumerate(zip(board.blocks, blocks, strict=True)):
        if block.framed:
            frame = _shape(f"f{number}", "frame", box, block.color)
            made.append(frame | {"name": block.name})
        elif block.name:
            where = (box[0], box[1], 0.0, 0.0)
            made.append(_text(f"h{number}", block.name, where, HEAD, block.color))
    return made


def _drawn(thing: Thing, box: Box, frame: str | None) -> list[dict[str, Any]]:
    if thing.shape == "text":
        return [_text(thing.id, thing.text, box, LETTER, thing.color) | {"frameId": frame}]
    sticky = thing.shape == "sticky"
    shape = _shape(thing.id, _TYPES[thing.shape], box, None if sticky else thing.color)
    if sticky:
        shape["backgroundColor"] = PAPER[thing.color or "yellow"]
    ink = None if sticky else thing.color
    words = _text(f"{thing.id}-words", thing.text, box, LETTER, ink)
    return [shape | {"frameId": frame}, words | {"containerId": thing.id, "frameId": frame}]


def _shape(name: str, kind: str, box: Box, color: str | None) -> dict[str, Any]:
    return {
        "id": name, "type": kind, "x": box[0], "y": box[1], "width": box[2] - box[0],
        "height": box[3] - box[1], "angle": 0, "strokeColor": INK[color or "black"],
        "backgroundColor": "transparent", "strokeWidth": 2, "isDeleted": False,
    }  # fmt: skip


def _text(name: str, text: str, box: Box, size: float, color: str | None = None) -> dict[str, Any]:
    lines = text.split("\n")
    width, height = size_of(Thing("", text, "text"))
    width, height = width * size / LETTER, LINE * len(lines) * size / LETTER
    shape = _shape(name, "text", (box[0], box[1], box[0] + width, box[1] + height), color)
    return shape | {"text": text, "originalText": text, "fontSize": size, "fontFamily": 1}


def _line(name: str, start: Box, end: Box) -> dict[str, Any]:
    x0, y0 = (start[0] + start[2]) / 2, (start[1] + start[3]) / 2
    x1, y1 = (end[0] + end[2]) / 2, (end[1] + end[3]) / 2
    line = _shape(name, "line", (x0, y0, x1, y1), None)
    return line | {"points": [[0, 0], [x1 - x0, y1 - y0]], "startArrowhead": None}


def canvas(board: Drawing) -> dict[str, Any]:
    """Return `board` as JSON Canvas."""
    at, blocks = places(board)
    nodes: list[dict[str, Any]] = []
    for number, (block, box) in enumerate(zip(board.blocks, blocks, strict=True)):
        if block.framed:
            nodes.append(_cell(f"f{number}", "group", box, block.color) | {"label": block.name})
        elif block.name:
            where = (box[0], box[1], box[0] + 260, box[1] + 40)
            nodes.append(_cell(f"h{number}", "text", where) | {"text": f"### {block.name}"})
    if board.title:
        title = _cell("title", "text", (40, 20, 640, 80))
        nodes.append(title | {"text": f"# {board.title}"})
    for thing in board.things:
        cell = _cell(thing.id, "text", at[thing.id], thing.color)
        nodes.append(cell | {"text": thing.text})
    edges = [
        {"id": f"r{number}", "fromNode": join.source, "toNode": join.target}
        | ({} if join.directed else {"toEnd": "none"})
        | ({"label": join.label} if join.label else {})
        for number, join in enumerate(board.joins, 1)
    ]
    return {"nodes": nodes, "edges": edges}


def _cell(name: str, kind: str, box: Box, color: str | None = None) -> dict[str, Any]:
    cell = {
        "id": name, "type": kind, "x": round(box[0]), "y": round(box[1]),
        "width": round(box[2] - box[0]), "height": round(box[3] - box[1]),
    }  # fmt: skip
    return cell | ({"color": _PRESETS.get(color, INK[color])} if color else {})
