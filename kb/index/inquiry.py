"""One question put to the index: what is near it, and how near whatever else is looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kb.evidence import Filters
from kb.index.across import NOTHING, Across
from kb.index.centring import Centres, Sight
from kb.index.driver import DENSE, SPARSE, Conditions, Driver
from kb.index.folders import ByName
from kb.index.fusion import score
from kb.index.points import Dense, Hit, Point, Search, Seen, Sparse, Where
from kb.index.scope import in_language, scope
from kb.weights import Weights

MOST_WHOLE = 4_000  # units


class Inquiry:
    """A question with the wall around it; everything it gives is within `where`.

    Args:
        driver: the engine.
        where: the conditions that every unit must meet.
        dense: the question's vector.
        sparse: its terms; empty ones have no vote.
        language: of the question.
        view: of the workspace that `where` names.
        weights: of what is found.
        across: its words in another language.
    """

    def __init__(
        self,
        driver: Driver,
        where: Conditions,
        dense: Dense,
        sparse: Sparse,
        language: str,
        view: Centres,
        weights: Weights,
        across: Across = NOTHING,
    ) -> None:
        self._driver = driver
        self._where = where
        self._dense = view.question(dense, language)
        self._sight = Sight(self._dense, view)
        self._sparse = sparse
        self._rarities = {term: view.profile.rarity(term) for term in sparse.indices}
        self._view = view
        self._language = language
        self._weights = weights
        self._across = across

    @property
    def folders(self) -> ByName:
        """The folders of the workspace by the words that each is called by."""
        return self._view.profile.folders

    def near(self, depth: int, also: Sequence[Filters] = ()) -> list[Hit]:
        """Return what is found by meaning or words, best first; ties in the order of their ids.

        Args:
            depth: most units of each search: one for each language, one by words.
            also: narrower filters; the best units by meaning within each are looked at too.
        """
        places = [in_language(self._where, one) for one in self._view.languages] or [self._where]
        places += [(*self._where, *scope(None, filters)) for filters in also]
        searches = [Search(DENSE, self._dense, where, depth) for where in places]
        if self._sparse:
            searches.append(Search(SPARSE, self._sparse, self._where, depth))
        return self._scored(self._driver.search(searches, self._sight.looks))

    def fetch(self, ids: Sequence[str]) -> list[Hit]:
        """Return those of these units that the question may see, best first."""
        found = self._driver.fetch(ids, self._where, self._sight.looks) if ids else []
        return self._scored(found)

    def whole(self, boards: Sequence[str]) -> list[tuple[Point, Hit]]:
        """Return the units of these boards that the question may see, as stored and as scored.

        At most MOST_WHOLE, for boards may hold more than an answer can wait for: each then has a
        share of them, and of a board that exceeds its share come the units that fit best.
        """
        if not boards:
            return []
        within = (*self._where, Where("board", any=tuple(boards)))
        fits = self._driver.count(within) <= MOST_WHOLE
        points = list(self._driver.scroll(within, ids=() if fits else self._best(within)))
        hits = {hit.id: hit for hit in self._scored(self._sight.seen(points))}
        return [(point, hits[point.id]) for point in points]

    def units(self, boards: Sequence[str]) -> list[Hit]:
        """Return the units of these boards as scored, as `whole` does."""
        return [hit for _, hit in self.whole(boards)]

    def _best(self, within: Conditions) -> list[str]:
        """Return the ids of the MOST_WHOLE best units of boards that hold more between them."""
        left = shares_of(self._driver.facet("board", within), MOST_WHOLE)
        searches = []
        for board, share in left.items():
            where = (*self._where, Where("board", any=(board,)))
            searches.append(Search(DENSE, self._dense, where, share))
            if self._sparse:
                searches.append(Search(SPARSE, self._sparse, where, share))
        kept = []
        for hit in self._scored(self._driver.search(searches, self._sight.looks)):
            if left[hit.payload["board"]] > 0:
                left[hit.payload["board"]] -= 1
                kept.append(hit.id)
        return kept

    def _scored(self, units: Sequence[Seen]) -> list[Hit]:
        return score(
            units, self._sight, self._rarities, self._weights, self._language, self._across
        )


def shares_of(sizes: Mapping[str, int], most: int) -> dict[str, int]:
    """Return how many of `most` units each board may have: small ones all, others equally many."""
    shares: dict[str, int] = {}
    for board in sorted(sizes, key=lambda one: (sizes[one], one)):
        share = min(sizes[board], most // (len(sizes) - len(shares)))
        shares[board] = share
        most -= share
    return shares
