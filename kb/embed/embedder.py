"""Runs a sentence-transformers model on the processor."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from kb.embed import bundled
from kb.embed.asking import as_asked
from kb.embed.batches import BATCH, MAX_CHARACTERS, batches, can_lengthen, in_steps
from kb.embed.precision import quick_bfloat16
from kb.simplified import simplified

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

    from kb.embed.folder import Precision
    from kb.embed.lower import LowerLayers

MAX_ASKED = 48  # tokens of a question that its answer is selected by


@dataclass(frozen=True)
class Asked:
    """A question read.

    Attributes:
        vector: shape (dim,), length 1.
        tokens: what each of its tokens became, shape (tokens, dim); none where only the bundled
            model's would be read.
    """

    vector: NDArray[np.float32]
    tokens: NDArray[np.float32]


class Embedder:
    """Texts to unit vectors. Loads its model with the first text; safe to share among threads.

    A question and a passage are prompted differently (where the model has prompts), so that a
    short question lies near the long passage that answers it.
    """

    def __init__(self, model: str, cache: Path, *, threads: int | None = None) -> None:
        self._name = model
        self._cache = cache
        self._threads = threads
        self._lock = threading.Lock()
        self._loaded: SentenceTransformer | None = None
        self._questions: SentenceTransformer | None = None
        self._lower: LowerLayers | None = None

    @property
    def dim(self) -> int:
        """Length of a vector. Loads the model unless it is the bundled one."""
        if not self._name:
            return bundled.DIM
        return int(self._model().get_embedding_dimension() or 0)

    @property
    def fingerprint(self) -> str:
        """Tells vectors of one model from those of another; an index remembers it.

        Known without loading for the bundled model. A folder counts by the content of its weights,
        a name by itself.
        """
        if not self._name:
            return f"{bundled.NAME}:{bundled.DIM}"
        folder = Path(self._name)
        content = f":{_content_of(folder)}" if folder.is_dir() else ""
        return f"{self._name}{content}:{self.dim}"

    def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed what is to be found: shape (len(texts), dim), rows of length 1.

        Texts beyond the model's limit (512 tokens) are cut. A text's vector doesn't depend on its
        neighbours beyond rounding (cosine ≥ .9999).
        """
        out = np.zeros((len(texts), self.dim), np.float32)
        with in_steps():
            for batch in batches(texts):
                out[batch] = self._encode([texts[i] for i in batch], "passage")
        return out

    def query(self, text: str) -> NDArray[np.float32]:
        """Embed a question: shape (dim,), length 1."""
        vector: NDArray[np.float32] = self._encode([text], "query")[0]
        return vector

    @property
    def taught(self) -> bool:
        """Whether it has been taught what is asked of boards."""
        return not self._name

    def asked(self, text: str) -> Asked:
        """Read a question about boards, by what the bundled model was taught of them.

        Of other models only the vector is used, and some give nothing for each token: `tokens` is
        then empty.
        """
        if not self.taught:
            vector = self.query(text)
            return Asked(vector, np.zeros((0, len(vector)), np.float32))
        encode: Any = self._question_model().encode_query  # its types don't tell of output_value
        read = encode([cleaned(text)], output_value=None, show_progress_bar=False)[0]
        vector = read["sentence_embedding"].float().numpy()
        length = max(float(np.linalg.norm(vector)), 1e-12)
        return Asked(
            np.asarray(vector / length, np.float32), read["token_embeddings"].float().numpy()
        )

    def lower(self) -> LowerLayers:
        """Return the lower layers of the bundled model, for its taught upper ones to read on."""
        if self._lower is None:
            from kb.embed.lower import LowerLayers

            model = self._model()
            with self._lock:
                self._lower = self._lower or LowerLayers(model)
        return self._lower

    def load(self) -> None:
        """Load the model now, so that the first question needn't wait."""
        self._model()

    def _encode(self, texts: list[str], role: str) -> NDArray[np.float32]:
        model = self._model()
        encode = model.encode_query if role == "query" else model.encode_document
        vectors = encode(
            [cleaned(text) for text in texts],
            batch_size=BATCH,
            show_progress_bar=False,
            convert_to_tensor=True,
        )
        out = vectors.float().numpy()
        length = np.linalg.norm(out, axis=1, keepdims=True)
        return np.asarray(out / np.maximum(length, 1e-12), np.float32)

    def _model(self) -> SentenceTransformer:
        if self._loaded is None:
            with self._lock:
                if self._loaded is None:
                    self._loaded = self._load()
        return self._loaded

    def _question_model(self) -> SentenceTransformer:
        if self._questions is None:
            plain = self._model()
            with self._lock:
                if self._questions is None:
                    self._questions = as_asked(plain)
        return self._questions

    def _load(self) -> SentenceTransformer:
        # Ours is one short text or one batch at a time: more processes cost more than they bring.
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        # Questions come in any length: a thousand remembered shapes would be 200 MB and no quicker.
        os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "8")
        import torch
        from sentence_transformers import SentenceTransformer

        if self._threads:
            torch.set_num_threads(self._threads)
        precision: Precision = "bfloat16" if quick_bfloat16() else "float32"
        kind: dict[str, Any] = {"dtype": getattr(torch, precision)}
        with _no_progress():
            if self._name:
                return SentenceTransformer(self._name, device="cpu", model_kwargs=kind)
            folder = bundled.bundled_folder(self._cache, precision)
            kind["add_pooling_layer"] = False  # e5 takes the mean
            model = SentenceTransformer(
                str(folder), device="cpu", model_kwargs=kind, local_files_only=True
            )
        _touch(model)
        can_lengthen(model)
        return model


def _touch(model: SentenceTransformer) -> None:
    """Read every page of the mapped weights once: memory then stays what it is at the start."""
    import torch

    for weights in model.parameters():
        weights.detach().view(torch.uint8).flatten()[::4096].sum()


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


def cleaned(text: str) -> str:
    """Cut to what a model can read; signs that are no Unicode text become question marks.

    Chinese is read in simplified signs, so that a text means the same in either script.
    """
    return simplified(text[:MAX_CHARACTERS].encode(errors="replace").decode())


def _content_of(folder: Path) -> str:
    """A short checksum over the weights and configurations in `folder`."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.suffix in {".safetensors", ".bin", ".json"} and path.is_file():
            digest.update(path.relative_to(folder).as_posix().encode())
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:12]
