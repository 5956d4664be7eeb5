"""The scene: what is on a board. The contract between all rooms of the house.

Coordinates are pixels of the upright board picture, origin at the top left, x to the right and y
down. A box is ``(x0, y0, x1, y1)`` with ``x0 <= x1`` and ``y0 <= y1``, inside the picture.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

SCHEMA_VERSION = 1

MAX_NODES = 10_000
MAX_RELATIONS = 20_000
MAX_STROKES = 20_000
MAX_POINTS = 5_000
MAX_TEXT = 20_000
MAX_SIDE = 100_000

NodeKind = Literal[
    "text",
    "title",
    "box",
    "ellipse",
    "diamond",
    "cylinder",
    "document",
    "sticky",
    "container",
    "icon",
    "table",
    "drawing",
]
RelationKind = Literal["arrow", "line", "contains", "annotates"]
Tag = Literal["todo", "risk", "decision", "question", "goal", "owner", "date"]

Box = tuple[float, float, float, float]
Point = tuple[float, float]

Id = Annotated[str, Field(min_length=1, max_length=128)]
Text = Annotated[str, Field(max_length=MAX_TEXT)]
Colour = Annotated[str, Field(max_length=32)]
Confidence = Annotated[float, Field(ge=0.0, le=1.0)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Node(_Part):
    """One thing on the board: a shape with its words, or words that stand alone."""

    id: Id
    kind: NodeKind
    text: Text = ""
    bbox: Box
    color: Colour | None = None  # of the ink, by name: "red", "blue", "black" …
    fill: Colour | None = None
    parent: Id | None = None  # the container that holds it
    tags: tuple[Tag, ...] = ()
    confidence: Confidence = 1.0


class Relation(_Part):
    """One line between two nodes. `directed` is False for headless and for double-headed lines."""

    id: Id
    kind: RelationKind = "arrow"
    source: Id
    target: Id
    label: Text = ""
    directed: bool = True
    path: Annotated[tuple[Point, ...], Field(max_length=MAX_POINTS)] = ()
    color: Colour | None = None
    confidence: Confidence = 1.0


class Stroke(_Part):
    """One pen stroke: ``points`` as (x, y) or (x, y, t), t in milliseconds; ``width`` in pixels."""

    points: Annotated[
        tuple[tuple[float, float] | tuple[float, float, float], ...], Field(max_length=MAX_POINTS)
    ]
    color: Colour | None = None
    width: Annotated[float, Field(gt=0, le=1000)] = 2.0


class ExtractorInfo(_Part):
    """Who made this scene, so that a newer extractor knows what to read again."""

    name: str
    version: str = "1"
    model: Annotated[str, Field(max_length=200)] = ""  # that a server ran for it
    kept: Annotated[str, Field(max_length=64)] = ""  # its name among the readings of models
    figures: Annotated[dict[str, float], Field(max_length=60)] = {}  # repairs, agreement, cost


class Scene(_Part):
    """What is on a board. Raises pydantic's ValidationError where the promises don't hold.

    Promises: ids are unique; parents and relation ends are nodes of the scene; no node is its own
    ancestor; boxes and paths lie inside the picture; everything is bounded.
    """

    schema_version: Literal[1] = 1
    title: Text = ""
    language: Annotated[str, Field(max_length=16)] = ""
    width: Annotated[int, Field(ge=1, le=MAX_SIDE)]
    height: Annotated[int, Field(ge=1, le=MAX_SIDE)]
    nodes: Annotated[tuple[Node, ...], Field(max_length=MAX_NODES)] = ()
    relations: Annotated[tuple[Relation, ...], Field(max_length=MAX_RELATIONS)] = ()
    strokes: Annotated[tuple[Stroke, ...], Field(max_length=MAX_STROKES)] = ()
    extractor: ExtractorInfo
    notes: Annotated[tuple[str, ...], Field(max_length=100)] = ()  # what was repaired or left out

    @model_validator(mode="after")
    def _hold_promises(self) -> Self:
        by_id = {node.id: node for node in self.nodes}
        if len(by_id) != len(self.nodes):
            raise ValueError("node ids are not unique")
        if len({relation.id for relation in self.relations}) != len(self.relations):
            raise ValueError("relation ids are not unique")
        for node in self.nodes:
            self._check_box(node)
            self._check_parent(node, by_id)
        for relation in self.relations:
            if relation.source not in by_id or relation.target not in by_id:
                raise ValueError(f"relation {relation.id} ends on no node of the scene")
            if not all(self._inside(x, y) for x, y in relation.path):
                raise ValueError(f"relation {relation.id} leaves the picture")
        return self

    def _inside(self, x: float, y: float) -> bool:
        return 0 <= x <= self.width and 0 <= y <= self.height

    def _check_box(self, node: Node) -> None:
        x0, y0, x1, y1 = node.bbox
        if not (x0 <= x1 and y0 <= y1 and self._inside(x0, y0) and self._inside(x1, y1)):
            raise ValueError(f"the box of node {node.id} is not inside the picture")

    @staticmethod
    def _check_parent(node: Node, by_id: dict[str, Node]) -> None:
        seen = {node.id}
        parent = node.parent
        while parent is not None:
            if parent not in by_id:
                raise ValueError(f"the parent of node {node.id} is no node of the scene")
            if parent in seen:
                raise ValueError(f"node {node.id} is its own ancestor")
            seen.add(parent)
            parent = by_id[parent].parent


def clamp_box(box: Box, width: float, height: float) -> Box:
    """Sort the corners of `box` and cut it to the picture; coordinates rounded to a tenth."""
    xs = sorted(min(max(x, 0.0), float(width)) for x in (box[0], box[2]))
    ys = sorted(min(max(y, 0.0), float(height)) for y in (box[1], box[3]))
    return (
        min(round(xs[0], 1), width),
        min(round(ys[0], 1), height),
        min(round(xs[1], 1), width),
        min(round(ys[1], 1), height),
    )


def union_box(boxes: list[Box]) -> Box:
    """Return the smallest box around all of `boxes` (at least one)."""
    return (
        min(b[0] for b in boxes),
        min(b[1] for b in boxes),
        max(b[2] for b in boxes),
        max(b[3] for b in boxes),
    )


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a scene, as exported to ``docs/scene.schema.json``."""
    schema = Scene.model_json_schema()
    schema["$id"] = f"urn:kb:scene:{SCHEMA_VERSION}"
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return schema
