"""One writer at a time: the lock that ingest, delete, repair and reindex take."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from kb.errors import StoreHeld


class WriterLock:
    """A lock between processes that the operating system frees when its holder dies."""

    def __init__(self, home: Path, wait_s: float) -> None:
        self._lock = FileLock(home / "writer.lock")
        self._holder = home / "writer.json"
        self._wait_s = wait_s

    @contextmanager
    def held(
        self,
        purpose: str,
        *,
        on_wait: Callable[[str], None] | None = None,
        clears_up: bool = True,
    ) -> Iterator[bool]:
        """Hold the lock; gives whether the last holder died while it held it.

        Who does not clear up after a dead holder leaves its mark for the next one.

        Waits for another holder, telling `on_wait` who it is. Raises `StoreHeld` naming the holder
        when the wait is over.
        """
        self._take(on_wait)
        try:
            after_crash = self._holder.exists()
            self._holder.write_text(
                json.dumps({"pid": os.getpid(), "purpose": purpose, "since": time.time()})
            )
            yield after_crash
            if clears_up or not after_crash:
                self._holder.unlink(missing_ok=True)
        finally:
            self._lock.release()

    def _take(self, on_wait: Callable[[str], None] | None) -> None:
        try:
            self._lock.acquire(timeout=0)
            return
        except Timeout:
            if on_wait is not None:
                on_wait(self._who())
        try:
            self._lock.acquire(timeout=self._wait_s)
        except Timeout as error:
            raise StoreHeld(
                f"the store is held by {self._who()}; waited {self._wait_s:g} s",
                hint="let it finish and try again, or raise KB_LOCK_WAIT_S",
            ) from error

    def _who(self) -> str:
        try:
            told = json.loads(self._holder.read_text())
            age = max(0, int(time.time() - float(told["since"])))
            return f"{told['purpose']} (process {int(told['pid'])}, for {age} s)"
        except (OSError, ValueError, KeyError, TypeError):
            return "another process"
