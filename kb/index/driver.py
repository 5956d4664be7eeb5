"""What an engine must do for `kb.index.UnitIndex`: two thin drivers do, edge and server."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Protocol

from kb.index.points import About, Look, Payload, Point, Search, Seen, Where

Conditions = tuple[Where, ...]
DENSE, SPARSE = "dense", "sparse"
BATCH = 256  # points of one write; the embedded engine holds the interpreter meanwhile


class Driver(Protocol):
    """One collection of one engine. All conditions of a call must hold."""

    def about(self) -> About:
        """Return what the collection knows of itself."""

    def recreate(self, about: About) -> None:
        """Drop all points and start empty."""

    def upsert(self, points: Sequence[Point]) -> None:
        """Insert or overwrite; on the disk when it returns."""

    def delete(self, where: Conditions) -> None:
        """Delete what matches; on the disk when it returns."""

    def set_payload(self, where: Conditions, payload: Payload) -> None:
        """Set these payload keys on what matches; on the disk when it returns."""

    def search(self, searches: Sequence[Search], looks: Sequence[Look]) -> list[Seen]:
        """Run several searches in one go; return what they find, each unit once, in any order.

        Of dense vectors only the cosines to `looks` come out of the engine: taking them out whole
        costs more than finding them. The first look is at every unit.
        """

    def scroll(
        self, where: Conditions, *, payload: bool = True, ids: Collection[str] = ()
    ) -> Iterator[Point]:
        """Walk over all that matches, of these units if any are named, in the order of ids.

        Payloads come only where wanted.
        """

    def fetch(self, ids: Sequence[str], where: Conditions, looks: Sequence[Look]) -> list[Seen]:
        """Return those of these units that match; `looks` as for `search`."""

    def count(self, where: Conditions) -> int:
        """Return how many points match, exactly."""

    def facet(self, key: str, where: Conditions) -> dict[str, int]:
        """Return the values that matching points have in a field, and how many points each."""

    def optimize(self) -> None:
        """Rearrange for faster searches, if the engine doesn't do so by itself."""

    def close(self) -> None:
        """Let go of files and connections."""
