"""e5 as it reads questions, with the way to its layers that training needs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - as everybody calls it

from evals.training.asking.corpus import Asked, Corpus

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

PRECISION = "float32"  # in which training runs e5
_PREFIX = "query: "
_MOST_TOKENS = 128


class Encoder:
    """Texts to vectors of length 1."""

    def __init__(self, model: SentenceTransformer) -> None:
        plain: Any = model[0]
        self.bert: nn.Module = plain.auto_model
        self._tokenizer: Any = model.tokenizer

    def __call__(self, texts: Sequence[str]) -> Tensor:
        """Return the vectors of questions: (texts, dim)."""
        told = self._tokenizer(
            [_PREFIX + text for text in texts],
            padding=True,
            truncation=True,
            max_length=_MOST_TOKENS,
            return_tensors="pt",
        )
        seen = told["attention_mask"]
        with torch.autocast("cpu", torch.bfloat16):
            out = self.bert(input_ids=told["input_ids"], attention_mask=seen).last_hidden_state
        mask = seen[..., None].float()
        return F.normalize((out.float() * mask).sum(1) / mask.sum(1), dim=-1)


def bundled_model(cache: Path) -> SentenceTransformer:
    """Load e5 in single precision. Raises `KBError` where its package isn't installed."""
    from sentence_transformers import SentenceTransformer

    from kb.embed.bundled import bundled_folder

    kind: dict[str, Any] = {"dtype": getattr(torch, PRECISION), "add_pooling_layer": False}
    folder = str(bundled_folder(cache))
    return SentenceTransformer(folder, device="cpu", model_kwargs=kind, local_files_only=True)


def centred(vectors: Tensor, batch: list[Asked], corpus: Corpus) -> Tensor:
    """Return questions without their language, as the index compares them."""
    return F.normalize(vectors - torch.from_numpy(corpus.centres(batch)), dim=-1)
