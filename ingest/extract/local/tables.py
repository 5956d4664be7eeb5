"""Boxes that share their sides are the cells of a table."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.extract.local.geometry import area_of
from ingest.extract.local.seen import Shape
from kb.scene import Box, union_box

_LEAST_CELLS = 4
_LOOSE = 9.0  # pixels between the borders of neighbours, pens being what they are


def with_tables(shapes: Sequence[Shape]) -> tuple[list[Shape], list[Box]]:
    """Replace cells by the tables they form.

    Returns:
        The shapes, with one of kind "table" for each group of cells, and the boxes of all cells.
    """
    boxes = [i for i, shape in enumerate(shapes) if shape.kind == "box"]
    group = {i: i for i in boxes}
    for i in boxes:
        for j in boxes:
            if i < j and group[i] != group[j] and _side_by_side(shapes[i].box, shapes[j].box):
                old, new = group[j], group[i]
                group = {k: new if g == old else g for k, g in group.items()}
    kept = list(shapes)
    cells: list[Box] = []
    for name in set(group.values()):
        members = [shapes[i] for i, g in group.items() if g == name]
        if not _is_table(members):
            continue
        confidence = sum(member.confidence for member in members) / len(members)
        whole = union_box([member.box for member in members])
        kept = [shape for shape in kept if not any(shape is member for member in members)]
        kept.append(Shape("table", whole, round(confidence, 3)))
        cells += [member.box for member in members]
    return kept, cells


def _is_table(cells: Sequence[Shape]) -> bool:
    """Tell a grid from boxes that merely touch: cells fill it, in two rows and two columns."""
    if len(cells) < _LEAST_CELLS:
        return False
    whole = union_box([cell.box for cell in cells])
    filled = sum(area_of(cell.box) for cell in cells) / area_of(whole)
    wide = max(cell.box[2] - cell.box[0] for cell in cells) < 0.8 * (whole[2] - whole[0])
    high = max(cell.box[3] - cell.box[1] for cell in cells) < 0.8 * (whole[3] - whole[1])
    return filled > 0.8 and wide and high


def _side_by_side(one: Box, two: Box) -> bool:
    """Tell whether two boxes share a side: borders close, and alike along it."""
    for axis in (0, 1):
        across = 1 - axis
        apart = max(one[axis], two[axis]) - min(one[axis + 2], two[axis + 2])
        starts = abs(one[across] - two[across])
        stops = abs(one[across + 2] - two[across + 2])
        size = min(one[across + 2] - one[across], two[across + 2] - two[across])
        if -_LOOSE < apart < _LOOSE and max(starts, stops) < max(_LOOSE, 0.25 * size):
            return True
    return False
