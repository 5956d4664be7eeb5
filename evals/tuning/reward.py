"""Rewards for GRPO: how much of the board is right in an answer, 0 to 1.

Nodes and relations are compared as in `evals.extraction`: boxes by intersection over union, arrows
by both of their ends. `reward_plugin` hands them to ms-swift.
"""

from __future__ import annotations

from typing import Any

from evals.extraction.match import match_boxes, match_edges
from evals.extraction.scenes import NOT_NODES, is_edge
from ingest.extract.vlm.codec import BrokenAnswer, Decoded, decode

_GRID = 1000.0  # boxes are compared as the model writes them
_TEXT_SHARE = 0.5  # of a node's worth is its words


def valid(answer: str) -> float:
    """Return 1 for a scene that needs no repair, .5 for one that does, 0 for anything else."""
    try:
        return 0.5 if decode(answer, _GRID, _GRID).repairs else 1.0
    except BrokenAnswer:
        return 0.0


def nodes(answer: str, truth: str) -> float:
    """Return the F1 of the nodes; a node in its place with wrong words is worth half."""
    found, true = _read(answer), _read(truth)
    ours, theirs = _nodes(found), _nodes(true)
    same = match_boxes([node.bbox for node in ours], [node.bbox for node in theirs])
    worth = sum(_likeness(ours[i].text, theirs[j].text) for i, j in same.items())
    right = (1 - _TEXT_SHARE) * len(same) + _TEXT_SHARE * worth
    return _f1(right, len(ours), len(theirs))


def relations(answer: str, truth: str) -> float:
    """Return the F1 of the arrows: both ends right, in the right direction."""
    found, true = _read(answer), _read(truth)
    ours, theirs = _nodes(found), _nodes(true)
    same = match_boxes([node.bbox for node in ours], [node.bbox for node in theirs])
    edges = [(one.source, one.target) for one in found.relations if is_edge(one)]
    wanted = [(one.source, one.target) for one in true.relations if is_edge(one)]
    right = match_edges(edges, wanted, {ours[i].id: theirs[j].id for i, j in same.items()})
    return _f1(len(right), len(edges), len(wanted))


def _read(answer: str) -> Decoded:
    try:
        return decode(answer, _GRID, _GRID)
    except BrokenAnswer:
        return Decoded()


def _nodes(decoded: Decoded) -> list[Any]:
    return [node for node in decoded.nodes if node.kind not in NOT_NODES]


def _likeness(one: str, two: str) -> float:
    from rapidfuzz.distance import Levenshtein

    return float(Levenshtein.normalized_similarity(one, two))


def _f1(right: float, found: int, true: int) -> float:
    return 2 * right / (found + true) if found + true else 1.0
