"""How well whole boards fit a question, as context of their units."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kb.index.points import Hit, point_id
from kb.weights import Weights

BEST = 24  # hits whose boards are fetched as wholes


class Wholes:
    """The units that stand for whole boards, of the boards that were found.

    Args:
        hits: what was found, best first.
        fetch: gives the units with these ids; asked once, for those that were not found.
        weights: what a board is worth.
    """

    def __init__(
        self,
        hits: Sequence[Hit],
        fetch: Callable[[Sequence[str]], list[Hit]],
        weights: Weights,
    ) -> None:
        found = {hit.payload["board"]: hit for hit in hits if hit.payload["unit"] == "board"}
        lacking = {hit.payload["board"]: hit.payload["workspace"] for hit in hits[:BEST]}
        ids = [point_id(lacking[board], board, "b") for board in lacking if board not in found]
        found |= {hit.payload["board"]: hit for hit in fetch(ids)}
        self._scores = {board: hit.score for board, hit in found.items()}
        self._crossed = {board: hit.crossed for board, hit in found.items()}
        self._weights = weights

    def lift(self, hit: Hit) -> Hit:
        """Return `hit` with what its board adds to its score."""
        added = self._weights.board * self._scores.get(hit.payload["board"], 0.0)
        if hit.payload["unit"] == "board":
            added += self._weights.whole
        crossed = self._weights.board * self._crossed.get(hit.payload["board"], 0.0)
        return hit.raised(added)._replace(crossed=hit.crossed + crossed)
