"""Which of the hits are shown: several boards on one page, and no thing twice.

Photos of one board taken again say the same; so the first of them has its say, and of the others
what differs. Boards are compared by the sketches in the payload (`kb.likeness`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz import fuzz

from kb.figures import figures_of
from kb.index.points import Hit
from kb.likeness import ALIKE, likeness
from kb.text import key_of

PER_BOARD = 8  # evidence of one board, while other boards have some to offer
SAME_WORDS = 85.0  # of 100, from which two readings are of the same words


def choose(
    hits: Iterable[Hit], k: int, *, per_board: int = PER_BOARD, versions: bool = False
) -> list[Hit]:
    """Take the `k` best hits, at most `per_board` of a board and its versions.

    What exceeds that, or repeats what is said already (on a version of the board, or a node's words
    in a relation of it), comes in only where the others run out; what a board says as a whole and
    in its only node, once. With `versions` each is a board of its own: what changed is asked.
    """
    taken: list[Hit] = []
    spare: list[Hit] = []
    families = _Families(alike=2.0 if versions else ALIKE)
    counts: dict[int, int] = {}
    for hit in hits:
        if len(taken) == k:
            break
        family = families.of(hit)
        if families.echoes(family, hit):
            continue
        if counts.get(family, 0) < per_board and families.says(family, hit):
            taken.append(hit)
            counts[family] = counts.get(family, 0) + 1
        else:
            spare.append(hit)
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

    def __init__(self, alike: float) -> None:
        self._alike = alike
        self._boards: dict[str, int] = {}
        self._sketches: list[str] = []  # of the first board of each family
        self._said: list[list[_Told]] = []

    def of(self, hit: Hit) -> int:
        board, sketch = hit.payload["board"], hit.payload.get("sketch", "")
        if board not in self._boards:
            self._boards[board] = self._like(sketch)
        return self._boards[board]

    def _like(self, sketch: str) -> int:
        for family, other in enumerate(self._sketches):
            if likeness(sketch, other) >= self._alike:
                return family
        self._sketches.append(sketch)
        self._said.append([])
        return len(self._sketches) - 1

    def echoes(self, family: int, hit: Hit) -> bool:
        """Whether the same words of the same nodes were taken as another unit."""
        told = _told(hit)
        return any(_echoes(told, said) for said in self._said[family])

    def says(self, family: int, hit: Hit) -> bool:
        """Whether no other version said the same, nor a relation the words of this node."""
        told = _told(hit)
        if any(_repeats(told, said) for said in self._said[family]):
            return False
        self._said[family].append(told)
        return True


@dataclass(frozen=True, slots=True)
class _Told:
    board: str
    unit: str
    nodes: tuple[str, ...]
    words: str


def _told(hit: Hit) -> _Told:
    payload = hit.payload
    words = key_of(payload.get("text", ""))
    return _Told(payload["board"], payload["unit"], tuple(payload.get("nodes", ())), words)


def _repeats(one: _Told, said: _Told) -> bool:
    if one.board != said.board:
        return one.unit == said.unit and same_words(one.words, said.words)
    if one.words == said.words:
        return True
    within = one.unit == "node" and said.unit == "relation" and set(one.nodes) <= set(said.nodes)
    return within and one.words in said.words


def _echoes(one: _Told, said: _Told) -> bool:
    same = (one.board, one.words, set(one.nodes)) == (said.board, said.words, set(said.nodes))
    return same and one.unit != said.unit


def same_words(one: str, two: str) -> bool:
    """Whether two readings are of the same words; figures must be equal: sprint 12 is not 13."""
    if one == two:
        return True
    return fuzz.ratio(one, two) >= SAME_WORDS and figures_of(one) == figures_of(two)
