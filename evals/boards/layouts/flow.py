"""Layered flow: each item one rank after what leads to it, left to right or top to bottom."""

from __future__ import annotations

from collections import defaultdict

from evals.boards.layouts.plan import Desk, Plan, around, shifted
from evals.boards.spec import Link, Part


def place(part: Part, links: tuple[Link, ...], desk: Desk) -> Plan:
    """Place the items of `part` in ranks; wobbles by a few pixels."""
    ids = [item.id for item in part.items]
    ranks = ranks_of(ids, links)
    order = _order(ids, ranks, links)
    sizes = {item.id: desk.measure(item) for item in part.items}
    along, across = (1, 0) if part.down else (0, 1)
    step = 2.9 * desk.text * desk.spread + (desk.text if part.down else desk.label_width(links))
    boxes = {}
    start = 0.0
    for members in order:
        depth = max(sizes[i][along] for i in members)
        gap = 1.9 * desk.text * desk.spread
        total = sum(sizes[i][across] for i in members) + gap * (len(members) - 1)
        at = -total / 2
        for i in members:
            middle = [0.0, 0.0]
            middle[along] = start + depth / 2 + float(desk.rng.normal(0, 4))
            middle[across] = at + sizes[i][across] / 2 + float(desk.rng.normal(0, 6))
            boxes[i] = around((middle[0], middle[1]), sizes[i])
            at += sizes[i][across] + gap
        start += depth + step
    return shifted(boxes)


def ranks_of(ids: list[str], links: tuple[Link, ...]) -> dict[str, int]:
    """Return the longest way from a start for each id; links back to an ancestor don't count."""
    forward = _forward(ids, links)
    ranks = dict.fromkeys(ids, 0)
    for _ in ids:
        for node in ids:
            for target in forward[node]:
                ranks[target] = max(ranks[target], ranks[node] + 1)
    return ranks


def _forward(ids: list[str], links: tuple[Link, ...]) -> dict[str, list[str]]:
    """Return the targets of each id, without links that close a ring."""
    after: dict[str, list[str]] = defaultdict(list)
    for link in links:
        if link.source in ids and link.target in ids and link.heads < 2:
            after[link.source].append(link.target)
    forward: dict[str, list[str]] = defaultdict(list)
    done: dict[str, bool] = {}

    def visit(node: str) -> None:
        done[node] = False
        for target in after[node]:
            if done.get(target) is not False:  # else a way back
                forward[node].append(target)
                if target not in done:
                    visit(target)
        done[node] = True

    for node in ids:
        if node not in done:
            visit(node)
    return forward


def _order(ids: list[str], ranks: dict[str, int], links: tuple[Link, ...]) -> list[list[str]]:
    """Return the ids by rank, each rank sorted by where its neighbours before it stand."""
    before: dict[str, list[str]] = defaultdict(list)
    for link in links:
        before[link.target].append(link.source)
    levels: list[list[str]] = []
    spot: dict[str, float] = {}
    for rank in range(max(ranks.values()) + 1):
        members = [i for i in ids if ranks[i] == rank]

        def pull(node: str) -> float:
            known = [spot[x] for x in before[node] if x in spot]
            return sum(known) / len(known) if known else 0.0

        members.sort(key=pull)
        for k, node in enumerate(members):
            spot[node] = k - (len(members) - 1) / 2
        levels.append(members)
    return levels
