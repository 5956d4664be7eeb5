"""Drawing boxes tight: a model's boxes are near the ink, the ink itself says where exactly."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ingest.extract.local.geometry import overlap_union
from ingest.extract.local.view import to_original
from kb.scene import Box, Node, clamp_box

if TYPE_CHECKING:
    from ingest.extract.local.seen import Array, View
    from kb.scene import Scene

_SAME = 0.6  # intersection over union with what the local extractor saw: its box is exact
_REACH = 0.12  # of a side: an edge moves so far at most
_LEAST_REACH = 4.0  # pixels of the working copy
_OUTLINE = 0.5  # of a side is inked where a frame's edge runs
_WRITTEN = frozenset({"text", "title", "icon", "drawing"})
_STRAIGHT = frozenset({"box", "container", "table", "document", "sticky"})


def snapped(nodes: Sequence[Node], view: View, seen: Scene | None) -> tuple[list[Node], int]:
    """Return `nodes` with boxes on the ink, and how many boxes were moved.

    Args:
        nodes: in pixels of the original picture.
        view: the working copy, which knows the ink.
        seen: what the local extractor saw, if it looked.
    """
    size = _size_of(view)
    moved = 0
    made = []
    for node in nodes:
        box = _twin(node, seen) or _on_ink(node, view)
        box = clamp_box(box, *size) if box is not None else None
        if box is None or box == node.bbox or box[0] >= box[2] or box[1] >= box[3]:
            made.append(node)
            continue
        made.append(node.model_copy(update={"bbox": box}))
        moved += 1
    return made, moved


def _size_of(view: View) -> tuple[float, float]:
    height, width = view.ink.shape
    return width * view.scale[0], height * view.scale[1]


def _twin(node: Node, seen: Scene | None) -> Box | None:
    """Return the box of the same thing as the local extractor saw it."""
    alike = [
        other
        for other in (seen.nodes if seen is not None else ())
        if (other.kind in _WRITTEN) == (node.kind in _WRITTEN)
        and (other.kind == "container") == (node.kind == "container")
    ]
    best = max(alike, key=lambda other: overlap_union(other.bbox, node.bbox), default=None)
    if best is None or overlap_union(best.bbox, node.bbox) < _SAME:
        return None
    return best.bbox


def _on_ink(node: Node, view: View) -> Box | None:
    if node.kind in _WRITTEN:
        found = _around_writing(view.ink, _to_view(view, node.bbox))
    elif node.kind in _STRAIGHT:
        found = _on_outline(view.ink, _to_view(view, node.bbox))
    else:
        return None
    return to_original(view, found) if found is not None else None


def _to_view(view: View, box: Box) -> Box:
    (sx, sy), (left, top) = view.scale, view.origin
    return (
        (box[0] - left) / sx,
        (box[1] - top) / sy,
        (box[2] - left) / sx,
        (box[3] - top) / sy,
    )


def _reach(side: float) -> float:
    return max(_LEAST_REACH, _REACH * side)


def _around_writing(ink: Array, box: Box) -> Box | None:
    """Return the box of the ink in and right around `box`; None where that is another box."""
    dx, dy = _reach(box[2] - box[0]), _reach(box[3] - box[1])
    x0, y0 = max(0, int(box[0] - dx)), max(0, int(box[1] - dy))
    rows, columns = np.nonzero(ink[y0 : int(box[3] + dy) + 1, x0 : int(box[2] + dx) + 1])
    if rows.size < 8:
        return None
    (left, right), (top, bottom) = (
        np.percentile(columns, (0.5, 99.5)),
        np.percentile(rows, (0.5, 99.5)),
    )
    found = (x0 + float(left), y0 + float(top), x0 + float(right) + 1, y0 + float(bottom) + 1)
    near = all(
        abs(new - old) <= reach
        for new, old, reach in zip(found, box, (dx, dy, dx, dy), strict=True)
    )
    return found if near else None


def _on_outline(ink: Array, box: Box) -> Box | None:
    """Return `box` with each edge on the inked line nearest to it; None where there is none."""
    x0, y0, x1, y1 = box
    across = ink[max(0, int(y0)) : int(y1) + 1, :] > 0
    down = ink[:, max(0, int(x0)) : int(x1) + 1] > 0
    if not across.size or not down.size:
        return None
    columns, rows = across.mean(axis=0), down.mean(axis=1)
    edges = (
        _line_near(columns, x0, _reach(x1 - x0)),
        _line_near(rows, y0, _reach(y1 - y0)),
        _line_near(columns, x1, _reach(x1 - x0)),
        _line_near(rows, y1, _reach(y1 - y0)),
    )
    if all(edge is None for edge in edges):
        return None
    left, top, right, bottom = (
        old if edge is None else edge for edge, old in zip(edges, box, strict=True)
    )
    return (left, top, right, bottom)


def _line_near(share: Array, place: float, reach: float) -> float | None:
    first = max(0, int(place - reach))
    stretch = share[first : int(place + reach) + 2]
    if not stretch.size or float(stretch.max()) < _OUTLINE:
        return None
    inked = np.flatnonzero(stretch >= _OUTLINE) + first
    return float(inked[np.argmin(np.abs(inked - place))])
