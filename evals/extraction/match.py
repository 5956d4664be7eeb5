"""Matching of what was read with what is there, and the figures that follow."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kb.scene import Box


@dataclass
class Tally:
    """Counts of hits, false alarms and misses, summed over pictures."""

    right: int = 0
    extra: int = 0
    missed: int = 0

    def add(self, right: int, found: int, true: int) -> None:
        """Count one picture: `right` of `found` agree with one of `true`."""
        self.right += right
        self.extra += found - right
        self.missed += true - right

    @property
    def precision(self) -> float:
        """Share of what was found that is right; 0 where nothing was found."""
        return self.right / max(self.right + self.extra, 1)

    @property
    def recall(self) -> float:
        """Share of what is there that was found; 0 where nothing is."""
        return self.right / max(self.right + self.missed, 1)

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return 2 * self.right / max(2 * self.right + self.extra + self.missed, 1)


def overlap_union(one: Box, two: Box) -> float:
    """Return intersection over union of two boxes, 0 to 1."""
    wide = min(one[2], two[2]) - max(one[0], two[0])
    high = min(one[3], two[3]) - max(one[1], two[1])
    if wide <= 0 or high <= 0:
        return 0.0
    areas = [(b[2] - b[0]) * (b[3] - b[1]) for b in (one, two)]
    return wide * high / (sum(areas) - wide * high)


def match_boxes(found: Sequence[Box], true: Sequence[Box], least: float = 0.5) -> dict[int, int]:
    """Match boxes one to one, best overlap first.

    Returns:
        Places in `found` → places in `true`, for pairs of intersection over union ≥ `least`.
    """
    pairs = [
        (overlap_union(one, two), i, j) for i, one in enumerate(found) for j, two in enumerate(true)
    ]
    matched: dict[int, int] = {}
    taken: set[int] = set()
    for value, i, j in sorted(pairs, key=lambda pair: (-pair[0], pair[1], pair[2])):
        if value < least:
            break
        if i not in matched and j not in taken:
            matched[i] = j
            taken.add(j)
    return matched


def right_edges(
    found: Sequence[tuple[str, str]], true: Sequence[tuple[str, str]], same: Mapping[str, str]
) -> int:
    """Count directed edges of `found` whose both ends are the ends of one edge of `true`.

    Args:
        found: (source, target) ids of the scene.
        true: (source, target) ids of the truth; parallel edges count each.
        same: node ids of the scene → node ids of the truth.
    """
    waiting = list(true)
    right = 0
    for source, target in found:
        pair = (same.get(source, ""), same.get(target, ""))
        if pair in waiting:
            waiting.remove(pair)
            right += 1
    return right


def plain(text: str) -> str:
    """Fold width and case and drop white space: what does not count as a wrong letter."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def wrong_letters(read: str, true: str) -> int:
    """Return the edit distance (Levenshtein) of two texts, at most the length of `true`."""
    row = list(range(len(true) + 1))
    for i, one in enumerate(read, 1):
        before, row[0] = row[0], i
        for j, two in enumerate(true, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (one != two))
    return min(row[-1], len(true))
