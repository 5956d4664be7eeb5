"""Matching of what was read with what is there: boxes, edges, words."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence

from kb.scene import Box

_SPACES = re.compile(r"[_\s]+")


def overlap_union(one: Box, two: Box) -> float:
    """Return intersection over union of two boxes, 0 to 1."""
    shared = _shared(one, two)
    return shared / (_area(one) + _area(two) - shared) if shared else 0.0


def inside_share(one: Box, two: Box) -> float:
    """Return how much of `one` lies inside `two`, 0 to 1."""
    return _shared(one, two) / _area(one) if _area(one) else 0.0


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _shared(one: Box, two: Box) -> float:
    wide = min(one[2], two[2]) - max(one[0], two[0])
    high = min(one[3], two[3]) - max(one[1], two[1])
    return wide * high if wide > 0 and high > 0 else 0.0


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


def match_edges(
    found: Sequence[tuple[str, str]], true: Sequence[tuple[str, str]], same: Mapping[str, str]
) -> dict[int, int]:
    """Match directed edges whose both ends are the ends of one edge of the truth.

    Args:
        found: (source, target) ids of the scene.
        true: (source, target) ids of the truth; parallel edges count each.
        same: node ids of the scene → node ids of the truth.

    Returns:
        Places in `found` → places in `true`.
    """
    waiting: dict[tuple[str, str], list[int]] = {}
    for j, pair in enumerate(true):
        waiting.setdefault(pair, []).append(j)
    matched = {}
    for i, (source, target) in enumerate(found):
        places = waiting.get((same.get(source, ""), same.get(target, "")))
        if places:
            matched[i] = places.pop(0)
    return matched


def in_common(found: Iterable[Hashable], true: Iterable[Hashable]) -> int:
    """Return how many of `found` agree with one of `true` each: multisets, order is nothing."""
    return (Counter(found) & Counter(true)).total()


def as_published(text: str) -> str:
    """Fold a text as the published figures do: lower case, no spaces, no underscores."""
    return _SPACES.sub("", text).lower()


def plain(text: str) -> str:
    """Fold width and case and drop white space: what does not count as a wrong letter."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def wrong_letters(read: str, true: str) -> int:
    """Return the edit distance (Levenshtein) of two texts."""
    from rapidfuzz.distance import Levenshtein

    return int(Levenshtein.distance(read, true))


def alike(one: str, two: str, least: float = 0.7) -> bool:
    """Tell whether two folded texts say the same but for some wrong letters."""
    from rapidfuzz.distance import Levenshtein

    return float(Levenshtein.normalized_similarity(one, two)) >= least
