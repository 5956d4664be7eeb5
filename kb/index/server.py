"""A Qdrant server or cluster, or qdrant-client's in-process stand-in for one (tests).

Imports qdrant-client, which takes a second: imported where a server is named, and nowhere else.
"""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from qdrant_client import QdrantClient, models
from qdrant_client.http.exceptions import ResponseHandlingException, UnexpectedResponse

from kb.errors import KBError
from kb.index.driver import BATCH, DENSE, SPARSE, Conditions
from kb.index.points import About, Look, Payload, Point, Search, Seen, Sparse
from kb.index.scope import KEYWORDS, NUMBERS

PAGE = 512
MOST_VALUES = 1_000_000
TIMEOUT_S = 60


def connect(url: str, key: str = "") -> QdrantClient:
    """Connect to the server at `url`; ``:memory:`` is the stand-in."""
    if url == ":memory:":
        return QdrantClient(location=url)
    with warnings.catch_warnings():
        # A key over plain HTTP is the operator's choice within a trusted network.
        warnings.filterwarnings("ignore", "Api key is used with an insecure connection")
        return QdrantClient(
            url=url, api_key=key or None, timeout=TIMEOUT_S, check_compatibility=False
        )


class ServerDriver:
    """One collection of a server.

    Args:
        client: connected; closed with the driver.
        name: of the collection.
        about: what a new collection is made for; an old one keeps what it knows.

    Raises:
        KBError: ``index_unreachable``: the server doesn't answer.
    """

    def __init__(self, client: QdrantClient, name: str, about: About) -> None:
        self._client = client
        self._name = name
        try:
            if not client.collection_exists(name):
                self._create(about)
        except ResponseHandlingException as error:
            raise KBError(
                f"the Qdrant server doesn't answer: {error}",
                hint="check KB_QDRANT_URL and that the server runs",
                code="index_unreachable",
            ) from error

    def about(self) -> About:
        """Kept as the collection's metadata."""
        config = self._client.get_collection(self._name).config
        known = (config.metadata or {}).get("about")
        if known is not None:
            return About(**known)
        vectors = config.params.vectors  # made by somebody else: its vectors are unknown
        dense = vectors.get(DENSE) if isinstance(vectors, dict) else None
        return About("", dense.size if dense else 0)

    def recreate(self, about: About) -> None:
        """See `Driver`."""
        self._client.delete_collection(self._name)
        self._create(about)

    def upsert(self, points: Sequence[Point]) -> None:
        """See `Driver`."""
        for start in range(0, len(points), BATCH):
            part = [_point(point) for point in points[start : start + BATCH]]
            self._client.upsert(self._name, part, wait=True)

    def delete(self, where: Conditions) -> None:
        """See `Driver`."""
        selector = models.FilterSelector(filter=_filter(where))
        self._client.delete(self._name, selector, wait=True)

    def set_payload(self, where: Conditions, payload: Payload) -> None:
        """See `Driver`."""
        self._client.set_payload(self._name, payload, points=_filter(where), wait=True)

    def search(self, searches: Sequence[Search], looks: Sequence[Look]) -> list[Seen]:
        """See `Driver`."""
        requests = [
            models.QueryRequest(
                query=_vector(search.vector),
                using=search.using,
                filter=_filter(search.where),
                limit=search.limit,
            )
            for search in searches
        ]
        responses = self._client.query_batch_points(self._name, requests)
        return self._seen({one.id for found in responses for one in found.points}, (), looks)

    def scroll(
        self, where: Conditions, *, payload: bool = True, ids: Collection[str] = ()
    ) -> Iterator[Point]:
        """See `Driver`."""
        among = [models.HasIdCondition(has_id=list(ids))] if ids else []
        offset: Any = None
        while True:
            records, offset = self._client.scroll(
                self._name,
                scroll_filter=models.Filter(must=[*among, *_conditions(where)]),
                limit=PAGE,
                offset=offset,
                with_payload=payload,
                with_vectors=True,
            )
            yield from map(_from_record, records)
            if offset is None:
                return

    def fetch(self, ids: Sequence[str], where: Conditions, looks: Sequence[Look]) -> list[Seen]:
        """See `Driver`."""
        return self._seen(set(ids), where, looks)

    def count(self, where: Conditions) -> int:
        """See `Driver`."""
        return self._client.count(self._name, count_filter=_filter(where), exact=True).count

    def facet(self, key: str, where: Conditions) -> dict[str, int]:
        """See `Driver`."""
        response = self._client.facet(
            self._name, key, facet_filter=_filter(where), limit=MOST_VALUES, exact=True
        )
        return {str(hit.value): hit.count for hit in response.hits}

    def optimize(self) -> None:
        """A server does so by itself."""

    def close(self) -> None:
        """See `Driver`."""
        self._client.close()

    def _seen(self, ids: set[Any], where: Conditions, looks: Sequence[Look]) -> list[Seen]:
        """Look at these units; the first look brings what else is wanted of them."""
        if not ids:
            return []
        among = models.HasIdCondition(has_id=list(ids))
        requests = [
            models.QueryRequest(
                query=_vector(look.vector),
                using=DENSE,
                filter=models.Filter(must=[among, *_conditions((*where, *look.where))]),
                limit=len(ids),
                with_payload=n == 0,
                with_vector=[SPARSE] if n == 0 else False,
            )
            for n, look in enumerate(looks)
        ]
        responses = self._client.query_batch_points(self._name, requests)
        cosines: dict[Any, list[float]] = {}
        for response in responses:
            for point in response.points:
                cosines.setdefault(point.id, []).append(point.score)
        return [
            Seen(str(one.id), one.payload or {}, _sparse(one.vector or {}), cosines[one.id])
            for one in responses[0].points
        ]

    def _create(self, about: About) -> None:
        try:
            self._client.create_collection(
                self._name,
                vectors_config={
                    DENSE: models.VectorParams(size=about.dim, distance=models.Distance.COSINE)
                },
                sparse_vectors_config={
                    SPARSE: models.SparseVectorParams(modifier=models.Modifier.IDF)
                },
                metadata={"about": asdict(about)},
            )
        except UnexpectedResponse as error:
            if error.status_code != 409:  # another process was first
                raise
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Payload indexes have no effect in the local Qdrant")
            for key, schema in _payload_indexes().items():
                self._client.create_payload_index(self._name, key, schema)


