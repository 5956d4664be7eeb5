"""The knowledge base: catalog, blobs and index as one thing, opened piece by piece."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Self

from kb.errors import KBError

if TYPE_CHECKING:
    from kb.answer.meaning import Meaning
    from kb.answer.vocabulary import Revision, Vocabulary
    from kb.blobs import BlobStore
    from kb.catalog import Catalog
    from kb.embed import Embedder
    from kb.index import UnitIndex
    from kb.index.centring import Means
    from kb.lock import WriterLock
    from kb.rerank import Reranker
    from kb.settings import Settings


class KnowledgeBase:
    """The one object that commands, the API and the evaluations work with.

    Each part is opened when it is first used, so that listing boards loads no model.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.vocabularies: dict[str, tuple[Revision, Vocabulary]] = {}  # by workspace

    @classmethod
    def open(cls, settings: Settings) -> Self:
        """Open the store that `settings` name; a folder that isn't there is made, for its owner."""
        try:
            settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise KBError(
                f"the store folder {settings.home} can't be made: {error.strerror}",
                hint="set KB_HOME to a folder that you may write to",
                code="bad_setting",
            ) from error
        return cls(settings)

    @cached_property
    def catalog(self) -> Catalog:
        """The SQL truth."""
        from kb.catalog import open_catalog

        return open_catalog(self.settings.catalog_url)

    @cached_property
    def blobs(self) -> BlobStore:
        """The stored files."""
        from kb.blobs import open_blobs

        return open_blobs(self.settings)

    @cached_property
    def embedder(self) -> Embedder:
        """The model that makes vectors of words; it loads at the first vector."""
        from kb.embed import open_embedder

        return open_embedder(self.settings)

    @cached_property
    def means(self) -> Means:
        """What the model makes of a language as such; a model's first use makes them."""
        from kb.embed.means import language_means

        return language_means(self.embedder, self.settings.cache_dir)

    @cached_property
    def reranker(self) -> Reranker | None:
        """Who reads the best hits once more, where the settings name one."""
        from kb.rerank import open_reranker

        return open_reranker(self.settings)

    @cached_property
    def index(self) -> UnitIndex:
        """The derived index of units."""
        from kb.index import open_index

        return open_index(self.settings, self.embedder.dim, self.embedder.fingerprint)

    @cached_property
    def meaning(self) -> Meaning:
        """How near words are in meaning."""
        from kb.answer.meaning import Meaning

        return Meaning(self.embedder)

    @cached_property
    def writer(self) -> WriterLock:
        """The lock that every change of the store takes."""
        from kb.lock import WriterLock

        return WriterLock(self.settings.home, self.settings.lock_wait_s)

    @contextmanager
    def writing(
        self, purpose: str, *, on_wait: Callable[[str], None] | None = None
    ) -> Iterator[None]:
        """Hold the writer lock; what a dead writer left half-way is cleared up first.

        `purpose` and `on_wait` as for `WriterLock.held`, which raises `StoreHeld`.
        """
        with self.writer.held(purpose, on_wait=on_wait) as after_crash:
            if after_crash:
                from kb.removal import sweep

                sweep(self)
            yield

    def close(self) -> None:
        """Let go of files and connections."""
        opened = self.__dict__
        if "index" in opened:
            self.index.close()
        if "catalog" in opened:
            self.catalog.close()
        for part in (
            "index",
            "catalog",
            "blobs",
            "embedder",
            "meaning",
            "means",
            "reranker",
            "writer",
        ):
            opened.pop(part, None)
        self.vocabularies.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
