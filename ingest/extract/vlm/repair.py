"""Mending an answer: whatever a model wrote becomes nodes and relations that hold the promises.

Each mend is counted under the name of what was wrong (`REPAIRS` tells them in words); nothing is
changed in silence.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any, cast

from ingest.extract.local.geometry import overlap_union
from ingest.extract.vlm.codec import BrokenAnswer, Decoded, plain, points
from ingest.extract.vlm.schema import (
    COLOURS,
    GRID,
    MAX_LABEL,
    MAX_NODES,
    MAX_RELATIONS,
    MAX_TEXT,
    MAX_TITLE,
    NODE_KINDS,
    RELATION_KINDS,
    TAGS,
)
from kb.scene import Box, Node, NodeKind, Relation, RelationKind, Tag, clamp_box

REPAIRS = {
    "boxes_clamped": "boxes that left the picture were cut",
    "boxes_sorted": "boxes with swapped corners were turned round",
    "boxes_dropped": "nodes without a box on the picture were dropped",
    "nodes_malformed": "entries that are no nodes were dropped",
    "duplicate_nodes": "nodes given twice were joined",
    "duplicate_ids": "nodes under an id already taken got one of their own",
    "unknown_kinds": "unknown kinds were taken as text or arrow",
    "texts_cut": "texts that were too long were cut",
    "wrong_parents": "parents that don't exist or hold each other were dropped",
    "wrong_ids": "relations to nodes that don't exist were dropped",
    "relations_malformed": "entries that are no relations were dropped",
    "duplicate_relations": "relations given twice were dropped",
    "loops_cut": "relations of a node to itself were dropped",
    "too_many": "entries beyond the bounds were dropped",
}
_LOST = ("boxes_dropped", "nodes_malformed")
_LOOPED = 0.5  # of the entries are repetitions: the model had lost its way
_SAME = 0.9  # intersection over union from which two boxes with the same words are one node


def mended(answer: Mapping[str, Any], part: Box) -> Decoded:
    """Return what `answer`, a JSON object, says about the `part` of a board, in board pixels.

    Raises:
        BrokenAnswer: more of it is wrong than right, so that what is left can't be trusted.
    """
    repairs: Counter[str] = Counter()
    given = answer["nodes"]
    nodes, names = _nodes(given[:MAX_NODES], part, repairs)
    repairs["too_many"] += max(0, len(given) - MAX_NODES)
    nodes = _with_parents(nodes, names, given, repairs)
    raw = answer.get("relations")
    stated = raw if isinstance(raw, list) else []
    relations = _relations(stated[:MAX_RELATIONS], names, repairs)
    repairs["too_many"] += max(0, len(stated) - MAX_RELATIONS)
    repairs = +repairs
    _check(given, stated, repairs)
    title = _words(answer.get("title"), MAX_TITLE, repairs)
    return Decoded(title, nodes, relations, repairs)


def _check(given: list[Any], stated: list[Any], repairs: Counter[str]) -> None:
    if given and sum(repairs[name] for name in _LOST) * 2 > len(given):
        raise BrokenAnswer("unusable_boxes", "most nodes lie nowhere on the picture")
    if len(given) >= 4 and repairs["duplicate_nodes"] > _LOOPED * len(given):
        raise BrokenAnswer("duplicate_loop", "the answer says the same over and over")
    if len(stated) >= 4 and repairs["duplicate_relations"] > _LOOPED * len(stated):
        raise BrokenAnswer("duplicate_loop", "the answer says the same over and over")
    if len(stated) >= 2 and repairs["wrong_ids"] > _LOOPED * len(stated):
        raise BrokenAnswer("unusable_ids", "most relations end on nodes that don't exist")


# nodes


def _nodes(given: list[Any], part: Box, repairs: Counter[str]) -> tuple[list[Node], dict[int, str]]:
    """Return the nodes and, for each id that the model used, the node that it stands for."""
    nodes: list[Node] = []
    names: dict[int, str] = {}
    seen: dict[str, list[Node]] = {}
    for raw in given:
        node = _node(raw, f"n{len(nodes) + 1}", part, repairs)
        if node is None:
            continue
        twins = seen.setdefault(node.text, [])
        twin = next((one for one in twins if overlap_union(one.bbox, node.bbox) >= _SAME), None)
        number = _number(raw.get("id"))
        if twin is not None:
            repairs["duplicate_nodes"] += 1
            node = twin
        else:
            nodes.append(node)
            twins.append(node)
        if number in names and names[number] != node.id:
            repairs["duplicate_ids"] += 1
        elif number is not None:
            names[number] = node.id
    return nodes, names


def _node(raw: Any, ident: str, part: Box, repairs: Counter[str]) -> Node | None:
    if not isinstance(raw, dict):
        repairs["nodes_malformed"] += 1
        return None
    box = _box(raw.get("bbox_2d"), part, repairs)
    if box is None:
        return None
    tags = raw.get("tags")
    return Node(
        id=ident,
        kind=cast("NodeKind", _kind(raw.get("kind"), NODE_KINDS, "text", repairs)),
        text=_words(raw.get("text"), MAX_TEXT, repairs),
        bbox=box,
        color=_colour(raw.get("color")),
        fill=_colour(raw.get("fill")),
        tags=cast(
            "tuple[Tag, ...]", tuple(tag for tag in TAGS if isinstance(tags, list) and tag in tags)
        ),
    )


def _box(raw: Any, part: Box, repairs: Counter[str]) -> Box | None:
    if not isinstance(raw, list) or len(raw) != 4 or not all(_is_number(v) for v in raw):
        repairs["nodes_malformed"] += 1
        return None
    x0, y0, x1, y1 = raw
    if x0 > x1 or y0 > y1:
        repairs["boxes_sorted"] += 1
        x0, x1, y0, y1 = min(x0, x1), max(x0, x1), min(y0, y1), max(y0, y1)
    cut = [min(max(float(v), 0.0), float(GRID)) for v in (x0, y0, x1, y1)]
    if cut[0] >= cut[2] or cut[1] >= cut[3]:
        repairs["boxes_dropped"] += 1
        return None
    if cut != [x0, y0, x1, y1]:
        repairs["boxes_clamped"] += 1
    wide, high = part[2] - part[0], part[3] - part[1]
    return clamp_box(
        (
            part[0] + cut[0] / GRID * wide,
            part[1] + cut[1] / GRID * high,
            part[0] + cut[2] / GRID * wide,
            part[1] + cut[3] / GRID * high,
        ),
        part[2],
        part[3],
    )


def _with_parents(
    nodes: list[Node], names: dict[int, str], given: list[Any], repairs: Counter[str]
) -> list[Node]:
    parents: dict[str, str] = {}
    for raw in given[:MAX_NODES]:
        stated = raw.get("parent") if isinstance(raw, dict) else None
        if stated is None:
            continue
        child, parent = names.get(_number(raw.get("id")) or 0), names.get(_number(stated) or 0)
        if child is None or child in parents:
            continue
        if parent is None or _is_above(child, parent, parents):
            repairs["wrong_parents"] += 1
            continue
        parents[child] = parent
    return [
        node.model_copy(update={"parent": parents[node.id]}) if node.id in parents else node
        for node in nodes
    ]


def _is_above(child: str, parent: str | None, parents: Mapping[str, str]) -> bool:
    """Tell whether `child` is `parent` or one of its ancestors."""
    while parent is not None:
        if parent == child:
            return True
        parent = parents.get(parent)
    return False


# relations


def _relations(stated: list[Any], names: dict[int, str], repairs: Counter[str]) -> list[Relation]:
    relations: list[Relation] = []
    seen: set[tuple[str, str, str, str]] = set()
    for raw in stated:
        relation = _relation(raw, f"r{len(relations) + 1}", names, repairs)
        if relation is None:
            continue
        ends = (relation.source, relation.target)
        if not relation.directed:
            ends = (min(ends), max(ends))
        same = (*ends, relation.kind, relation.label)
        if same in seen:
            repairs["duplicate_relations"] += 1
            continue
        seen.add(same)
        relations.append(relation)
    return relations


def _relation(
    raw: Any, ident: str, names: dict[int, str], repairs: Counter[str]
) -> Relation | None:
    if not isinstance(raw, dict):
        repairs["relations_malformed"] += 1
        return None
    source = names.get(_number(raw.get("source")) or 0)
    target = names.get(_number(raw.get("target")) or 0)
    if source is None or target is None:
        repairs["wrong_ids"] += 1
        return None
    kind = _kind(raw.get("kind"), RELATION_KINDS, "arrow", repairs)
    if source == target and kind != "arrow":  # an arrow may come back to where it started
        repairs["loops_cut"] += 1
        return None
    directed = raw.get("directed")
    return Relation(
        id=ident,
        kind=cast("RelationKind", kind),
        source=source,
        target=target,
        label=_words(raw.get("label"), MAX_LABEL, repairs),
        directed=directed if isinstance(directed, bool) else points(kind),
    )


# values


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e9


def _number(value: Any) -> int | None:
    """Return an id as a number: 7, "7" and "n7" are the same."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    found = re.fullmatch(r"n?(\d{1,6})", value) if isinstance(value, str) else None
    return int(found[1]) if found else None


def _kind(value: Any, known: tuple[str, ...], otherwise: str, repairs: Counter[str]) -> str:
    if isinstance(value, str) and value in known:
        return value
    repairs["unknown_kinds"] += 1
    return otherwise


def _colour(value: Any) -> str | None:
    return value if isinstance(value, str) and value in COLOURS else None


def _words(value: Any, most: int, repairs: Counter[str]) -> str:
    if not isinstance(value, str):
        return ""
    text = plain(value)
    if len(text) > most:
        repairs["texts_cut"] += 1
        text = text[: most - 1] + "…"
    return text
