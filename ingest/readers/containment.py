"""Which container holds which element, where a file tells only their places."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.readers.native import Item
from kb.scene import Box


def contain(items: Sequence[Item], holders: Sequence[Item], slack: float = 0.5) -> None:
    """Give every item without a parent the smallest of `holders` that contains its box."""
    import numpy as np

    ranked = sorted(holders, key=lambda one: _area(one.box))
    if not ranked:
        return
    boxes = np.array([one.box for one in ranked])
    places = {one.id: place for place, one in enumerate(ranked)}
    for item in items:
        if item.parent is not None:
            continue
        x0, y0, x1, y1 = item.box
        inside = (boxes[:, 0] <= x0 + slack) & (boxes[:, 1] <= y0 + slack)
        inside &= (boxes[:, 2] >= x1 - slack) & (boxes[:, 3] >= y1 - slack)
        # a holder is held by later, hence larger, ones only: equal boxes make no cycle
        inside[: places.get(item.id, -1) + 1] = False
        if inside.any():
            item.parent = ranked[int(inside.argmax())].id


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])
