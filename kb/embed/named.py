"""Any other sentence-transformers model, by its name or folder."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray


class NamedModel:
    """A sentence-transformers model, loaded. `threads` are torch's, for the whole process."""

    def __init__(self, name: str, *, threads: int | None = None) -> None:
        # Ours is one short text or one batch at a time: more processes cost more than they bring.
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        # Every batch has another shape: a thousand remembered ones would be 200 MB and no quicker.
        os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "8")
        import torch
        from sentence_transformers import SentenceTransformer

        if threads:
            torch.set_num_threads(threads)
        kind = {"dtype": torch.bfloat16 if _quick_bfloat16() else torch.float32}
        with _no_progress():
            self._model = SentenceTransformer(name, device="cpu", model_kwargs=kind)
        self.dim = int(self._model.get_embedding_dimension() or 0)

    def encode(self, texts: Sequence[str], role: str) -> NDArray[np.float32]:
        """Return vectors of any length, shape (len(texts), dim); `role` is query or passage."""
        encode = self._model.encode_query if role == "query" else self._model.encode_document
        vectors = encode(
            list(texts), batch_size=len(texts), show_progress_bar=False, convert_to_tensor=True
        )
        out: NDArray[np.float32] = vectors.float().numpy()
        return out


def _quick_bfloat16() -> bool:
    """Whether this processor multiplies bfloat16 itself; others are slower with it, not quicker."""
    import torch

    known: dict[str, Any] = getattr(torch.cpu, "get_capabilities", dict)()
    return bool(known.get("avx512_bf16") or known.get("amx_bf16"))


@contextmanager
def _no_progress() -> Iterator[None]:
    """Loading is quick and says so on stderr: keep it quiet, and leave the switch as it was."""
    from transformers.utils import logging as untyped

    logging: Any = untyped
    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()
