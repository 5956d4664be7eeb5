"""The units of all boards, found by meaning and by words. Derived: the catalog can make it anew."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

from kb.errors import StoreDamaged
from kb.evidence import Filters
from kb.index.driver import DENSE, SPARSE, Driver
from kb.index.fusion import fuse
from kb.index.points import About, Dense, Hit, Point, Search, Sparse
from kb.index.scope import places_of, scope, with_places

TRUST_S = 1.0  # between two looks at what the index was made by: another process may rebuild it
CANDIDATES = 50  # of each search at least, before they are joined

_NOTHING = Filters()


class UnitIndex:
    """One repository over any `Driver`; safe to share among threads.

    Every method names the workspace it works on; None, where allowed, means all of them and is
    for whoever looks after the whole store.

    Args:
        driver: the engine.
        fingerprint: of the embedder in use.
        dim: of its vectors.
    """

    def __init__(self, driver: Driver, fingerprint: str, dim: int) -> None:
        self._driver = driver
        self._wanted = About(fingerprint, dim)
        self._trusted_until = 0.0

    @property
    def stale(self) -> bool:
        """Whether it must be rebuilt: of another embedder, or of a rebuild that was cut off."""
        return self._driver.about() != self._wanted

    def put(self, points: Sequence[Point]) -> None:
        """Insert or overwrite `points`. They survive a crash once this returns.

        Waits for the disk once, so several boards in one call are cheaper than one each.

        Raises:
            ValueError: a point names no workspace or no board.
            StoreDamaged: ``index_stale``: the index holds vectors of another embedder.
            StoreHeld: another process keeps the embedded index.
        """
        for point in points:
            if not (point.payload.get("workspace") and point.payload.get("board")):
                raise ValueError(f"point {point.id} names no workspace or no board")
        self._check()
        self._driver.upsert([replace(p, payload=with_places(p.payload)) for p in points])

    def drop_board(self, workspace: str, board_id: str) -> None:
        """Delete all units of a board; nothing happens if there are none."""
        self._driver.delete(scope(workspace, board=_named(board_id)))

    def update_sources(self, workspace: str, board_id: str, sources: Sequence[str]) -> None:
        """Set the paths under which a board was ingested."""
        payload = {"source": list(sources), "places": places_of(sources)}
        self._driver.set_payload(scope(workspace, board=_named(board_id)), payload)

    def search(
        self,
        dense: Dense,
        sparse: Sparse,
        *,
        workspace: str,
        filters: Filters = _NOTHING,
        limit: int = 10,
    ) -> list[Hit]:
        """Return the units that fit best, best first; equal ones in the order of their ids.

        Args:
            dense: the question's vector.
            sparse: its terms; empty ones have no vote.
            workspace: the only one that is seen.
            filters: all of them must hold.
            limit: most hits.

        Raises:
            StoreDamaged: ``index_stale``: the index holds vectors of another embedder.
            StoreHeld: another process keeps the embedded index.
        """
        self._check()
        if limit < 1:
            return []
        where = scope(_named(workspace), filters)
        depth = max(limit, CANDIDATES)
        searches = [Search(DENSE, dense, where, depth)]
        if sparse:
            searches.append(Search(SPARSE, sparse, where, depth))
        near, *said = self._driver.search(searches)
        return fuse(near, said[0] if said else (), limit)

    def points(self, *, workspace: str | None, board_id: str = "") -> Iterator[Point]:
        """Walk over all points, in the order of their ids."""
        yield from self._driver.scroll(scope(workspace, board=board_id))

    def count(self, *, workspace: str | None, filters: Filters = _NOTHING) -> int:
        """Return how many units there are."""
        return self._driver.count(scope(workspace, filters))

    def boards(self, *, workspace: str | None) -> dict[str, int]:
        """Return the ids of the boards in the index, and how many units each has."""
        return self._driver.boards(scope(workspace))

    def reset(self) -> None:
        """Drop everything, for the embedder in use."""
        self._driver.recreate(self._wanted)
        self._fits = False

    def optimize(self) -> None:
        """Rearrange an embedded index for speed. Blocks its process: run it in one of its own."""
        self._driver.optimize()

    def close(self) -> None:
        """Let go of files and connections."""
        self._driver.close()

    def _check(self) -> None:
        """Vectors of two embedders can't be compared: refuse to mix them."""
        if time.monotonic() < self._trusted_until:
            return
        known = self._driver.about()
        if (known.fingerprint, known.dim) != (self._wanted.fingerprint, self._wanted.dim):
            raise StoreDamaged(
                "the index was made by another embedding model "
                f"({known.fingerprint or 'unknown'}, not {self._wanted.fingerprint})",
                hint="kb reindex",
                code="index_stale",
            )
        self._trusted_until = time.monotonic() + TRUST_S


def _named(name: str) -> str:
    if not name:
        raise ValueError("a workspace and a board have names")
    return name
