"""What e5's lower layers make of the words of a text, read by itself.

Its upper layers, taught anew, read several such texts as one (`kb.answer.selection.upper`).
"""

from __future__ import annotations

import copy
import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from kb.embed.embedder import MAX_ASKED, cleaned

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

LOWER = 8  # of e5's 12 layers
MOST_KEPT = 4_096  # texts: 63 MB, where all are as long as they may be
MAX_WORDS = 20  # tokens of a row
_BATCH = 32
_STEP = 8  # tokens: lengths are multiples of it, see `kb.embed.batches`

States = NDArray[np.float16]


class LowerLayers:
    """Texts to what the lower layers make of each token; what they made of rows is kept."""

    def __init__(self, model: SentenceTransformer) -> None:
        plain: Any = model[0]
        bert: Any = plain.auto_model
        shared = {id(one): one for one in bert.parameters()}
        self._bert: Any = copy.deepcopy(bert, shared)
        self._bert.encoder.layer = self._bert.encoder.layer[:LOWER]
        self._tokenizer: Any = model.tokenizer
        self._kept: OrderedDict[str, States] = OrderedDict()
        self._lock = threading.Lock()
        prefix = self._told(["passage:"])["input_ids"][0]
        self._before = len(prefix) - 1  # without the sign that ends a text

    def asked(self, questions: Sequence[str]) -> list[States]:
        """Return (tokens, dim) of each question, with the signs that begin and end it."""
        return self._read([f"query: {question}" for question in questions], MAX_ASKED)

    def rows(self, texts: Sequence[str]) -> list[States]:
        """Return (tokens, dim) of each row's own words, at most MAX_WORDS of them."""
        with self._lock:
            found = {text: self._kept[text] for text in texts if text in self._kept}
        new = sorted(dict.fromkeys(text for text in texts if text not in found), key=len)
        for start in range(0, len(new), _BATCH):
            part = new[start : start + _BATCH]
            most = MAX_WORDS + self._before + 1
            read = self._read([f"passage: {text}" for text in part], most)
            found |= {
                # Where there are no words, what they would begin with has a token all the same. And
                # a view would keep its whole batch.
                text: states[self._before : -1 if text.strip() else self._before].copy()
                for text, states in zip(part, read, strict=True)
            }
        with self._lock:
            for text in texts:
                self._kept[text] = found[text]
                self._kept.move_to_end(text)
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return [found[text] for text in texts]

    def _read(self, texts: Sequence[str], most: int) -> list[States]:
        import torch
        from torch.nn import functional

        told = self._told(texts)
        words, mask = told["input_ids"][:, :most], told["attention_mask"]
        words[mask.sum(1) > most, -1] = self._tokenizer.sep_token_id  # what is cut ends as others
        mask = mask[:, :most]
        longer = (0, -words.shape[1] % _STEP)
        with torch.inference_mode():
            out = self._bert(
                input_ids=functional.pad(words, longer), attention_mask=functional.pad(mask, longer)
            ).last_hidden_state
        states = out.float().numpy().astype(np.float16)
        return [one[:length] for one, length in zip(states, mask.sum(1).tolist(), strict=True)]

    def _told(self, texts: Sequence[str]) -> Any:
        """Return texts as tokens, asked for as the embedder does.

        They share the tokenizer, which keeps how much it cuts: another length, asked for in one
        thread, would cut what another thread reads.
        """
        told = [cleaned(text) for text in texts]
        return self._tokenizer(told, padding=True, truncation=True, return_tensors="pt")
