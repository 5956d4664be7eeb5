"""The arrows of a board as chains: ``A → B (yes) → C``, every arrow once."""

from __future__ import annotations

from collections import deque

from kb.reading import label_of, reading_order
from kb.scene import Relation, Scene

MAX_CHAIN = 12  # arrows in one line


def chains(scene: Scene) -> list[list[Relation]]:
    """Return the arrows of `scene` in chains, each from where the flow begins or parts.

    A chain ends where the flow parts or meets, so that a line tells one way. Arrows that join
    shapes of which neither has words are left out.
    """
    texts = {node.id: node.text.strip() for node in scene.nodes}
    arrows = [
        r
        for r in scene.relations
        if r.kind == "arrow" and r.directed and (texts[r.source] or texts[r.target])
    ]
    leaving: dict[str, list[Relation]] = {}
    entering: dict[str, int] = {}
    for arrow in arrows:
        leaving.setdefault(arrow.source, []).append(arrow)
        entering[arrow.target] = entering.get(arrow.target, 0) + 1
    told: set[str] = set()
    found: list[list[Relation]] = []
    # Where the flow begins comes first; what only loops is told from its topmost node.
    order = [node.id for node in reading_order(scene.nodes)]
    waiting = deque(sorted(order, key=lambda ident: ident in entering))
    while waiting:
        start = waiting.popleft()
        ahead: list[str] = []
        for arrow in leaving.get(start, ()):
            if arrow.id not in told:
                chain = _chain(arrow, leaving, entering, told)
                found.append(chain)
                ahead.append(chain[-1].target)
        waiting.extendleft(reversed(ahead))  # the story goes on where this chain ended
    return found


def _chain(
    first: Relation,
    leaving: dict[str, list[Relation]],
    entering: dict[str, int],
    told: set[str],
) -> list[Relation]:
    chain = [first]
    told.add(first.id)
    while len(chain) < MAX_CHAIN:
        here = chain[-1].target
        onward = leaving.get(here, [])
        if len(onward) != 1 or entering[here] > 1 or onward[0].id in told:
            break
        chain.append(onward[0])
        told.add(onward[0].id)
    return chain


def told_as(chain: list[Relation], scene: Scene) -> str:
    """Write a chain on one line; a shape without words is a dot."""
    names = {node.id: label_of(node.text) or "·" for node in scene.nodes}
    words = [names[chain[0].source]]
    for arrow in chain:
        label = label_of(arrow.label)
        words.append(f"→ {names[arrow.target]}" + (f" ({label})" if label else ""))
    return " ".join(words)
