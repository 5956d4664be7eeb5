"""How well a reading agrees with what else is known of the board: quality without a truth.

Two shares, each 0 to 1: of the words that the local extractor read those that the scene holds, and
of the scene's relations those with ink between their ends. After F1_OCR-VE (arXiv 2602.13376).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import cv2
import numpy as np
from rapidfuzz import fuzz, process

from kb.text import terms_of

if TYPE_CHECKING:
    from ingest.extract.local.seen import Array, View
    from kb.scene import Node, Relation, Scene

_ALIKE = 70.0  # of 100: both readers misread handwriting, each in its own way
_BRIDGE = 5  # pixels of the working copy: a gap in a line that is no gap


def word_agreement(
    seen: Scene, title: str, nodes: Sequence[Node], relations: Sequence[Relation]
) -> float | None:
    """Return which share of the words in `seen` stands in the reading; None without words."""
    expected = [
        term for text in _texts(seen.title, seen.nodes, seen.relations) for term in terms_of(text)
    ]
    if not expected:
        return None
    read = {term for text in _texts(title, nodes, relations) for term in terms_of(text)}
    found = sum(
        term in read
        or process.extractOne(term, read, scorer=fuzz.ratio, score_cutoff=_ALIKE) is not None
        for term in expected
    )
    return found / len(expected)


def _texts(title: str, nodes: Sequence[Node], relations: Sequence[Relation]) -> list[str]:
    return [title, *(node.text for node in nodes), *(one.label for one in relations)]


def ink_agreement(nodes: Sequence[Node], relations: Sequence[Relation], view: View) -> float | None:
    """Return which share of `relations` has ink from one end to the other; None without any.

    Lines are followed as connected ink outside of the nodes, so that a bent line counts too.
    """
    drawn = [one for one in relations if one.kind != "contains" and one.source != one.target]
    if not drawn:
        return None
    ends = {ident for one in drawn for ident in (one.source, one.target)}
    places = {node.id: _in_view(node, view) for node in nodes}
    labels = _components(view.ink, [places[n.id] for n in nodes if n.kind != "container"])
    touched = {ident: _touching(labels, places[ident]) for ident in ends}
    return sum(bool(touched[one.source] & touched[one.target]) for one in drawn) / len(drawn)


_Place = tuple[int, int, int, int]


def _in_view(node: Node, view: View) -> _Place:
    (sx, sy), (left, top), (x0, y0, x1, y1) = view.scale, view.origin, node.bbox
    return (
        max(0, round((x0 - left) / sx)),
        max(0, round((y0 - top) / sy)),
        max(0, round((x1 - left) / sx)),
        max(0, round((y1 - top) / sy)),
    )


def _components(ink: Array, nodes: Sequence[_Place]) -> Array:
    """Return the connected pieces of the ink that is in no node, numbered from 1."""
    lines = ink.copy()
    for x0, y0, x1, y1 in nodes:
        lines[y0 : y1 + 1, x0 : x1 + 1] = 0
    kernel = np.ones((_BRIDGE, _BRIDGE), np.uint8)
    _, labels = cv2.connectedComponents(cv2.dilate(lines, kernel), connectivity=8)
    return np.asarray(labels)


def _touching(labels: Array, place: _Place) -> set[int]:
    """Return the pieces that come near the border of `place`."""
    x0, y0, x1, y1 = place
    near = max(6, round(0.15 * min(x1 - x0, y1 - y0)))
    around = labels[max(0, y0 - near) : y1 + near + 1, max(0, x0 - near) : x1 + near + 1]
    return {int(label) for label in np.unique(around)} - {0}
