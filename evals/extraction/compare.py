"""One scene held against the truth of its board.

What counts as a found node: every node of the scene but containers and titles. A node is right
where its box and a true node's have an intersection over union of at least .5, one to one. Words
that stand alone (kind "text") count like any other node, so that a text node which matches no true
node is a false one; only where they cover words that belong to no node in the truth (a note, the
title of a pool, the label of a line or of an event) they are neither right nor wrong.

What counts as a found edge: every relation with one head between two found nodes. It is right
where both ends are matched with the ends of one true edge, in the same direction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evals.extraction.match import (
    alike,
    inside_share,
    match_boxes,
    match_edges,
    overlap_union,
    plain,
)
from evals.extraction.scenes import NOT_NODES, is_edge
from evals.extraction.truth import TrueBoard
from kb.scene import Box, Node, Relation, Scene

_MOSTLY = 0.5  # of a text node inside words that belong to no node


@dataclass(frozen=True)
class Reading:
    """A board as it was read.

    Attributes:
        nodes: found nodes that count.
        neither: found words that are neither right nor wrong.
        same: places in `nodes` → places in the true nodes.
        edges: found edges that count.
        right: places in `edges` → places in the true edges.
        seconds: CPU time of reading, all threads.
        sharpness, contrast: of the picture; see `evals.extraction.clarity`.
    """

    board: TrueBoard
    scene: Scene
    nodes: tuple[Node, ...]
    neither: tuple[Node, ...]
    same: dict[int, int]
    edges: tuple[Relation, ...]
    right: dict[int, int]
    seconds: float = 0.0
    sharpness: float = 0.0
    contrast: float = 0.0

    @property
    def texts(self) -> list[tuple[str, str]]:
        """Read and true text of each true node, as they were written; "" where it is unmatched."""
        read = {j: self.nodes[i].text for i, j in self.same.items()}
        return [(read.get(j, ""), node.text) for j, node in enumerate(self.board.nodes)]


def compare(
    scene: Scene,
    board: TrueBoard,
    *,
    seconds: float = 0.0,
    clarity: tuple[float, float] = (0.0, 0.0),
) -> Reading:
    """Hold `scene` against the truth of `board`; see the module for what counts."""
    found = [node for node in scene.nodes if node.kind not in NOT_NODES]
    true = [node.box for node in board.nodes]
    matched = match_boxes([node.bbox for node in found], true)
    loose = [i for i, node in enumerate(found) if i not in matched and _is_loose(node, board)]
    kept = [i for i in range(len(found)) if i not in set(loose)]
    nodes = tuple(found[i] for i in kept)
    same = {kept.index(i): j for i, j in matched.items()}
    ids = {node.id for node in nodes}
    edges = tuple(
        one for one in scene.relations if is_edge(one) and one.source in ids and one.target in ids
    )
    right = match_edges(
        [(one.source, one.target) for one in edges],
        [(one.source, one.target) for one in board.edges],
        {nodes[i].id: board.nodes[j].id for i, j in same.items()},
    )
    neither = tuple(found[i] for i in loose)
    return Reading(board, scene, nodes, neither, same, edges, right, seconds, *clarity)


def _is_loose(node: Node, board: TrueBoard) -> bool:
    """Tell whether a found node is words that belong to no node of the truth."""
    if node.kind != "text":
        return False
    return _covers(node.bbox, board.loose) or any(
        alike(plain(node.text), plain(saying)) for saying in board.sayings
    )


def _covers(box: Box, places: Sequence[Box]) -> bool:
    return any(
        overlap_union(box, place) >= 0.5 or inside_share(box, place) > _MOSTLY for place in places
    )
