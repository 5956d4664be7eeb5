"""What differs between versions of a board comes first where a question asks what changed.

"What replaced the queue?" names what is gone. What came instead shares no word with the question,
but stands on the newer board alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from rapidfuzz import fuzz, process

from kb.choice import SAME_WORDS, same_words
from kb.index.points import ranked
from kb.likeness import likeness
from kb.text import key_of
from kb.weights import WEIGHTS, Weights

if TYPE_CHECKING:
    from kb.index import Hit
    from kb.query.hints import Hints

CHANGED = 0.3  # likeness of the sketches of boards that may be versions though much has changed …
SHARED = 0.25  # … and the share of what one says that the other must say too: letters are alike
FIRST = 3  # boards, the best ones, of which versions are looked for
MOST = 4  # versions that are held against each other
UNITS = 600  # of these; where there are more, some were left out, and their twins would differ
LONG = 120  # letters: longer texts are the same only to the letter
KINDS = ("node", "relation")


def differing_first(
    hits: Sequence[Hit],
    hints: Hints,
    whole: Callable[[Sequence[str]], list[Hit]],
    weights: Weights = WEIGHTS,
) -> list[Hit]:
    """Return `hits`, best first, raised where another version of their board says nothing alike.

    What differs on the versions of one board joins them where search had missed it. Where no change
    is asked for, or no board has versions among `hits`, they are returned as they are.

    Args:
        hits: best first.
        hints: what the question says beside its topic.
        whole: gives all units of these boards; asked once at most.
        weights: what differing is worth.
    """
    boards = _alike(hits) if hints.differs else ()
    if not boards:
        return list(hits)
    units = [hit for hit in whole(boards) if hit.payload["unit"] in KINDS]
    words = _Words(units)
    boards = (boards[0], *(board for board in boards[1:] if words.shared(boards[0], board)))
    if len(boards) < 2 or len(units) > UNITS:
        return list(hits)
    known = {hit.id for hit in hits}
    differ = {h.id for h in units if h.payload["board"] in boards and words.lack(h, boards)}
    others = [hit for hit in units if hit.id in differ and hit.id not in known]
    return ranked(
        hit.raised(weights.differs) if hit.id in differ else hit for hit in [*hits, *others]
    )


def _alike(hits: Iterable[Hit]) -> tuple[str, ...]:
    """Return the first of the best boards that has likely versions among `hits`, and these."""
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

    def shared(self, one: str, two: str) -> bool:
        """Whether enough of what the nodes of the shorter board say stands on the other too."""
        told = [self._told.get(("node", board), set()) for board in (one, two)]
        return len(told[0] & told[1]) >= SHARED * max(1, min(map(len, told)))

    def lack(self, hit: Hit, boards: Iterable[str]) -> bool:
        """Whether one of `boards` says nothing like `hit`."""
        words, unit = key_of(hit.payload["text"]), hit.payload["unit"]
        others = (self._told.get((unit, b), set()) for b in boards if b != hit.payload["board"])
        return any(words not in told and not _nearly(words, told) for told in others)


def _nearly(words: str, told: Iterable[str]) -> bool:
    if len(words) > LONG:
        return False
    alike = process.extract_iter(words, told, scorer=fuzz.ratio, score_cutoff=SAME_WORDS)
    return any(same_words(words, one) for one, *_ in alike)
