"""Mind map: the first item in the middle, its branches left and right, leaves further out."""

from __future__ import annotations

from collections import defaultdict

from evals.boards.layouts.plan import Desk, Plan, around, shifted
from evals.boards.spec import Link, Part


def place(part: Part, links: tuple[Link, ...], desk: Desk) -> Plan:
    """Place items by the tree that `links` span from the first item."""
    sizes = {item.id: desk.measure(item) for item in part.items}
    root = part.items[0].id
    children = children_of(root, [item.id for item in part.items], links)
    gap = desk.text * 1.2 * desk.spread

    def height(node: str) -> float:
        below = sum(height(c) for c in children[node]) + gap * max(0, len(children[node]) - 1)
        return max(sizes[node][1], below)

    boxes = {root: around((0.0, 0.0), sizes[root])}

    def hang(nodes: list[str], edge: float, side: int) -> None:
        """Stack `nodes` along x = `edge`, growing to the left (-1) or right (1)."""
        y = -(sum(height(n) for n in nodes) + gap * 2 * (len(nodes) - 1)) / 2
        _stack(nodes, edge, side, y, gap * 2)

    def _stack(nodes: list[str], edge: float, side: int, y: float, space: float) -> None:
        for node in nodes:
            w, h = sizes[node]
            x = edge + side * float(desk.rng.uniform(0.0, desk.text))
            tall = height(node)
            boxes[node] = around((x + side * w / 2, y + tall / 2), (w, h))
            inner = sum(height(c) for c in children[node]) + gap * max(0, len(children[node]) - 1)
            outer = x + side * (w + desk.text * 2.6 * desk.spread)
            _stack(children[node], outer, side, y + (tall - inner) / 2, gap)
            y += tall + space

    branches = children[root]
    right = branches[: (len(branches) + 1) // 2]
    reach = sizes[root][0] / 2 + desk.text * 3.2 * desk.spread
    hang(right, reach, 1)
    hang(branches[len(right) :], -reach, -1)
    for item in part.items:  # whatever hangs on nothing stands below
        if item.id not in boxes:
            low = max(b[3] for b in boxes.values())
            boxes[item.id] = around((0.0, low + desk.text * 2), sizes[item.id])
    return shifted(boxes)


def children_of(root: str, ids: list[str], links: tuple[Link, ...]) -> dict[str, list[str]]:
    """Return the children of each id in the tree that a breadth-first walk from `root` finds."""
    near: dict[str, list[str]] = defaultdict(list)
    for link in links:
        if link.source in ids and link.target in ids:
            near[link.source].append(link.target)
    children: dict[str, list[str]] = defaultdict(list)
    seen, queue = {root}, [root]
    for node in queue:
        for child in near[node]:
            if child not in seen:
                seen.add(child)
                queue.append(child)
                children[node].append(child)
    return children
