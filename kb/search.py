"""Evidence for a query: by meaning, words and relations; grouped by board, best board first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from kb.choice import choose, grouped
from kb.differing import differing_first
from kb.errors import WrongUse
from kb.evidence import BoardRef, Evidence, Filters, SearchResult
from kb.folders import folder_first, named_among
from kb.index.points import ranked
from kb.weights import WEIGHTS, Weights

if TYPE_CHECKING:
    from kb.base import KnowledgeBase
    from kb.embed.embedder import Asked
    from kb.index import Hit
    from kb.index.inquiry import Inquiry
    from kb.query.hints import Hints
    from kb.query.question import Question

__all__ = [
    "MAX_K",
    "candidates",
    "check_k",
    "evidence_of",
    "grouped",
    "search",
    "shown",
    "wanted",
    "weigh",
]

MAX_QUERY = 2_000
MAX_K = 200
OVERSAMPLING = 6  # so that capping one board, and repeats, leave others to show
OVERSAMPLING_CHANGED = 16  # the same, so that a version that has changed much is found too
DEPTH, MAX_DEPTH = 20, 300  # units that each way of searching gives: half of what is wanted


def search(
    base: KnowledgeBase,
    query: str,
    *,
    workspace: str,
    filters: Filters | None = None,
    k: int = 10,
    now: datetime | None = None,
) -> SearchResult:
    """Return up to `k` pieces of evidence for `query`.

    One board's evidence stands together; boards come in the order of their best piece. Costs one
    embedding, one round of index queries and three fetches by id, and no SQL; where it is asked
    what changed, also a look at the versions of one board. `now` is what "last week" counts from;
    None is the present.

    Raises:
        WrongUse: the query is empty or too long, or `k` is out of 1 … MAX_K.
    """
    from kb.query.hints import hints_of

    check_k(k)
    query, now = query.strip(), now or datetime.now(UTC).astimezone()
    inquiry = inquire(base, query, workspace=workspace, filters=filters)
    hints = hints_of(query, now)
    hits = near(base, inquiry, query, limit=wanted(k, hints), now=now)
    chosen = grouped(shown(hits, query, hints, inquiry.units, k))
    return SearchResult(query=query, evidence=tuple(map(evidence_of, chosen)))


def wanted(k: int, hints: Hints) -> int:
    """Return how many hits `shown` chooses `k` of."""
    return k * (OVERSAMPLING_CHANGED if hints.differs else OVERSAMPLING)


def shown(
    hits: Sequence[Hit],
    query: str,
    hints: Hints,
    whole: Callable[[Sequence[str]], list[Hit]],
    k: int,
    weights: Weights = WEIGHTS,
) -> list[Hit]:
    """Choose the `k` hits that are shown, best first: what the question points at comes first.

    Args:
        hits: `wanted` of them, best first.
        query: the question.
        hints: what it says beside its topic.
        whole: gives all units of some boards; asked only where a change is asked for.
        k: how many are shown.
        weights: of what comes first.
    """
    hits = folder_first(query, hits, weights)
    hits = differing_first(hits, hints, whole, weights)
    return choose(hits, k, versions=hints.versions or hints.differs)


def check_k(k: int) -> None:
    """Raise `WrongUse` where `k` is out of 1 … MAX_K."""
    if not 1 <= k <= MAX_K:
        raise WrongUse(f"k is {k}, not between 1 and {MAX_K}", code="bad_k")


def inquire(
    base: KnowledgeBase,
    query: str,
    *,
    workspace: str,
    filters: Filters | None = None,
    read: Asked | None = None,
) -> Inquiry:
    """Put `query` to the index of one workspace; `read` is what the embedder read in it, if it did.

    Raises `WrongUse`.
    """
    from kb.index.sparse import sparse_query
    from kb.query.question import understand

    query = query.strip()
    if not query or len(query) > MAX_QUERY:
        raise WrongUse(f"a query has 1 to {MAX_QUERY} characters", code="bad_query")
    return base.index.inquire(
        (read or base.embedder.asked(query)).vector,
        sparse_query(query),
        workspace=workspace,
        filters=filters or Filters(),
        language=understand(query).language,
        means=base.means,
        text=query,
    )


def near(
    base: KnowledgeBase, inquiry: Inquiry, query: str, *, limit: int, now: datetime | None = None
) -> list[Hit]:
    """Return the `limit` best units for `query`, which was put to the index, best first."""
    from kb.query.hints import hints_of
    from kb.query.question import understand

    query = query.strip()
    asked = understand(query)
    hints = hints_of(query, now or datetime.now(UTC).astimezone())
    hits = candidates(inquiry, query, hints, limit)
    hits = weigh(hits, asked, hints, inquiry.fetch)
    if base.reranker is not None:
        hits = base.reranker.rerank(query, hits)
    return hits[:limit]


def candidates(inquiry: Inquiry, query: str, hints: Hints, limit: int) -> list[Hit]:
    """Return what is near, and what is within each narrower place that the question names."""
    folders = [Filters(source=folder) for folder in named_among(query, inquiry.folders)]
    depth = min(max(limit // 2, DEPTH), MAX_DEPTH)
    return inquiry.near(depth, [*hints.filters(), *folders])


def weigh(
    hits: Sequence[Hit],
    asked: Question,
    hints: Hints,
    fetch: Callable[[Sequence[str]], list[Hit]],
    weights: Weights = WEIGHTS,
) -> list[Hit]:
    """Return `hits`, and what the relations lead to, with all that speaks for them, best first.

    A unit counts by its own words and by its board: "what annoyed people at the festival?" is
    answered by notes that name neither.

    Args:
        hits: found by meaning and words.
        asked: the question understood.
        hints: what it says beside its topic.
        fetch: gives the units with these ids, as far as the question may see them.
        weights: of hints and walk.
    """
    from kb.boards import Wholes
    from kb.walk import walk

    wholes = Wholes(hits, fetch, weights)
    hits = ranked(wholes.lift(hints.lift(hit, weights)) for hit in hits)
    walked = walk(hits, asked.intent, fetch, weights)
    reached = [wholes.lift(hints.lift(hit, weights)) for hit in walked.found]
    hits = ranked(map(walked.lift, [*hits, *reached]))
    hits = ranked(hit.raised(weights.across * hit.crossed) for hit in hits)  # walks start without
    if not (hints.latest or hints.earliest):
        return hits
    return ranked([*hints.timely(hits[:DEPTH], weights), *hits[DEPTH:]])


def untranslated(hits: Iterable[Hit], weights: Weights = WEIGHTS) -> list[Hit]:
    """Return `hits` as they fit without the dictionary: what is learnt from scores learnt these."""
    return ranked(hit.raised(-weights.across * hit.crossed) for hit in hits)


def evidence_of(hit: Hit) -> Evidence:
    """Build evidence from what the index keeps beside the vectors."""
    payload: Mapping[str, Any] = hit.payload
    paths: Sequence[str] = payload["source"]
    return Evidence(
        board=BoardRef(
            id=payload["board"], source=paths[0] if paths else "", title=payload["title"]
        ),
        unit=payload["unit"],
        nodes=tuple(payload["nodes"]),
        region=tuple(payload["region"]),
        text=payload["text"],
        score=hit.score,
    )
