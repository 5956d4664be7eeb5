"""How good one ranking of boards is, and whether the right nodes are among the evidence."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evals.retrieval.world import Group

if TYPE_CHECKING:
    from kb.evidence import Evidence

ITEMS = 10  # pieces of evidence that are looked at for nodes
NDCG = 10


@dataclass(frozen=True)
class Score:
    """Of one question, each from 0 to 1. `nodes` is None where the system names no nodes."""

    recall1: float
    recall5: float
    recall20: float
    mrr: float
    ndcg: float
    nodes: float | None = None


def score(boards: Sequence[str], right: Sequence[Group], nodes: float | None = None) -> Score:
    """Judge `boards`, best first, each once.

    What is right is in groups: a question that needs two boards has two, and of several photos of
    one board any will do, but only the first of them counts. Recall at 1 of a question that
    needs more boards asks for one of them.
    """
    firsts = [_first(boards, group) for group in right]
    found = sorted(place for place in firsts if place is not None)
    best = sum(1 / math.log2(2 + place) for place in range(min(len(right), NDCG)))
    return Score(
        recall1=float(bool(found) and found[0] == 0),
        recall5=sum(place < 5 for place in found) / len(right),
        recall20=sum(place < 20 for place in found) / len(right),
        mrr=1 / (1 + found[0]) if found else 0.0,
        ndcg=sum(1 / math.log2(2 + place) for place in found if place < NDCG) / best,
        nodes=nodes,
    )


def _first(boards: Sequence[str], group: Group) -> int | None:
    right = {spot.board for spot in group}
    return next((place for place, board in enumerate(boards) if board in right), None)


def nodes_found(shown: set[tuple[str, str]], right: Sequence[Group]) -> float:
    """Return which share of the right nodes is among `shown` (board, node).

    Of a group's alternatives the one with most of its nodes there counts.
    """
    shares = []
    for group in right:
        wanted = [{(spot.board, node) for node in spot.nodes} for spot in group if spot.nodes]
        if wanted:
            shares.append(max((len(one & shown) / len(one), len(one)) for one in wanted))
    all_nodes = sum(count for _, count in shares)
    return sum(share * count for share, count in shares) / all_nodes if all_nodes else 1.0


def shown_nodes(evidence: Sequence[Evidence]) -> set[tuple[str, str]]:
    """Return (board, node) of the first pieces of evidence; a whole board points at no node."""
    return {
        (one.board.id, node)
        for one in evidence[:ITEMS]
        if one.unit != "board"
        for node in one.nodes
    }


def in_order(evidence: Sequence[Evidence]) -> list[str]:
    """Return the boards of `evidence` in the order of their first piece."""
    return list(dict.fromkeys(one.board.id for one in evidence))
