"""Lines of words into blocks of text, in the order a person would read them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingest.extract.local.geometry import middle_of
from ingest.extract.local.seen import Line
from kb.scene import Box, union_box

HAN = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
_CUT = 3.0  # pixels: a gap that parts rows or columns
_LEADING = 1.12  # line heights from line to line within a block; items of a list stand wider
_ITEM = re.compile(r"[•·●○□☐☑✓\-–—*]|\d{1,2}[.)、]|\[.?\]")  # opens an item of a list
_ALIKE = 1.7  # times the height of another line, and still of one block
_SHARED = 0.3  # of the narrower of two pieces of a block that stands below or above the other
_SAME_ROW = 0.4  # line heights between the middles of lines
_NO_FARTHER = 1.2  # times how far apart the lines of a piece are
_COLUMN = 1.5  # a gap between columns must be this much wider than one between rows


@dataclass(frozen=True, slots=True)
class Block:
    """Some lines that belong together, joined with line breaks."""

    box: Box
    text: str
    score: float
    height: float  # of its writing, in pixels


def block_of(lines: Sequence[Line]) -> Block:
    """Join `lines` (at least one) into one block: rows from the top, words from the left."""
    rows = [sorted(row, key=lambda line: line.box[0]) for row in _rows(lines)]
    text = "\n".join(_joined(row) for row in rows)
    signs = sum(len(line.text) for line in lines)
    score = sum(line.score * len(line.text) for line in lines) / signs
    heights = sorted(line.height for line in lines)
    box = union_box([line.box for line in lines])
    return Block(box, text, score, heights[len(heights) // 2])


def blocks_of(lines: Sequence[Line]) -> list[Block]:
    """Group loose `lines` into blocks, in reading order."""
    blocks = [block_of(group) for group in groups_of(lines)]
    return [blocks[i] for i in reading_order([block.box for block in blocks])]


def groups_of(lines: Sequence[Line]) -> list[list[Line]]:
    """Group loose `lines` by nearness, height and alignment."""
    groups = list(range(len(lines)))

    def root(index: int) -> int:
        while groups[index] != index:
            groups[index] = groups[groups[index]]
            index = groups[index]
        return index

    for i, one in enumerate(lines):
        for j in range(i):
            if root(i) != root(j) and _together(one, lines[j]):
                groups[root(i)] = root(j)
    members: dict[int, list[Line]] = {}
    for index, line in enumerate(lines):
        members.setdefault(root(index), []).append(line)
    return list(members.values())


def rejoined(seen: Sequence[Sequence[Line]], others: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """Join groups that are one block, of which a detector saw a piece: those of `seen`.

    What it saw as two stays two, but for further items of a list. They stand one below the other,
    no farther apart than lines do within one of them. An item of a list joins only what was seen as
    a list.
    """
    groups = [(list(group), True) for group in seen] + [(list(group), False) for group in others]
    whole: list[tuple[list[Line], bool]] = []
    for lower, is_seen in sorted(groups, key=lambda one: min(map(_level, one[0]))):
        at = max(
            (n for n, (upper, known) in enumerate(whole)
             if _may_join(upper, lower, known=known, is_seen=is_seen)),
            key=lambda n: max(map(_level, whole[n][0])),
            default=None,
        )  # fmt: skip
        if at is None:
            whole.append((lower, is_seen))
        else:
            whole[at] = (whole[at][0] + lower, True)
    return [group for group, _ in whole]


def _may_join(upper: Sequence[Line], lower: Sequence[Line], *, known: bool, is_seen: bool) -> bool:
    is_list = known and _is_list(upper)
    item = is_list and _ITEM.match(min(lower, key=_level).text) is not None
    return (known != is_seen or (is_seen and item)) and _goes_on(upper, lower, is_list=is_list)


def _goes_on(upper: Sequence[Line], lower: Sequence[Line], *, is_list: bool) -> bool:
    last, first = max(upper, key=_level), min(lower, key=_level)
    small, large = sorted((last.height, first.height))
    a, b = (union_box([line.box for line in lines]) for lines in (upper, lower))
    shared = min(a[2], b[2]) - max(a[0], b[0]) > _SHARED * min(a[2] - a[0], b[2] - b[0])
    apart = _level(first) - _level(last)
    if large > _ALIKE * small or not shared or not 0 < apart < _LEADING * small:
        return False
    if _ITEM.match(first.text) and not is_list:
        return False
    within = [step for lines in (upper, lower) for step in _steps(lines, _SAME_ROW * small)]
    return bool(within) and apart < _NO_FARTHER * sorted(within)[len(within) // 2]


def _is_list(lines: Sequence[Line]) -> bool:
    return sum(_ITEM.match(line.text) is not None for line in lines) > 1


def _steps(lines: Sequence[Line], least: float) -> list[float]:
    """Return how far each line is below the one before, where it is another row."""
    return [b - a for a, b in pairwise(sorted(map(_level, lines))) if b - a > least]


def _level(line: Line) -> float:
    """Return how far down the middle of a line is."""
    return float(line.quad[:, 1].mean())


def reading_order(boxes: Sequence[Box]) -> list[int]:
    """Order boxes by cutting the plane at its widest empty gap, rows or columns, again and again.

    The recursive X-Y cut (Nagy and Seth, 1984): columns are read one after the other, and a title
    over all columns comes first.
    """
    if not boxes:
        return []
    ordered: list[int] = []
    stack = [list(range(len(boxes)))]
    while stack:
        part = stack.pop()
        cut = _widest_cut(part, boxes) if len(part) > 1 else None
        if cut is None:
            ordered += sorted(part, key=lambda i: (boxes[i][1], boxes[i][0]))
        else:
            stack += [cut[1], cut[0]]
    return ordered


def _widest_cut(part: list[int], boxes: Sequence[Box]) -> tuple[list[int], list[int]] | None:
    best: tuple[float, list[int], list[int]] | None = None
    for axis, weight in ((1, 1.0), (0, 1 / _COLUMN)):
        order = sorted(part, key=lambda i: boxes[i][axis])
        reach = boxes[order[0]][axis + 2]
        for position in range(1, len(order)):
            gap = weight * (boxes[order[position]][axis] - reach)
            if gap > _CUT * weight and (best is None or gap > best[0]):
                best = (gap, order[:position], order[position:])
            reach = max(reach, boxes[order[position]][axis + 2])
    return None if best is None else (best[1], best[2])


def _rows(lines: Sequence[Line]) -> list[list[Line]]:
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: middle_of(line.box)[1]):
        middle = middle_of(line.box)[1]
        last = rows[-1] if rows else []
        anchor = last[0].box if last else None
        beside = all(line.box[0] >= o.box[2] - 4 or line.box[2] <= o.box[0] + 4 for o in last)
        if anchor and anchor[1] < middle < anchor[3] - 0.25 * (anchor[3] - anchor[1]) and beside:
            last.append(line)
        else:
            rows.append([line])
    return rows


def _joined(row: Sequence[Line]) -> str:
    text = row[0].text
    for line in row[1:]:
        glued = HAN.search(text[-1]) and HAN.search(line.text[0])
        text += line.text if glued else f" {line.text}"
    return text


def _pitch(one: Line, two: Line) -> float:
    """Return how far the middles of two lines are apart, up and down."""
    return abs(_level(one) - _level(two))


def _together(one: Line, two: Line) -> bool:
    """Tell whether two lines stand in one block: one below the other, or one row."""
    small, large = sorted((one.height, two.height))
    if large > _ALIKE * small:
        return False
    a, b = one.box, two.box
    dx = max(a[0], b[0]) - min(a[2], b[2])  # negative where they overlap
    dy = max(a[1], b[1]) - min(a[3], b[3])
    if dx < 0:
        below = one if a[1] > b[1] else two
        shared = -dx > 0.45 * min(a[2] - a[0], b[2] - b[0])
        aligned = shared or abs(a[0] - b[0]) < small
        return aligned and _pitch(one, two) < _LEADING * small and not _ITEM.match(below.text)
    return dy < -0.5 * small and dx < 0.8 * small
