"""Which node of one scene is which node of another.

Names that stand once on either side are the same node. What is left is assigned as a whole
(Hungarian method) by words, place and neighbours, so that a misread word or a moved camera costs
one node no more than its own likeness.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kb.compare.placing import Placing, fit, middles
from kb.scene import Node, Scene
from kb.text import key_of

MOST = 500  # nodes of one side that are assigned as a whole; names alone match beyond
SAME_WORDS = 0.9  # likeness of words from which a node may have gone anywhere
LIKE_WORDS = 0.6  # … from which place or neighbours must speak for it
FAR = 0.08  # of the diagonal: at this distance place speaks for a pair by 1/e

Matrix = NDArray[np.float64]
_NUMBER = re.compile(r"\d+(?:[.,:/-]\d+)*(?!\w)")  # not the 0 of a misread "st0ck"


@dataclass(frozen=True)
class Matching:
    """Nodes of two scenes that are one: id before → id after, and how their words are alike."""

    pairs: dict[str, str]
    likeness: dict[str, float]  # by id before; 1 for equal names and for two without words
    placing: Placing


def match(before: Scene, after: Scene) -> Matching:
    """Match the nodes of two scenes, each with at most one."""
    pairs = _by_name(before.nodes, after.nodes)
    one = {node.id: node for node in before.nodes}
    two = {node.id: node for node in after.nodes}
    likeness = dict.fromkeys(pairs, 1.0)
    placing = fit(before, after, [(one[a].bbox, two[b].bbox) for a, b in pairs.items()])
    left = [node for node in before.nodes if node.id not in pairs][:MOST]
    taken = set(pairs.values())
    right = [node for node in after.nodes if node.id not in taken][:MOST]
    if not left or not right:
        return Matching(pairs, likeness, placing)
    words = _words(left, right)
    around = (_neighbours(before), _neighbours(after))
    found: dict[str, tuple[str, float]] = {}
    for turn in range(2):  # the second with the neighbours and places that the first found
        known = pairs | {a: b for a, (b, _) in found.items()}
        if turn and len(pairs) < len(known):
            boxes = [(one[a].bbox, two[b].bbox) for a, b in known.items()]
            placing = fit(before, after, boxes)
        found = _assigned(left, right, words, placing, known, around)
    pairs |= {a: b for a, (b, _) in found.items()}
    likeness |= {a: like for a, (_, like) in found.items()}
    return Matching(pairs, likeness, placing)


def _by_name(before: Sequence[Node], after: Sequence[Node]) -> dict[str, str]:
    """Match the names that stand once on either side."""
    there = _once(after)
    return {node.id: there[key].id for key, node in _once(before).items() if key in there}


def _once(nodes: Sequence[Node]) -> dict[str, Node]:
    named: dict[str, list[Node]] = {}
    for node in nodes:
        if key := key_of(node.text):
            named.setdefault(key, []).append(node)
    return {key: found[0] for key, found in named.items() if len(found) == 1}


def _words(left: Sequence[Node], right: Sequence[Node]) -> Matrix:
    """Return how alike the words of each two nodes are; 1 where both have none."""
    from rapidfuzz import fuzz, process

    one, two = [key_of(n.text) for n in left], [key_of(n.text) for n in right]
    alike: Matrix = process.cdist(one, two, scorer=fuzz.ratio, dtype=np.float32) / 100.0
    mute = np.array([not k for k in one])[:, None], np.array([not k for k in two])[None, :]
    alike[mute[0] != mute[1]] = 0.0
    alike[mute[0] & mute[1]] = 1.0
    numbers = [_NUMBER.findall(k) for k in one], [_NUMBER.findall(k) for k in two]
    for i, mine in enumerate(numbers[0]):
        for j, others in enumerate(numbers[1]):
            if mine != others:  # "Step 1" is not a misread "Step 2"
                alike[i, j] *= 0.7
    return alike.astype(np.float64)


_Around = dict[str, set[str]]


def _neighbours(scene: Scene) -> _Around:
    around: _Around = {node.id: set() for node in scene.nodes}
    for relation in scene.relations:
        around[relation.source].add(relation.target)
        around[relation.target].add(relation.source)
    for node in scene.nodes:
        if node.parent:
            around[node.id].add(node.parent)
            around[node.parent].add(node.id)
    return around


def _shared(
    left: Sequence[Node],
    right: Sequence[Node],
    known: dict[str, str],
    around: tuple[_Around, _Around],
) -> Matrix:
    """Return the share of neighbours that two nodes have in common, given what is matched."""
    out = np.zeros((len(left), len(right)))
    for i, a in enumerate(left):
        mapped = {known[n] for n in around[0][a.id] if n in known}
        if not mapped:
            continue
        for j, b in enumerate(right):
            most = max(len(around[0][a.id]), len(around[1][b.id]))
            out[i, j] = len(mapped & around[1][b.id]) / most
    return out


def _assigned(
    left: Sequence[Node],
    right: Sequence[Node],
    words: Matrix,
    placing: Placing,
    known: dict[str, str],
    around: tuple[_Around, _Around],
) -> dict[str, tuple[str, float]]:
    from scipy.optimize import linear_sum_assignment

    start, end = middles([n.bbox for n in left]), middles([n.bbox for n in right])
    off = placing.off(
        start[:, None].repeat(len(right), 1).reshape(-1, 2), np.tile(end, (len(left), 1))
    )
    near = np.exp(-((off.reshape(words.shape) / FAR) ** 2))
    kinds = np.array([[a.kind == b.kind for b in right] for a in left])
    shared = _shared(left, right, known, around)
    mute = np.array([not n.text.strip() for n in left])[:, None]
    worth = 0.6 * words + 0.25 * near + 0.1 * shared + 0.05 * kinds
    stays = (near >= 0.6) & kinds  # stands where it stood
    same = np.where(
        mute,
        stays & (words == 1),
        (words >= SAME_WORDS)
        | ((words >= LIKE_WORDS) & ((near >= 0.3) | (shared >= 0.5)))
        | (stays & ((words >= 0.4) | (shared >= 0.5)) & (words > 0)),
    )
    rows, columns = linear_sum_assignment(np.where(same, worth, 0.0), maximize=True)
    return {
        left[i].id: (right[j].id, float(words[i, j]))
        for i, j in zip(rows, columns, strict=True)
        if same[i, j]
    }
