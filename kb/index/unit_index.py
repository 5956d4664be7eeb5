"""The units of all boards, found by meaning and by words. Derived: the catalog can make it anew."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace

from kb.errors import StoreDamaged
from kb.evidence import Filters
from kb.index.across import NOTHING, across
from kb.index.centring import Centres, Means
from kb.index.driver import Driver
from kb.index.inquiry import Inquiry
from kb.index.points import About, Dense, Hit, Point, Sparse
from kb.index.profile import Profile, profile_of
from kb.index.scope import findable, places_of, scope
from kb.weights import WEIGHTS, Weights

TRUST_S = 1.0  # between two looks at what the index was made by: another process may rebuild it
CANDIDATES = 50  # of each search at least, before they are joined
PROFILE_S = 60.0  # how long a workspace's profile is trusted: other processes may write
MAX_PROFILES = 256  # workspaces whose profile is remembered

_NOTHING = Filters()
_NO_MEANS = Means()


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
        self._profiles = _Profiles()

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
        self._driver.upsert([replace(p, payload=findable(p.payload)) for p in points])
        self._profiles.forget({str(point.payload["workspace"]) for point in points})

    def drop_board(self, workspace: str, board_id: str) -> None:
        """Delete all units of a board; nothing happens if there are none."""
        self._driver.delete(scope(workspace, board=_named(board_id)))
        self._profiles.forget([workspace])

    def update_sources(
        self, workspace: str, board_id: str, sources: Sequence[str], at: float | None = None
    ) -> None:
        """Set the paths under which a board was ingested, and when it was drawn by them."""
        payload = {"source": list(sources), "places": places_of(sources)}
        moment = {} if at is None else {"at": at}
        self._driver.set_payload(scope(workspace, board=_named(board_id)), payload | moment)
        self._profiles.forget([workspace])

    def search(
        self,
        dense: Dense,
        sparse: Sparse,
        *,
        workspace: str,
        filters: Filters = _NOTHING,
        limit: int = 10,
    ) -> list[Hit]:
        """Return the `limit` units that fit best, best first; see `inquire`."""
        inquiry = self.inquire(dense, sparse, workspace=workspace, filters=filters)
        return inquiry.near(max(limit, CANDIDATES))[:limit] if limit > 0 else []

    def inquire(
        self,
        dense: Dense,
        sparse: Sparse,
        *,
        workspace: str,
        filters: Filters = _NOTHING,
        language: str = "",
        means: Means = _NO_MEANS,
        weights: Weights = WEIGHTS,
        text: str = "",
    ) -> Inquiry:
        """Put a question to one workspace.

        Args:
            dense: the question's vector.
            sparse: its terms; empty ones have no vote.
            workspace: the only one that is seen.
            filters: all of them must hold.
            language: of the question.
            means: of the model, which free the vectors of their language; none do nothing.
            weights: of what is found.
            text: the question, whose words are looked for in another language too.

        Raises:
            StoreDamaged: ``index_stale``: the index holds vectors of another embedder.
            StoreHeld: another process keeps the embedded index.
        """
        self._check()
        where = scope(_named(workspace), filters)
        profile = self.profile(workspace)
        both = profile.counts.keys() >= {"en", "zh"}
        crossed = across(text, profile.rarity) if text and both else NOTHING
        view = Centres(profile, means, weights.taken)
        return Inquiry(self._driver, where, dense, sparse, language, view, weights, crossed)

    def profile(self, workspace: str) -> Profile:
        """Return what the units of a workspace are like: see `kb.index.profile`."""
        where = scope(_named(workspace))
        return self._profiles.of(workspace, lambda: profile_of(self._driver, where))

    def points(self, *, workspace: str | None, board_id: str = "") -> Iterator[Point]:
        """Walk over all points, in the order of their ids."""
        yield from self._driver.scroll(scope(workspace, board=board_id))

    def count(self, *, workspace: str | None, filters: Filters = _NOTHING) -> int:
        """Return how many units there are."""
        return self._driver.count(scope(workspace, filters))

    def boards(self, *, workspace: str | None) -> dict[str, int]:
        """Return the ids of the boards in the index, and how many units each has."""
        return self._driver.facet("board", scope(workspace))

    def reset(self) -> None:
        """Drop everything, for the embedder in use."""
        self._driver.recreate(self._wanted)
        self._profiles.forget()

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
                "the index was made by another embedding model or release "
                f"({known.fingerprint or 'unknown'}, not {self._wanted.fingerprint})",
                hint="kb reindex",
                code="index_stale",
            )
        self._trusted_until = time.monotonic() + TRUST_S


class _Profiles:
    """The profiles of the workspaces asked last; safe to share among threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[str, tuple[float, Profile]] = OrderedDict()
        self._changes = 0

    def of(self, workspace: str, look: Callable[[], Profile]) -> Profile:
        """Return what is known and not too old, or look anew."""
        with self._lock:
            until, profile = self._known.get(workspace, (0.0, None))
            changes = self._changes
        if profile is not None and time.monotonic() < until:
            return profile
        profile = look()
        with self._lock:
            if changes == self._changes:  # else it may be old already
                self._known[workspace] = (time.monotonic() + PROFILE_S, profile)
                self._known.move_to_end(workspace)
                while len(self._known) > MAX_PROFILES:
                    self._known.popitem(last=False)
        return profile

    def forget(self, workspaces: Collection[str] | None = None) -> None:
        """Forget what changed; None: everything."""
        with self._lock:
            self._changes += 1
            for workspace in list(self._known) if workspaces is None else workspaces:
                self._known.pop(workspace, None)


def _named(name: str) -> str:
    if not name:
        raise ValueError("a workspace and a board have names")
    return name
