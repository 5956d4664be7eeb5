"""From what a model saw to a scene: boxes on the ink, lines with their paths, figures and notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.extract.local.geometry import overlap_union
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
    from kb.scene import Node, Point, Relation

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
    relations = _with_paths(nodes, seen.relations, first)
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
        notes=tuple(_notes(seen.repairs, known)),
    )


def _notes(repairs: Mapping[str, int], figures: Mapping[str, float]) -> Iterator[str]:
    for name, words in REPAIRS.items():
        if repairs.get(name):
            yield f"model's answer mended: {words} ({repairs[name]}×)"
    if figures.get("agreement_words", 1.0) < _DOUBTFUL:
        yield "doubtful: few of the words that the local extractor read are in this scene"


def _with_paths(
    nodes: Sequence[Node], relations: Sequence[Relation], first: Scene | None
) -> list[Relation]:
    """Return `relations` with the lines that the local extractor followed between their ends."""
    if first is None or not first.relations:
        return list(relations)
    twins = {node.id: _twin(node, first) for node in nodes}
    paths: dict[tuple[str, str], tuple[Point, ...]] = {}
    for one in first.relations:
        paths.setdefault((one.source, one.target), one.path)
        paths.setdefault((one.target, one.source), one.path[::-1])
    made = []
    for relation in relations:
        ends = (twins[relation.source] or "", twins[relation.target] or "")
        made.append(relation.model_copy(update={"path": paths.get(ends, ())}))
    return made


def _twin(node: Node, first: Scene) -> str | None:
    best = max(first.nodes, key=lambda other: overlap_union(other.bbox, node.bbox), default=None)
    return best.id if best and overlap_union(best.bbox, node.bbox) >= _SAME else None
