"""One owner at a time, many processes: a file lock that is kept until somebody else wants it.

An embedded store is a folder that one process may have open, and opening it costs a tenth of a
second. So a process keeps it open after its first use, and gives it up when another one asks: who
waits touches a file beside the lock, who holds looks for that file after each use and, while it
is idle, from a background thread. Each owner gets a moment of work before it must yield, and then
lets the other go first, so that neither starves.
"""

from __future__ import annotations

import atexit
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Generic, TypeVar

from filelock import FileLock, Timeout

from kb.errors import StoreHeld

T = TypeVar("T")

POLL_S = 0.005  # between two tries of who waits
WATCH_S = 0.05  # between two looks of an idle holder
SHARE_S = 0.05  # of work for each owner at least, or as long as opening took
YIELD_S = 0.25  # how long who just gave way lets the other come first
IDLE_S = 60.0  # unused this long, the store is closed anyway


class Lease(Generic[T]):
    """Holds a resource of type T open for this process while no other process wants it.

    Args:
        path: of the lock file; ``<path>.wanted`` lies beside it.
        open_: opens the resource; called while the lock is held.
        close: closes it; called before the lock is released.
        wait_s: how long to wait for another process.
    """

    def __init__(
        self, path: Path, open_: Callable[[], T], close: Callable[[T], None], *, wait_s: float
    ) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._wanted = path.with_name(path.name + ".wanted")
        self._file = FileLock(path, thread_local=False)
        self._open, self._close, self._wait_s = open_, close, wait_s
        self._threads = threading.RLock()
        self._stop = threading.Event()
        self._watcher: threading.Thread | None = None
        self._resource: T | None = None
        self._depth = 0
        self._share_until = self._used = 0.0
        self._gave_way = False
        self._process = os.getpid()
        atexit.register(self.release)

    @contextmanager
    def hold(self) -> Iterator[T]:
        """Yield the open resource; threads of this process take turns.

        Raises:
            StoreHeld: another process did not give it up within `wait_s`.
        """
        with self._threads:
            resource = self._resource if self._resource is not None else self._take()
            self._depth += 1
            try:
                yield resource
            finally:
                self._depth -= 1
                self._used = time.monotonic()
                if self._depth == 0 and self._must_yield():
                    self._give_up()

    @contextmanager
    def closed(self) -> Iterator[None]:
        """Keep everybody out, this process too, while the resource is closed.

        Raises:
            StoreHeld: another process did not give it up within `wait_s`.
        """
        with self._threads:
            if self._resource is None:
                self._acquire()
            try:
                resource, self._resource = self._resource, None
                if resource is not None:
                    self._close(resource)
                yield
            finally:
                self._file.release()

    def release(self) -> None:
        """Close the resource and let others have it; the next `hold` opens it again."""
        if os.getpid() != self._process:
            return  # a fork: it is the parent's
        with self._threads:
            self._give_up()
            self._gave_way = False

    def close(self) -> None:
        """Release for good: the background thread ends."""
        self._stop.set()
        self.release()
        atexit.unregister(self.release)

    def _take(self) -> T:
        if os.getpid() != self._process:
            raise RuntimeError("an index can't be used across a fork: open it anew")
        self._acquire()
        started = time.monotonic()
        try:
            self._resource = self._open()
        except BaseException:
            self._file.release()
            raise
        now = self._used = time.monotonic()
        self._share_until = now + max(SHARE_S, now - started)
        if self._watcher is None or not self._watcher.is_alive():
            self._watcher = threading.Thread(target=self._watch, daemon=True, name="kb-lease")
            self._watcher.start()
        return self._resource

    def _acquire(self) -> None:
        deadline = time.monotonic() + self._wait_s
        if self._gave_way:
            self._let_the_other_in()
        while True:
            with suppress(Timeout):
                self._file.acquire(timeout=0)
                with suppress(OSError):
                    self._wanted.unlink()  # others who wait touch it again
                return
            if time.monotonic() >= deadline:
                raise StoreHeld(
                    f"another process has used the index for {self._wait_s:g} s: {self._path}",
                    hint="try again, or raise KB_LOCK_WAIT_S",
                )
            with suppress(OSError):
                self._wanted.touch()
            time.sleep(POLL_S)

    def _let_the_other_in(self) -> None:
        """Wait until who asked has come, or has gone away."""
        until = time.monotonic() + YIELD_S
        while self._wanted.exists() and time.monotonic() < until:
            time.sleep(POLL_S)
        self._gave_way = False

    def _must_yield(self) -> bool:
        now = time.monotonic()
        if now - self._used > IDLE_S:
            return True
        return now >= self._share_until and self._wanted.exists()

    def _watch(self) -> None:
        while not self._stop.wait(WATCH_S):
            if self._resource is None or not self._threads.acquire(blocking=False):
                continue
            try:
                if self._resource is not None and self._must_yield():
                    self._give_up()
            finally:
                self._threads.release()

    def _give_up(self) -> None:
        resource, self._resource = self._resource, None
        if resource is None:
            return
        try:
            self._close(resource)
        finally:
            self._gave_way = self._wanted.exists()
            self._file.release()
