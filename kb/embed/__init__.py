"""Text to vectors: any sentence-transformers model, by default one that comes with the product."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb.embed.embedder import Embedder

if TYPE_CHECKING:
    from kb.settings import Settings

__all__ = ["Embedder", "open_embedder"]


def open_embedder(settings: Settings, *, threads: int | None = 1) -> Embedder:
    """Return the embedder that the settings name. Cheap: the model loads with the first text.

    Args:
        settings: `embedding_model` is a sentence-transformers name or folder, or "" for the
            bundled model, which is unpacked into `cache_dir` the first time.
        threads: processor threads of torch, for the whole process; None leaves them alone. One
            costs the least processor time and hardly delays a question (30 ms, 27 with two); more
            of them help a rebuild on an idle machine, and stall one another on a busy one.
    """
    return Embedder(settings.embedding_model, settings.cache_dir, threads=threads)
