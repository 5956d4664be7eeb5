"""What differs between versions of a board comes first where a question asks what changed.

"What replaced the queue?" names what is gone. What came instead shares no word with the question,
but stands on the newer board alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rapidfuzz import fuzz, process

from kb.choice import SAME_WORDS, same_words
from kb.index.points import ranked
from kb.likeness import likeness
from kb.text import key_of
from kb.weights import WEIGHTS, Weights

if TYPE_CHECKING:
    from kb.index import Hit
    from kb.index.inquiry import Inquiry
    from kb.query.hints import Hints

CHANGED = 0.3  # likeness of two boards that may be versions though much has changed
FIRST = 3  # boards, the best ones, of which versions are looked for
MOST = 4  # versions that are held against each other
UNITS = 2_000  # … and their units: each is held against all others
KINDS = ("node", "relation")


def differing_first(
    hits: Sequence[Hit], hints: Hints, inquiry: Inquiry, weights: Weights = WEIGHTS
) -> list[Hit]:
    """Return `hits`, best first, raised where another version of their board says nothing alike.

    What differs on the versions of one board joins them, found before or not; costs one look at all
    that stands there. Where no change is asked for, or no board has versions among `hits`, they are
    returned as they are.
    """
    boards = _versions(hits) if hints.differs else ()
    if not boards:
        return list(hits)
    units = [hit for _, hit in inquiry.whole(boards) if hit.payload["unit"] in KINDS][:UNITS]
    words = _Words(units)
    known = {hit.id: hit for hit in hits}
    differ = {hit.id for hit in units if words.lack(hit, boards)}
    others = [hit for hit in units if hit.id in differ and hit.id not in known]
    return ranked(
        hit.raised(weights.differs) if hit.id in differ else hit for hit in [*hits, *others]
    )


def _versions(hits: Iterable[Hit]) -> tuple[str, ...]:
    """Return the first of the best boards that has versions among `hits`, and these."""
    sketches: dict[str, str] = {}
    for hit in hits:
        sketches.setdefault(hit.payload["board"], hit.payload.get("sketch", ""))
    for board in list(sketches)[:FIRST]:
        own = sketches[board]
        others = [b for b, s in sketches.items() if b != board and likeness(own, s) >= CHANGED]
        if others:
            return (board, *others[: MOST - 1])
    return ()


class _Words:
    """The words of some units, by kind of unit and board."""

    def __init__(self, units: Iterable[Hit]) -> None:
        self._told: dict[tuple[str, str], set[str]] = {}
        for hit in units:
            key = hit.payload["unit"], hit.payload["board"]
            self._told.setdefault(key, set()).add(key_of(hit.payload["text"]))

    def lack(self, hit: Hit, boards: Iterable[str]) -> bool:
        """Whether one of `boards` says nothing like `hit`."""
        words, unit = key_of(hit.payload["text"]), hit.payload["unit"]
        others = (self._told.get((unit, b), set()) for b in boards if b != hit.payload["board"])
        return any(words not in told and not _nearly(words, told) for told in others)


def _nearly(words: str, told: Iterable[str]) -> bool:
    alike = process.extract_iter(words, told, scorer=fuzz.ratio, score_cutoff=SAME_WORDS)
    return any(same_words(words, one) for one, *_ in alike)
