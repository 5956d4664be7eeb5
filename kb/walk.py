"""The relation graph as a retriever: from what matched, along the ways, to what hangs on it.

Activation spreads from matched nodes (a best-path form of personalised PageRank: a node gets the
strongest walk that reaches it, not the sum, so that the ten items of a list don't share what one
item alone would get). Each step costs, by its kind and by what the question asks: "what follows X"
goes along the arrows, "what leads to X" against them. The ways stand in the payload of each node's
unit, so two steps cost two fetches by id, and no SQL.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from kb.index.points import Hit, point_id
from kb.query.patterns import Intent
from kb.ways import WAYS, Way
from kb.weights import Weights

SEEDS = 12  # matched nodes from which it walks
STEPS = 2
FETCHED = 12  # units of one step that are fetched

_KEEPS: dict[Intent, dict[Way, float]] = {
    "follows": {"after": 0.95, "beside": 0.7, "before": 0.2},
    "leads": {"before": 0.95, "beside": 0.7, "after": 0.2},
    "path": {"after": 0.8, "before": 0.8, "beside": 0.8},
    "first": {"before": 0.7, "holds": 0.7},
    "last": {"after": 0.7, "holds": 0.7},
    "holds": {"holds": 0.95, "in": 0.3},
    "tagged": {"holds": 0.9},
    "owner": {"beside": 0.9, "before": 0.6, "after": 0.6, "in": 0.6},
    "owned": {"beside": 0.9, "before": 0.6, "after": 0.6, "holds": 0.6},
}

Ref = tuple[str, str]
"""(board id, node id)"""


@dataclass(frozen=True)
class Walk:
    """Where a walk came from and what it reached, by strength, 0 … 1.

    Attributes:
        seeds: the matched nodes that it began at.
        reached: nodes that it came to; seeds too, if another seed leads there.
        found: units of nodes on the way that were no hits.
        worth: of being reached with strength 1, in a hit's score.
    """

    seeds: Mapping[Ref, float]
    reached: Mapping[Ref, float]
    found: Sequence[Hit]
    worth: float

    def lift(self, hit: Hit) -> Hit:
        """Return `hit` with what the walk adds to its score.

        A relation counts by the weaker of its ends, so one that only touches what was reached
        gets little.
        """
        board, nodes = hit.payload["board"], hit.payload["nodes"]
        if hit.payload["unit"] == "board" or not nodes:
            return hit
        if hit.payload["unit"] == "node":
            strength = self.reached.get((board, nodes[0]), 0.0)
        else:
            strength = min(self._strength((board, node)) for node in nodes)
        return hit.raised(self.worth * strength)

    def _strength(self, ref: Ref) -> float:
        return max(self.seeds.get(ref, 0.0), self.reached.get(ref, 0.0))


def walk(
    hits: Sequence[Hit],
    intent: Intent,
    fetch: Callable[[Sequence[str]], list[Hit]],
    weights: Weights,
) -> Walk:
    """Walk from the best of `hits`.

    Args:
        hits: best first.
        intent: of the question; says which ways are worth going.
        fetch: gives the units with these ids, as far as the question may see them.
        weights: what steps keep, and what the walk is worth.
    """
    seeds = _seeds(hits)
    wanted = _KEEPS.get(intent, {})
    other = weights.stray if wanted else weights.plain
    keeps = {way: wanted.get(way, other) for way in WAYS}
    ways = _ways_of(hits)
    reached: dict[Ref, float] = {}
    found: list[Hit] = []
    frontier = seeds
    for _ in range(STEPS):
        frontier = _step(frontier, ways, reached, keeps)
        lacking = [ref for ref in frontier if ref not in ways][:FETCHED]
        fetched = fetch([_unit_id(hits, ref) for ref in lacking])
        found += fetched
        ways |= _ways_of(fetched)
    return Walk(seeds, reached, found, weights.walk)


def _seeds(hits: Sequence[Hit]) -> dict[Ref, float]:
    """The best matched nodes, from 1 for the best to 0 for one as good as the last hit."""
    nodes = [hit for hit in hits if hit.payload["unit"] == "node"]
    if not nodes:
        return {}
    best, base = nodes[0].score, nodes[-1].score
    seeds: dict[Ref, float] = {}
    for hit in nodes[:SEEDS]:
        ref = (hit.payload["board"], hit.payload["nodes"][0])
        seeds.setdefault(ref, ((hit.score - base) / (best - base)) ** 2 if best > base else 1.0)
    return seeds


def _step(
    frontier: Mapping[Ref, float],
    ways: Mapping[Ref, Sequence[tuple[Way, str]]],
    reached: dict[Ref, float],
    keeps: Mapping[Way, float],
) -> dict[Ref, float]:
    """Go one step from each node of `frontier`; return what is reached better now, best first."""
    gained: dict[Ref, float] = {}
    for (board, node), strength in frontier.items():
        for way, end in ways.get((board, node), ()):
            worth = strength * keeps[way]
            ref = (board, end)
            if worth > max(reached.get(ref, 0.0), gained.get(ref, 0.0)):
                gained[ref] = worth
    reached.update(gained)
    return dict(sorted(gained.items(), key=lambda item: (-item[1], item[0])))


def _ways_of(hits: Iterable[Hit]) -> dict[Ref, Sequence[tuple[Way, str]]]:
    return {
        (hit.payload["board"], hit.payload["nodes"][0]): hit.payload.get("ways", ())
        for hit in hits
        if hit.payload["unit"] == "node" and hit.payload["nodes"]
    }


def _unit_id(hits: Sequence[Hit], ref: Ref) -> str:
    return point_id(hits[0].payload["workspace"], ref[0], f"n:{ref[1]}")
