"""The store as the server holds it: one knowledge base, opened when first needed."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from kb.answer import selection
from kb.base import KnowledgeBase
from kb.errors import KBError, StoreHeld

if TYPE_CHECKING:
    from kb.settings import Settings

_log = logging.getLogger(__name__)


class Store:
    """Shared by all requests. Reads run side by side; writes one after the other."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._opening = threading.Lock()
        self._base: KnowledgeBase | None = None
        self._writes = asyncio.Lock()
        self._warm = threading.Event()

    @property
    def base(self) -> KnowledgeBase:
        """The knowledge base with catalog and index open. Blocks: for worker threads only."""
        with self._opening:
            if self._base is None:
                base = KnowledgeBase.open(self.settings)
                try:
                    _ = base.catalog, base.blobs, base.embedder, base.index, base.writer
                except BaseException:
                    base.close()
                    raise
                self._base = base
            return self._base

    def warm_up(self) -> None:
        """Load what answers questions on a thread of its own, so that the first one is quick."""

        def load() -> None:
            try:
                embedder = self.base.embedder
                embedder.asked("hello")
                if embedder.taught:
                    selection.load(embedder)
            except Exception:
                _log.exception("what answers questions could not be loaded; /readyz may tell more")
            finally:
                self._warm.set()

        threading.Thread(target=load, name="warm-up", daemon=True).start()

    def check_ready(self) -> None:
        """Raise what keeps this server from answering questions."""
        if not self._warm.is_set():
            raise KBError("the embedder is still loading", code="starting", hint="ask again")
        base = self.base
        base.catalog.counts(self.settings.workspace)
        base.index.count(workspace=self.settings.workspace)
        if base.index.stale:
            raise KBError("the index must be rebuilt", code="index_stale", hint="`kb reindex`")
        base.embedder.asked("hello")

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[None]:
        """Wait for this process's other writes, without a thread each, as long as settings say."""
        try:
            await asyncio.wait_for(self._writes.acquire(), self.settings.lock_wait_s)
        except TimeoutError as error:
            raise StoreHeld("another upload or removal is running", hint="try again") from error
        try:
            yield
        finally:
            self._writes.release()

    def close(self) -> None:
        """Let go of files and connections."""
        with self._opening:
            if self._base is not None:
                self._base.close()
                self._base = None
