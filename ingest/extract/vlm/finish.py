"""From what a model saw to a scene: boxes on the ink, lines with their paths, figures and notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.extract.local.geometry import holds, overlap_union
from ingest.extract.local.view import view_of
from ingest.extract.vlm.agreement import ink_agreement, word_agreement
from ingest.extract.vlm.repair import REPAIRS
from ingest.extract.vlm.snap import snapped
from kb.scene import ExtractorInfo, Scene
from kb.text import language_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from PIL import Image

    from ingest.extract.vlm.codec import Decoded
    from ingest.extract.vlm.tally import Tally
    from kb.scene import Box, Node, Point, Relation

_SAME = 0.5
_DOUBTFUL = 0.3  # of the words that were read otherwise: less is worth a note


def finished(
    seen: Decoded, picture: Image.Image, first: Scene | None, info: ExtractorInfo, tally: Tally
) -> Scene:
    """Return what a model saw on `picture` as a scene.

    Args:
        seen: its answers.
        picture: upright, in the pixels of `seen`.
        first: what the local extractor saw, if it looked.
        info: who read it; figures are added.
        tally: what the reading cost; repairs and agreement are added.
    """
    view = view_of(picture)
    nodes, moved = snapped(seen.nodes, view, first)
    relations = with_first_look(nodes, seen.relations, first, seen.parts)
    figures: dict[str, float | None] = {
        "boxes_snapped": moved,
        "agreement_words": None
        if first is None
        else word_agreement(first, seen.title, nodes, relations),
        "agreement_lines": ink_agreement(nodes, relations, view),
    }
    tally.merge(seen.repairs)
    known = {name: round(value, 3) for name, value in figures.items() if value is not None}
    return Scene(
        title=seen.title,
        language=language_of("\n".join(node.text for node in nodes)),
        width=picture.width,
        height=picture.height,
        nodes=tuple(nodes),
        relations=tuple(relations),
        extractor=info.model_copy(update={"figures": {**tally.as_dict(), **known}}),
        notes=tuple(_notes(seen, known)),
    )


def _notes(seen: Decoded, figures: Mapping[str, float]) -> Iterator[str]:
    for name, words in REPAIRS.items():
        if seen.repairs.get(name):
            yield f"model's answer mended: {words} ({seen.repairs[name]}×)"
    if seen.parts:
        yield f"read in {len(seen.parts)} parts: lines from one to another may be missing"
    if figures.get("agreement_words", 1.0) < _DOUBTFUL:
        yield "doubtful: few of the words that the local extractor read are in this scene"


def with_first_look(
    nodes: Sequence[Node],
    relations: Sequence[Relation],
    first: Scene | None,
    parts: Sequence[Box] = (),
) -> list[Relation]:
    """Return `relations` with what the local extractor's `first` look knows of lines.

    Each gets the path that was followed between its ends. Where the model saw only `parts` of the
    board, the lines between nodes that no part shows together are taken from the first look.
    """
    if first is None or not first.relations:
        return list(relations)
    names = _twins(nodes, first)
    followed: dict[tuple[str, str], Relation] = {}
    for one in first.relations:
        if one.source in names and one.target in names:
            followed.setdefault((names[one.source], names[one.target]), one)
    made = [
        relation.model_copy(update={"path": _path(followed, relation.source, relation.target)})
        for relation in relations
    ]
    if parts:
        made += _between_parts(nodes, made, followed, parts)
    return made


def _twins(nodes: Sequence[Node], first: Scene) -> dict[str, str]:
    """Return, for nodes of the `first` look, the id of the same thing in `nodes`."""
    names: dict[str, str] = {}
    for other in first.nodes:
        best = max(nodes, key=lambda node: overlap_union(other.bbox, node.bbox), default=None)
        if best is not None and overlap_union(best.bbox, other.bbox) >= _SAME:
            names[other.id] = best.id
    return names


def _path(
    followed: Mapping[tuple[str, str], Relation], source: str, target: str
) -> tuple[Point, ...]:
    if (source, target) in followed:
        return followed[source, target].path
    return followed[target, source].path[::-1] if (target, source) in followed else ()


def _between_parts(
    nodes: Sequence[Node],
    relations: Sequence[Relation],
    followed: Mapping[tuple[str, str], Relation],
    parts: Sequence[Box],
) -> list[Relation]:
    boxes = {node.id: node.bbox for node in nodes}
    joined = {frozenset((one.source, one.target)) for one in relations}
    return [
        one.model_copy(
            update={"id": f"r{len(relations) + place}", "source": source, "target": target}
        )
        for place, ((source, target), one) in enumerate(followed.items(), 1)
        if frozenset((source, target)) not in joined
        and not any(holds(part, boxes[source]) and holds(part, boxes[target]) for part in parts)
    ]
