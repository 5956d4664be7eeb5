"""Hybrid search: evidence for a query, grouped by board, best board first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kb.errors import WrongUse
from kb.evidence import BoardRef, Evidence, Filters, SearchResult

if TYPE_CHECKING:
    from kb.base import KnowledgeBase
    from kb.index import Hit

MAX_QUERY = 2_000
MAX_K = 200
OVERSAMPLING = 3  # so that capping one board leaves others to show
PER_BOARD = 5  # evidence of one board, while other boards have some to offer


def search(
    base: KnowledgeBase,
    query: str,
    *,
    workspace: str,
    filters: Filters | None = None,
    k: int = 10,
) -> SearchResult:
    """Return up to `k` pieces of evidence for `query`.

    One board's evidence stands together; boards come in the order of their best piece. Costs one
    embedding and one index query, and no SQL.

    Raises:
        WrongUse: the query is empty or too long, or `k` is out of 1 … MAX_K.
    """
    check_k(k)
    hits = find(base, query, workspace=workspace, filters=filters, limit=k * OVERSAMPLING)
    return SearchResult(
        query=query.strip(), evidence=tuple(map(evidence_of, grouped(choose(hits, k))))
    )


def check_k(k: int) -> None:
    """Raise `WrongUse` where `k` is out of 1 … MAX_K."""
    if not 1 <= k <= MAX_K:
        raise WrongUse(f"k is {k}, not between 1 and {MAX_K}", code="bad_k")


def find(
    base: KnowledgeBase,
    query: str,
    *,
    workspace: str,
    filters: Filters | None = None,
    limit: int = 30,
) -> list[Hit]:
    """Return the `limit` best units for `query`, ungrouped, best first. Raises `WrongUse`."""
    from kb.index.sparse import sparse_query

    query = query.strip()
    if not query or len(query) > MAX_QUERY:
        raise WrongUse(f"a query has 1 to {MAX_QUERY} characters", code="bad_query")
    return base.index.search(
        base.embedder.query(query),
        sparse_query(query),
        workspace=workspace,
        filters=filters or Filters(),
        limit=limit,
    )


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


def choose(hits: Iterable[Hit], k: int) -> list[Hit]:
    """Take the `k` best hits, at most PER_BOARD of one board unless the others run out."""
    taken: list[Hit] = []
    spare: list[Hit] = []
    counts: dict[str, int] = {}
    for hit in hits:
        board = hit.payload["board"]
        counts[board] = counts.get(board, 0) + 1
        (taken if counts[board] <= PER_BOARD else spare).append(hit)
    taken = taken[:k]
    return taken + spare[: k - len(taken)]


def grouped(hits: Iterable[Hit]) -> list[Hit]:
    """Bring hits of one board together: boards by their best hit, then hits by score."""
    boards: dict[str, list[Hit]] = {}
    for hit in hits:
        boards.setdefault(hit.payload["board"], []).append(hit)
    ranked = sorted(boards.values(), key=lambda group: -max(hit.score for hit in group))
    return [hit for group in ranked for hit in sorted(group, key=lambda h: (-h.score, h.id))]
