"""Which of the hits are shown: several boards on one page, and no thing twice.

Photos of one board taken again say the same; so the first of them has its say, and of the others
what differs. Boards are compared by the sketches in the payload (`kb.likeness`).
"""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz import fuzz

from kb.index.points import Hit
from kb.likeness import ALIKE, likeness
from kb.text import key_of

PER_BOARD = 5  # evidence of one board, while other boards have some to offer
SAME_WORDS = 85.0  # of 100, from which two readings are of the same words


def choose(hits: Iterable[Hit], k: int, *, per_board: int = PER_BOARD) -> list[Hit]:
    """Take the `k` best hits, at most `per_board` of a board and its versions.

    What exceeds that, or repeats on a version what another one says, comes in only where the
    others run out.
    """
    taken: list[Hit] = []
    spare: list[Hit] = []
    families = _Families()
    counts: dict[int, int] = {}
    for hit in hits:
        family = families.of(hit)
        if counts.get(family, 0) < per_board and not families.repeats(family, hit):
            taken.append(hit)
            counts[family] = counts.get(family, 0) + 1
            families.say(family, hit)
        else:
            spare.append(hit)
    taken = taken[:k]
    return taken + spare[: k - len(taken)]


def grouped(hits: Iterable[Hit]) -> list[Hit]:
    """Bring hits of one board together: boards by their best hit, then hits by score."""
    boards: dict[str, list[Hit]] = {}
    for hit in hits:
        boards.setdefault(hit.payload["board"], []).append(hit)
    ranked = sorted(boards.values(), key=lambda group: -max(hit.score for hit in group))
    return [hit for group in ranked for hit in sorted(group, key=lambda h: (-h.score, h.id))]


class _Families:
    """Boards and their versions, as they come, with what was taken from each."""

    def __init__(self) -> None:
        self._boards: dict[str, int] = {}
        self._sketches: list[str] = []  # of the first board of each family
        self._said: list[list[tuple[str, str, str]]] = []  # board, unit kind, key of the words

    def of(self, hit: Hit) -> int:
        board, sketch = hit.payload["board"], hit.payload.get("sketch", "")
        if board not in self._boards:
            self._boards[board] = self._like(sketch)
        return self._boards[board]

    def _like(self, sketch: str) -> int:
        for family, other in enumerate(self._sketches):
            if likeness(sketch, other) >= ALIKE:
                return family
        self._sketches.append(sketch)
        self._said.append([])
        return len(self._sketches) - 1

    def repeats(self, family: int, hit: Hit) -> bool:
        """Whether another version said the same."""
        board, unit, words = _told(hit)
        return any(
            unit == kind and board != other and _same(words, key)
            for other, kind, key in self._said[family]
        )

    def say(self, family: int, hit: Hit) -> None:
        self._said[family].append(_told(hit))


def _told(hit: Hit) -> tuple[str, str, str]:
    return hit.payload["board"], hit.payload.get("unit", ""), key_of(hit.payload.get("text", ""))


def _same(one: str, two: str) -> bool:
    """Whether two readings are of the same words; figures must be equal: sprint 12 is not 13."""
    if one == two:
        return True
    figures = [[c for c in text if c.isdigit()] for text in (one, two)]
    return figures[0] == figures[1] and fuzz.ratio(one, two) >= SAME_WORDS
