"""Between a scene and the JSON text of a model: one way to write it, one way to read it.

`encode` writes what a model is taught to answer; `decode` reads what a model answered, mends what
can be mended, and counts every mend. For a scene that keeps the bounds of `schema`, ``decode`` of
``encode`` gives it back: ids by reading order, boxes to the nearest 1/1000 of the picture, without
paths, strokes and confidences.

Strings hold no escapes: where a string has a greatest length, xgrammar lets a model write no
backslash, so a new line is ``¶``, and a quotation mark and a backslash are their wide forms.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ingest.extract.vlm.schema import (
    COLOURS,
    GRID,
    MAX_LABEL,
    MAX_NODES,
    MAX_RELATIONS,
    MAX_TEXT,
    MAX_TITLE,
)
from kb.reading import outline
from kb.scene import Box, Node, Relation, Scene

VERSION = "1"  # of the text's format: part of what makes a cached answer stale
_LONGEST = 400_000  # characters of an answer; more is no scene


class BrokenAnswer(Exception):
    """An answer that can't be read as a scene. `fault` is the counter's name."""

    def __init__(self, fault: str, message: str) -> None:
        super().__init__(message)
        self.fault = fault


@dataclass
class Decoded:
    """What a model saw in one picture or part: nodes in pixels of the whole board.

    `parts`: where it never saw the whole at once, the parts that it saw.
    """

    title: str = ""
    nodes: list[Node] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    repairs: Counter[str] = field(default_factory=Counter)
    parts: tuple[Box, ...] = ()


# writing


def encode(scene: Scene) -> str:
    """Return the text that a model should answer for the picture of `scene`.

    Raises:
        ValueError: the scene is beyond the bounds of an answer.
    """
    ordered = [node for _, node in outline(on_grid(scene))]
    if len(ordered) > MAX_NODES or len(scene.relations) > MAX_RELATIONS:
        raise ValueError(f"a scene of {len(ordered)} nodes is more than one answer holds")
    numbers = {node.id: place for place, node in enumerate(ordered, 1)}
    relations = sorted(
        (_relation_as_json(one, numbers) for one in scene.relations),
        key=lambda one: (one["source"], one["target"]),
    )
    answer = {
        "title": _bounded(scene.title, MAX_TITLE),
        "nodes": [_node_as_json(node, numbers, scene) for node in ordered],
        "relations": relations,
    }
    # Blanks after commas and colons, as servers force them where free white space is off.
    return json.dumps(answer, ensure_ascii=False)


def on_grid(scene: Scene) -> Scene:
    """Return `scene` with boxes as an answer gives them: their order is told by what is written."""
    nodes = []
    for node in scene.nodes:
        x0, y0, x1, y1 = (side / GRID for side in to_grid(node.bbox, scene.width, scene.height))
        box = (x0 * scene.width, y0 * scene.height, x1 * scene.width, y1 * scene.height)
        nodes.append(node.model_copy(update={"bbox": box}))
    return scene.model_copy(update={"nodes": tuple(nodes)})


def _node_as_json(node: Node, numbers: dict[str, int], scene: Scene) -> dict[str, Any]:
    made: dict[str, Any] = {
        "id": numbers[node.id],
        "kind": node.kind,
        "text": _bounded(node.text, MAX_TEXT),
        "bbox_2d": to_grid(node.bbox, scene.width, scene.height),
    }
    if node.parent is not None:
        made["parent"] = numbers[node.parent]
    if node.color in COLOURS:
        made["color"] = node.color
    if node.fill in COLOURS:
        made["fill"] = node.fill
    if node.tags:
        made["tags"] = list(node.tags)
    return made


def _relation_as_json(relation: Relation, numbers: dict[str, int]) -> dict[str, Any]:
    made: dict[str, Any] = {
        "source": numbers[relation.source],
        "target": numbers[relation.target],
        "kind": relation.kind,
    }
    if relation.label:
        made["label"] = _bounded(relation.label, MAX_LABEL)
    if relation.directed != points(relation.kind):
        made["directed"] = relation.directed
    return made


def points(kind: str) -> bool:
    """Tell whether a relation of this kind has a direction unless it says otherwise."""
    return kind != "line"


def to_grid(box: Box, width: float, height: float) -> list[int]:
    """Return `box` in 1/1000 of the picture, never empty."""
    x0, y0 = (round(box[0] / width * GRID), round(box[1] / height * GRID))
    x1, y1 = (round(box[2] / width * GRID), round(box[3] / height * GRID))
    x0, y0 = min(x0, GRID - 1), min(y0, GRID - 1)
    return [x0, y0, max(x1, x0 + 1), max(y1, y0 + 1)]


_WIDE = {"\n": "¶", '"': "＂", "\\": "＼", "\t": " "}
_TO_WIDE = str.maketrans(_WIDE)
_FROM_WIDE = str.maketrans({"¶": "\n", "＂": '"', "＼": "\\"})
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def _bounded(text: str, most: int) -> str:
    text = _CONTROL.sub("", text).translate(_TO_WIDE)
    return text if len(text) <= most else text[: most - 1] + "…"


def plain(text: str) -> str:
    """Return a string of an answer as any store takes it: no control signs, no half signs."""
    text = _CONTROL.sub("", text.translate(_FROM_WIDE))
    return text.encode("utf-8", "replace").decode("utf-8").strip()


# reading


def decode(text: str, width: float, height: float) -> Decoded:
    """Read the answer for a whole picture of ``width × height`` pixels; see `decode_part`."""
    return decode_part(text, (0.0, 0.0, float(width), float(height)))


def decode_part(text: str, part: Box) -> Decoded:
    """Read the answer for the `part` of a board, in pixels of the board.

    Raises:
        BrokenAnswer: there is no JSON object with nodes in it.
    """
    from ingest.extract.vlm.repair import mended

    return mended(parse(text), part)


_FENCE = re.compile(r"\A\s*```(?:json)?\s*|\s*```\s*\Z")


def parse(text: str) -> dict[str, Any]:
    """Return the JSON object that `text` is. Raises `BrokenAnswer`."""
    if not text.strip():
        raise BrokenAnswer("empty_answer", "the model answered nothing")
    if len(text) > _LONGEST:
        raise BrokenAnswer("endless_answer", "the answer is longer than any scene")
    try:
        parsed = json.loads(_FENCE.sub("", text))
    except (ValueError, RecursionError) as error:
        if _runs_on(text):
            raise BrokenAnswer("white_space_loop", "the answer ran on with white space") from error
        raise BrokenAnswer("broken_json", f"the answer is no JSON: {str(error)[:80]}") from error
    if not isinstance(parsed, dict) or not isinstance(parsed.get("nodes"), list):
        raise BrokenAnswer("no_scene", "the answer is JSON, but no scene")
    return parsed


def unfinished(text: str) -> BrokenAnswer:
    """Return what is wrong with an answer that was cut off at its greatest length."""
    if _runs_on(text):
        return BrokenAnswer("white_space_loop", "the answer ran on with white space")
    return BrokenAnswer("cut_off", "the answer was longer than allowed")


def _runs_on(text: str) -> bool:
    return len(text.rstrip()) < 0.8 * len(text) or re.search(r"\s{200}", text) is not None


def scene_of(decoded: Decoded, size: tuple[int, int], **fields: Any) -> Scene:
    """Return `decoded` as a scene on a picture of `size`; `fields` are the scene's others."""
    return Scene(
        title=decoded.title,
        width=size[0],
        height=size[1],
        nodes=tuple(decoded.nodes),
        relations=tuple(decoded.relations),
        **fields,
    )


def renumbered(
    nodes: Sequence[Node], relations: Sequence[Relation]
) -> tuple[list[Node], list[Relation]]:
    """Return nodes called n1, n2 … and relations called r1, r2 … in the order given."""
    names = {node.id: f"n{place}" for place, node in enumerate(nodes, 1)}
    return (
        [
            node.model_copy(
                update={
                    "id": names[node.id],
                    "parent": names[node.parent] if node.parent is not None else None,
                }
            )
            for node in nodes
        ],
        [
            relation.model_copy(
                update={
                    "id": f"r{place}",
                    "source": names[relation.source],
                    "target": names[relation.target],
                }
            )
            for place, relation in enumerate(relations, 1)
        ],
    )
