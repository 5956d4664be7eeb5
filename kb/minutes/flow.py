"""The arrows of a board as chains: ``A → B (yes) → C``, every arrow once."""

from __future__ import annotations

from collections import Counter, deque

from kb.listed import name_of
from kb.reading import label_of, reading_order
from kb.scene import Relation, Scene

MAX_CHAIN = 12  # arrows in one line


def flow_of(scene: Scene) -> list[Relation]:
    """Return the arrows that lead from step to step.

    A risk or a question that nothing leads to is no step but a remark: its arrow shows what it is
    about, or its answer. A question with several ways is a branch.
    """
    arrows = [r for r in scene.relations if r.kind == "arrow" and r.directed]
    entered = {arrow.target for arrow in arrows}
    ways = Counter(arrow.source for arrow in arrows)
    remarks = {
        node.id
        for node in scene.nodes
        if node.id not in entered
        and node.kind != "diamond"
        and ("risk" in node.tags or ("question" in node.tags and ways[node.id] == 1))
    }
    return [arrow for arrow in arrows if arrow.source not in remarks]


def chains(scene: Scene) -> list[list[Relation]]:
    """Return the arrows of `scene` in chains, each from where the flow begins or parts.

    A chain ends where the flow parts or meets, so that a line tells one way. Arrows that join
    shapes of which neither has words are left out.
    """
    texts = {node.id: node.text.strip() for node in scene.nodes}
    arrows = [r for r in flow_of(scene) if texts[r.source] or texts[r.target]]
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
    names = {node.id: name_of(node.text) or "·" for node in scene.nodes}
    words = [names[chain[0].source]]
    for arrow in chain:
        label = label_of(arrow.label)
        words.append(f"→ {names[arrow.target]}" + (f" ({label})" if label else ""))
    return " ".join(words)
