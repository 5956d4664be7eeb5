"""The shape of a model's answer: the scene without what a model can't know, all of it bounded.

Servers hold the model to this JSON Schema (``response_format``). Every list and string has an end,
or else a model that has lost its way goes on until its tokens are spent. The order of the
properties is the order in which a model writes them, and training targets have them.
"""

from __future__ import annotations

from functools import cache
from typing import Any, get_args

from kb.scene import NodeKind, RelationKind, Tag

GRID = 1000  # boxes are relative: 0 is the left or upper edge, 1000 the right or lower one

MAX_NODES = 250
MAX_RELATIONS = 400
MAX_TITLE = 200
MAX_TEXT = 600
MAX_LABEL = 200

COLOURS = (
    "black",
    "gray",
    "white",
    "red",
    "orange",
    "yellow",
    "green",
    "teal",
    "blue",
    "purple",
    "pink",
    "brown",
)
NODE_KINDS: tuple[str, ...] = get_args(NodeKind)
RELATION_KINDS: tuple[str, ...] = get_args(RelationKind)
TAGS: tuple[str, ...] = get_args(Tag)


def _text(most: int) -> dict[str, Any]:
    return {"type": "string", "maxLength": most}


def _one_of(names: tuple[str, ...]) -> dict[str, Any]:
    return {"type": "string", "enum": list(names)}


def _object(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _list(items: dict[str, Any], most: int, least: int = 0) -> dict[str, Any]:
    return {"type": "array", "items": items, "minItems": least, "maxItems": most}


@cache
def answer_schema() -> dict[str, Any]:
    """Return the JSON Schema of an answer. Don't change what is returned: it is shared."""
    ident = {"type": "integer", "minimum": 1, "maximum": MAX_NODES}
    place = {"type": "integer", "minimum": 0, "maximum": GRID}
    node = _object(
        {
            "id": ident,
            "kind": _one_of(NODE_KINDS),
            "text": _text(MAX_TEXT),
            "bbox_2d": _list(place, 4, 4),
            "parent": ident,
            "color": _one_of(COLOURS),
            "fill": _one_of(COLOURS),
            "tags": _list(_one_of(TAGS), len(TAGS)),
        },
        ["id", "kind", "text", "bbox_2d"],
    )
    relation = _object(
        {
            "source": ident,
            "target": ident,
            "kind": _one_of(RELATION_KINDS),
            "label": _text(MAX_LABEL),
            "directed": {"type": "boolean"},
        },
        ["source", "target", "kind"],
    )
    return _object(
        {
            "title": _text(MAX_TITLE),
            "nodes": _list(node, MAX_NODES),
            "relations": _list(relation, MAX_RELATIONS),
        },
        ["title", "nodes", "relations"],
    )
