"""Many texts as batches of bounded size and few shapes.

oneDNN keeps what it compiled for each shape of a product, whatever its cache of primitives may
hold: thousands of texts of any length, in batches of any count, would be 100 MB and more.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

MAX_CHARACTERS = 8_192  # 512 tokens are seldom more, and the tokenizer reads all it is given
BATCH = 32  # texts
BATCH_BYTES = 12_000  # of text, padding included: bounds what the attention of a batch needs
STEP = 16  # tokens

_here = threading.local()


def batches(texts: Sequence[str]) -> Iterator[list[int]]:
    """Yield the numbers of all texts: of equal lengths together, 1, 2, 4, 8, 16 or 32 at a time."""
    # Equal lengths share a batch, so little is padded; bytes foretell tokens in any script.
    order = sorted(range(len(texts)), key=lambda i: len(texts[i].encode(errors="replace")))
    batch: list[int] = []
    for number in order:
        size = min(len(texts[number]), MAX_CHARACTERS) * 2  # bytes, Chinese and English mixed
        if batch and (len(batch) == BATCH or (len(batch) + 1) * size > BATCH_BYTES):
            yield from _powers(batch)
            batch = []
        batch.append(number)
    yield from _powers(batch)


@contextmanager
def in_steps() -> Iterator[None]:
    """While it lasts, what this thread has read by a model that `can_lengthen` is lengthened."""
    _here.lengthens = True
    try:
        yield
    finally:
        _here.lengthens = False


def can_lengthen(model: SentenceTransformer) -> None:
    """Teach `model` to read multiples of STEP tokens, within its limit, where that is asked for.

    Vectors stay what they are, since what is added is masked. Done once, while nobody else has the
    model: it may then be used and copied by several threads.
    """
    from torch.nn import functional

    most = model.max_seq_length or 0
    padding = getattr(model.tokenizer, "pad_token_id", None) or 0
    added = {"input_ids": padding, "attention_mask": 0, "token_type_ids": 0}

    def lengthen(_module: object, arguments: tuple[Any, ...]) -> tuple[Any, ...]:
        features, *others = arguments
        mask = features.get("attention_mask") if getattr(_here, "lengthens", False) else None
        if mask is None or mask.ndim != 2:  # without a mask padding would count
            return arguments
        more = -mask.shape[1] % STEP
        if not more or mask.shape[1] + more > most:
            return arguments
        longer = {
            name: functional.pad(features[name], (0, more), value=value)
            for name, value in added.items()
            if name in features
        }
        return ({**features, **longer}, *others)

    model[0].register_forward_pre_hook(lengthen)


def _powers(batch: list[int]) -> Iterator[list[int]]:
    """Cut a batch into parts of 1, 2, 4, … texts."""
    while batch:
        count = 1 << (len(batch).bit_length() - 1)
        yield batch[:count]
        batch = batch[count:]
