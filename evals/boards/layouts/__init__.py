"""Where things stand: one module per way people arrange a board.

A layout takes a part of a spec and gives boxes in pixels of a plane of its own, origin at the top
left; the renderer puts the parts beside and below each other.
"""

from __future__ import annotations

from collections.abc import Callable

from evals.boards.layouts import flow, free, lanes, lists, loose, mindmap, table, tree, wall
from evals.boards.layouts.plan import Desk, Frame, Plan
from evals.boards.spec import LayoutName, Link, Part

Layout = Callable[[Part, tuple[Link, ...], Desk], Plan]

LAYOUTS: dict[LayoutName, Layout] = {
    "flow": flow.place,
    "list": lists.place,
    "wall": wall.place,
    "mindmap": mindmap.place,
    "tree": tree.place,
    "table": table.place,
    "lanes": lanes.place,
    "free": free.place,
    "loose": loose.place,
}

__all__ = ["LAYOUTS", "Desk", "Frame", "Layout", "Plan"]
