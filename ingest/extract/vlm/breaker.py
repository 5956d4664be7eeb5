"""A circuit breaker: a server that keeps failing is left alone for a while."""

from __future__ import annotations

import time
from collections.abc import Callable


class Breaker:
    """Open after `failures` in a row; after `rest_s` one request may try again.

    Not locked: one event loop uses it.
    """

    def __init__(
        self,
        failures: int,
        rest_s: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most = failures
        self._rest_s = rest_s
        self._clock = clock
        self._failed = 0
        self._until: float | None = None

    def lets_through(self) -> bool:
        """Tell whether a request may be sent; after the rest True for one request only."""
        if self._until is None:
            return True
        now = self._clock()
        if now < self._until:
            return False
        self._until = now + self._rest_s  # for the others, until this one comes back
        return True

    def succeeded(self) -> None:
        """Close: the server answers."""
        self._failed = 0
        self._until = None

    def failed(self) -> None:
        """Count a failure; the last one of a row opens."""
        self._failed += 1
        if self._failed >= self._most:
            self._until = self._clock() + self._rest_s
