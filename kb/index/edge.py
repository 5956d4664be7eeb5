"""Qdrant's engine inside this process (qdrant-edge): a folder instead of a server.

Layout of the folder, made whole beside its place and then renamed::

    <collection>/about.json     fingerprint and dimension
    <collection>/shard/         Qdrant's segments and write-ahead log
    <collection>.lease          who may have it open (`kb.index.lease`)
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections import OrderedDict
from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import qdrant_edge as qdrant

from kb.errors import StoreDamaged
from kb.index.driver import BATCH, DENSE, SPARSE, Conditions
from kb.index.lease import Lease
from kb.index.points import About, Look, Payload, Point, Search, Seen, Sparse
from kb.index.scope import KEYWORDS, NUMBERS

PAGE = 512  # points of one page of a walk
MOST_VALUES = 10_000_000
MOST_KNOWN = 8_192  # units whose payload is remembered: about 20 MB


class EdgeDriver:
    """One collection in a folder, shared among processes by a lease.

    Args:
        folder: of all collections.
        name: of this one.
        about: what a new collection is made for; an old one keeps what it knows.
        wait_s: how long to wait for another process.

    Raises:
        StoreHeld: another process keeps the collection.
        StoreDamaged: the engine can't open it.
    """

    def __init__(self, folder: Path, name: str, about: About, *, wait_s: float) -> None:
        self._folder = folder / name
        self._wished = about
        self._known: OrderedDict[Any, tuple[str, Payload, Sparse]] = OrderedDict()
        folder.mkdir(parents=True, exist_ok=True)
        self._lease: Lease[Any] = Lease(folder / f"{name}.lease", self._open, _close, wait_s=wait_s)

    def about(self) -> About:
        """Read it from the folder: another process may have changed it."""
        try:
            told = self._about_file.read_text("utf-8")
        except FileNotFoundError:  # none yet, or another process swaps them just now
            with self._lease.hold():  # makes it
                told = self._about_file.read_text("utf-8")
        return About(**json.loads(told))

    def recreate(self, about: About) -> None:
        """Make an empty collection beside the old one and swap them."""
        with self._lease.closed():
            self._make(about)

    def upsert(self, points: Sequence[Point]) -> None:
        """Write in small batches, so that other threads get the interpreter in between."""
        for start in range(0, len(points), BATCH):
            part = [_point(point) for point in points[start : start + BATCH]]
            with self._lease.hold() as shard:
                self._known.clear()
                shard.update(qdrant.UpdateOperation.upsert_points(part))
                if start + BATCH >= len(points):  # and a lease that changes hands flushes
                    shard.flush()

    def delete(self, where: Conditions) -> None:
        """See `Driver`."""
        self._change(qdrant.UpdateOperation.delete_points_by_filter(_filter(where)))

    def set_payload(self, where: Conditions, payload: Payload) -> None:
        """See `Driver`."""
        self._change(qdrant.UpdateOperation.set_payload_by_filter(_filter(where), payload))

    def search(self, searches: Sequence[Search], looks: Sequence[Look]) -> list[Seen]:
        """See `Driver`."""
        requests = [
            qdrant.QueryRequest(
                limit=search.limit,
                query=qdrant.Query.Nearest(_vector(search.vector), using=search.using),
                filter=_filter(search.where),
            )
            for search in searches
        ]
        with self._lease.hold() as shard:
            found = shard.query_batch(qdrant.QueryBatchRequest(requests))
            ids = {point.id for points in found for point in points}
            return self._seen(shard, ids, (), looks)

    def scroll(
        self, where: Conditions, *, payload: bool = True, ids: Collection[str] = ()
    ) -> Iterator[Point]:
        """Walk page by page; others get their turn in between."""
        among = [qdrant.HasIdCondition(set(ids))] if ids else []
        offset: Any = None
        while True:
            request = qdrant.ScrollRequest(
                offset=offset,
                limit=PAGE,
                filter=qdrant.Filter(must=[*among, *_conditions(where)]),
                with_payload=payload,
                with_vector=True,
            )
            with self._lease.hold() as shard:
                records, offset = shard.scroll(request)
            for record in records:
                yield _from_record(record)
            if offset is None:
                return

    def fetch(self, ids: Sequence[str], where: Conditions, looks: Sequence[Look]) -> list[Seen]:
        """See `Driver`."""
        with self._lease.hold() as shard:
            return self._seen(shard, set(ids), where, looks)

    def count(self, where: Conditions) -> int:
        """See `Driver`."""
        with self._lease.hold() as shard:
            return int(shard.count(qdrant.CountRequest(exact=True, filter=_filter(where))))

    def facet(self, key: str, where: Conditions) -> dict[str, int]:
        """See `Driver`."""
        request = qdrant.FacetRequest(key=key, limit=MOST_VALUES, exact=True, filter=_filter(where))
        with self._lease.hold() as shard:
            return {str(hit.value): int(hit.count) for hit in shard.facet(request).hits}

    def optimize(self) -> None:
        """Merge segments and build the graph. Holds the interpreter: for a process of its own."""
        with self._lease.hold() as shard:
            shard.optimize()
            shard.flush()

    def close(self) -> None:
        """See `Driver`."""
        self._lease.close()

    def engine(self) -> AbstractContextManager[Any]:
        """The open shard itself, held while the context lasts: for measurements."""
        return self._lease.hold()

    @property
    def _about_file(self) -> Path:
        return self._folder / "about.json"

    def _seen(
        self, shard: Any, ids: set[Any], where: Conditions, looks: Sequence[Look]
    ) -> list[Seen]:
        """Look at these units; called while the lease is held.

        What they carry is read by id, which is quicker than with a search, and kept: to read it
        takes most of the time of a search in a small index.
        """
        if not ids:
            return []
        among = qdrant.HasIdCondition(ids)
        requests = [
            qdrant.QueryRequest(
                limit=len(ids),
                query=qdrant.Query.Nearest(_vector(look.vector), using=DENSE),
                filter=qdrant.Filter(must=[among, *_conditions((*where, *look.where))]),
            )
            for look in looks
        ]
        cosines: dict[Any, list[float]] = {}
        for points in shard.query_batch(qdrant.QueryBatchRequest(requests)):
            for point in points:
                cosines.setdefault(point.id, []).append(point.score)
        known = self._known
        lacking = [id_ for id_ in cosines if id_ not in known]
        for one in shard.retrieve(lacking, with_payload=True, with_vector=[SPARSE]):
            known[one.id] = (str(one.id), one.payload or {}, _sparse(one.vector))
        for id_ in cosines:
            known.move_to_end(id_)
        seen = [Seen(*known[id_], near) for id_, near in cosines.items()]
        while len(known) > MOST_KNOWN:
            known.popitem(last=False)
        return seen

    def _change(self, operation: Any) -> None:
        with self._lease.hold() as shard:
            self._known.clear()
            shard.update(operation)
            shard.flush()

    def _open(self) -> Any:
        """Open the shard; called while the lease is held, after which others may have written."""
        self._known.clear()
        if not self._about_file.is_file():
            self._make(self._wished)
        try:
            return qdrant.EdgeShard.load(str(self._folder / "shard"))
        except Exception as error:  # the engine raises nothing narrower
            raise StoreDamaged(
                f"the index in {self._folder} can't be opened: {error}", hint="kb reindex"
            ) from error

    def _make(self, about: About) -> None:
        place = self._folder.parent
        for torn in place.glob(f".{self._folder.name}.*"):
            shutil.rmtree(torn, ignore_errors=True)
        fresh = Path(tempfile.mkdtemp(prefix=f".{self._folder.name}.", dir=place))
        shard = qdrant.EdgeShard.create(str(fresh / "shard"), _config(about.dim))
        for operation in _payload_indexes():
            shard.update(operation)
        _close(shard)
        _write(fresh / "about.json", about)
        if self._folder.exists():
            self._folder.rename(fresh / "old")
            (fresh / "old" / "about.json").unlink(missing_ok=True)
        fresh.rename(self._folder)
        shutil.rmtree(self._folder / "old", ignore_errors=True)


def _close(shard: Any) -> None:
    shard.flush()
    shard.close()


def _write(path: Path, about: About) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(asdict(about)), "utf-8")
    fresh.replace(path)


def _config(dim: int) -> Any:
    return qdrant.EdgeConfig(
        vectors={DENSE: qdrant.EdgeVectorParams(size=dim, distance=qdrant.Distance.Cosine)},
        sparse_vectors={SPARSE: qdrant.EdgeSparseVectorParams(modifier=qdrant.Modifier.Idf)},
        wal_enabled=True,  # without it a kill loses everything
    )


def _payload_indexes() -> Iterator[Any]:
    kinds: dict[str, Any] = {"workspace": qdrant.KeywordIndexParams(is_tenant=True)}
    kinds |= dict.fromkeys(KEYWORDS, qdrant.PayloadSchemaType.Keyword)
    kinds |= dict.fromkeys(NUMBERS, qdrant.PayloadSchemaType.Float)
    for key, kind in kinds.items():
        yield qdrant.UpdateOperation.create_field_index(key, kind)


def _filter(where: Conditions) -> Any:
    return qdrant.Filter(must=_conditions(where))


def _conditions(where: Conditions) -> list[Any]:
    must: list[Any] = []
    for one in where:
        if one.any:
            several = len(one.any) > 1  # slower, also where there is but one
            match = qdrant.MatchAny(list(one.any)) if several else qdrant.MatchValue(one.any[0])
            must.append(qdrant.FieldCondition(key=one.key, match=match))
        else:
            bounds = qdrant.RangeFloat(gte=one.gte, lte=one.lte)
            must.append(qdrant.FieldCondition(key=one.key, range=bounds))
    return must


def _vector(vector: Any) -> Any:
    if isinstance(vector, Sparse):
        return qdrant.SparseVector(indices=vector.indices, values=vector.values)
    return np.asarray(vector, np.float32)


def _point(point: Point) -> Any:
    vectors = {DENSE: _vector(point.dense)}
    if point.sparse:
        vectors[SPARSE] = _vector(point.sparse)
    return qdrant.Point(id=point.id, vector=vectors, payload=point.payload)


def _from_record(record: Any) -> Point:
    vectors = record.vector  # every look at it makes Python lists anew
    return Point(str(record.id), vectors[DENSE], _sparse(vectors), record.payload or {})


def _sparse(vectors: Any) -> Sparse:
    sparse = vectors.get(SPARSE)
    return Sparse(sparse.indices, sparse.values) if sparse else Sparse([], [])
