"""Two scenes compared, whatever boards they are from."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from kb.compare.lines import compare_lines
from kb.compare.matching import Matching, match
from kb.compare.placing import LOOSE, middles
from kb.compare.shapes import Field, Move, NodeChange, NodeDiff, SceneDiff
from kb.reading import label_of, one_line
from kb.scene import Node, Scene, clamp_box
from kb.text import key_of

_FROM_PICTURES = frozenset({"local", "vlm"})  # extractors, whose reading is never quite certain
MISREAD = 0.75  # likeness of words above which a reader may just have seen them otherwise
DOUBTED = 0.5  # confidence below which a node's colour proves nothing
MOVED = 2.0  # times LOOSE: from where a thing in the same container has moved


def compare_scenes(before: Scene, after: Scene, matching: Matching | None = None) -> SceneDiff:
    """Return what differs between two scenes of about the same board, matched if they are not."""
    matching = matching or match(before, after)
    old = {node.id: node for node in before.nodes}
    new = {node.id: node for node in after.nodes}
    exact = not {before.extractor.name, after.extractor.name} & _FROM_PICTURES
    both = [(old[a], new[b]) for a, b in matching.pairs.items()]
    changed = [
        NodeChange(before=a, after=b, fields=fields)
        for a, b in both
        if (fields := _fields(a, b, matching.likeness[a.id], exact))
    ]
    moved = _moves(old, new, matching, exact, (after.width, after.height))
    removed = [node for node in before.nodes if node.id not in matching.pairs]
    reached = set(matching.pairs.values())
    added = [node for node in after.nodes if node.id not in reached]
    touched = {change.before.id for change in changed} | {move.before.id for move in moved}
    boxes = [clamp_box(matching.placing.box(n.bbox), after.width, after.height) for n in removed]
    return SceneDiff(
        nodes=NodeDiff(
            added=tuple(added), removed=tuple(removed), changed=tuple(changed), moved=tuple(moved)
        ),
        relations=compare_lines(before, after, matching.pairs),
        ghosts=tuple(boxes),
        pairs=matching.pairs,
        same=len(both) - len(touched),
        alike=round(2 * len(both) / max(1, len(old) + len(new)), 3),
    )


def _fields(before: Node, after: Node, likeness: float, exact: bool) -> tuple[Field, ...]:
    fields = []
    if _words_differ(before.text, after.text, exact):
        sure = exact or likeness < MISREAD
        fields.append(Field(name="text", before=before.text, after=after.text, sure=sure))
    if before.kind != after.kind:
        fields.append(Field(name="kind", before=before.kind, after=after.kind, sure=exact))
    seen = exact or min(before.confidence, after.confidence) >= DOUBTED
    if before.color != after.color:
        fields.append(Field(name="color", before=before.color, after=after.color, sure=seen))
    if before.fill != after.fill:
        fields.append(Field(name="fill", before=before.fill, after=after.fill, sure=seen))
    if set(before.tags) != set(after.tags):
        tags = ", ".join(before.tags), ", ".join(after.tags)
        fields.append(Field(name="tags", before=tags[0], after=tags[1], sure=True))
    return tuple(fields)


def _words_differ(before: str, after: str, exact: bool) -> bool:
    """Compare as written where files are exact; else without case, width and punctuation."""
    if exact:
        return one_line(before) != one_line(after)
    return key_of(before) != key_of(after)


def _moves(
    old: Mapping[str, Node],
    new: Mapping[str, Node],
    matching: Matching,
    exact: bool,
    size: tuple[float, float],
) -> list[Move]:
    """Return the nodes that stand elsewhere than the picture as a whole would have it.

    What is carried along in a container has not moved.
    """
    ids = list(matching.pairs)
    if not ids:
        return []
    start = matching.placing.points(middles([old[i].bbox for i in ids]))
    end = middles([new[matching.pairs[i]].bbox for i in ids])
    steps = dict(zip(ids, (end - start) / matching.placing.span, strict=True))
    moves = []
    for ident, step in steps.items():
        a, b = old[ident], new[matching.pairs[ident]]
        stays = (matching.pairs.get(a.parent) if a.parent else None) == b.parent
        carried = steps.get(a.parent, np.zeros(2)) if stays and a.parent else np.zeros(2)
        far = float(np.hypot(*(step - carried)))
        if far < LOOSE * MOVED and (stays or not (exact or far >= LOOSE)):
            continue
        came = clamp_box(matching.placing.box(a.bbox), *size)
        out_of, into = (None, None) if stays else (_holder(a, old), _holder(b, new))
        moves.append(Move(before=a, after=b, came=came, out_of=out_of, into=into))
    return moves


def _holder(node: Node, nodes: Mapping[str, Node]) -> str | None:
    return label_of(nodes[node.parent].text) if node.parent else None