def _payload_indexes() -> dict[str, Any]:
    keyword, number = models.PayloadSchemaType.KEYWORD, models.PayloadSchemaType.FLOAT
    tenant = models.KeywordIndexParams(type=models.KeywordIndexType.KEYWORD, is_tenant=True)
    indexes: dict[str, Any] = {"workspace": tenant}
    return indexes | dict.fromkeys(KEYWORDS, keyword) | dict.fromkeys(NUMBERS, number)


def _filter(where: Conditions) -> models.Filter:
    return models.Filter(must=_conditions(where))


def _conditions(where: Conditions) -> list[models.Condition]:
    must: list[models.Condition] = []
    for one in where:
        if one.any:
            several = len(one.any) > 1  # slower, also where there is but one
            match = (
                models.MatchAny(any=list(one.any))
                if several
                else models.MatchValue(value=one.any[0])
            )
            must.append(models.FieldCondition(key=one.key, match=match))
        else:
            bounds = models.Range(gte=one.gte, lte=one.lte)
            must.append(models.FieldCondition(key=one.key, range=bounds))
    return must


def _vector(vector: Any) -> Any:
    if isinstance(vector, Sparse):
        return models.SparseVector(indices=vector.indices, values=vector.values)
    return np.asarray(vector, np.float32).tolist()


def _point(point: Point) -> models.PointStruct:
    vectors = {DENSE: _vector(point.dense)}
    if point.sparse:
        vectors[SPARSE] = _vector(point.sparse)
    return models.PointStruct(id=point.id, vector=vectors, payload=point.payload)


def _from_record(record: Any) -> Point:
    vectors = record.vector
    return Point(str(record.id), vectors[DENSE], _sparse(vectors), record.payload or {})


def _sparse(vectors: Any) -> Sparse:
    sparse = vectors.get(SPARSE)
    return Sparse(list(sparse.indices), list(sparse.values)) if sparse else Sparse([], [])
