"""Is one board another one, seen again? Photographed anew, or saved under another name.

Two boards are likely versions where most of what is written on one is on the other, and stands
where it stood. The pictures help where words alone leave it open.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from rapidfuzz import fuzz

from kb.compare.matching import Matching, match
from kb.compare.placing import LOOSE, middles
from kb.links.names import Judgement, name_of
from kb.scene import Scene

LIKE = 0.7  # likeness of words from which a thing counts as being on both boards
SHARED = 3  # things on both boards at least
ENOUGH = 0.5  # share of the words that must be on both
UNSURE = 0.35  # … or that must, where the pictures look alike
SAME = 0.85  # … from which it is the same board, wherever things stand
IN_PLACE = 0.4  # share of the common things that must stand where they stood, otherwise
LOOKS = 0.9  # likeness of pictures from which they do
PARTLY = 0.9  # what showing a part of the other board is worth


@dataclass(frozen=True)
class BoardLook:
    """A board with what versions are told by; `picture` is the name of its blob."""

    id: str
    scene: Scene
    picture: str


def judge_versions(
    one: BoardLook, two: BoardLook, pictures: Callable[[str, str], float]
) -> Judgement | None:
    """Judge two boards, in either order; None where they are not worth suggesting.

    Args:
        one: a board.
        two: another.
        pictures: tells how alike two pictures (blob names) look, 0 … 1; asked only where it counts.
    """
    if two.id < one.id:
        one, two = two, one
    matching = match(one.scene, two.scene)
    names = _names(one.scene), _names(two.scene)
    likeness = {
        a: fuzz.ratio(names[0][a], names[1][b]) / 100
        for a, b in matching.pairs.items()
        if a in names[0] and b in names[1]
    }
    both = [a for a, like in likeness.items() if like >= LIKE]
    if len(both) < SHARED:
        return None
    found = sum(likeness[a] for a in both)
    sizes = len(names[0]), len(names[1])
    content = max(2 * found / sum(sizes), PARTLY * found / min(sizes))
    place = _in_place(one.scene, two.scene, matching, both)
    signals = {"words": round(content, 2), "place": round(place, 2)}
    if content < UNSURE or (place < IN_PLACE and content < SAME):
        return None
    if content < ENOUGH:
        looks = pictures(one.picture, two.picture)
        if looks < LOOKS:
            return None
        signals["picture"] = round(looks, 2)
        content = max(content, looks)
    return Judgement(round(0.7 * content + 0.3 * place, 2), signals)


def _in_place(one: Scene, two: Scene, matching: Matching, both: list[str]) -> float:
    """Return the share of the things on both boards that stand where the picture has them."""
    old = {n.id: n.bbox for n in one.nodes}
    new = {n.id: n.bbox for n in two.nodes}
    start = middles([old[a] for a in both])
    end = middles([new[matching.pairs[a]] for a in both])
    return float(np.mean(matching.placing.off(start, end) < 2 * LOOSE))


def _names(scene: Scene) -> dict[str, str]:
    """Return the names of the nodes that have one, as the catalog has them."""
    return {node.id: name for node in scene.nodes if (name := name_of(node.text))}


def needed(one: int, two: int) -> float:
    """Return how many things boards with so many must share at least to be versions."""
    return max(SHARED, UNSURE / PARTLY * min(one, two))
