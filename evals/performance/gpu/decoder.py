"""Decoding as servers do it: one step of the whole batch is one CUDA graph."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 - as everybody calls it
from torch import Tensor, nn
from transformers import StaticCache
from transformers.masking_utils import ALL_MASK_ATTENTION_FUNCTIONS
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS
from transformers.models.qwen3_vl.modeling_qwen3_vl import Qwen3VLTextRMSNorm

_GROUPED = "grouped"
_BLOCK = 64  # places of the cache are a multiple of these


class Decoder:
    """Answers one batch of prompts, always with the likeliest token, over a cache of fixed size."""

    def __init__(self, model: Any, inputs: dict[str, Tensor], steps: int) -> None:
        device = model.device
        self._model = model
        self._inputs = {name: value.to(device) for name, value in inputs.items()}
        rows, self._length = inputs["input_ids"].shape
        self._places = -(-(self._length + steps) // _BLOCK) * _BLOCK
        self._cache = StaticCache(config=model.config.text_config, max_cache_len=self._places)
        # What a step starts from and changes; a graph reads and writes these very tensors.
        self._token = torch.zeros(rows, 1, dtype=torch.long, device=device)
        self._position = torch.zeros(3, rows, 1, dtype=torch.long, device=device)
        self._last = torch.zeros(1, dtype=torch.long, device=device)
        self._used = torch.ones(rows, self._places, dtype=torch.bool, device=device)
        self._graph: torch.cuda.CUDAGraph | None = None

    def prefill(self) -> Tensor:
        """Read prompts and pictures anew; return the logits of the first token."""
        self._cache.reset()
        out = self._model(
            **self._inputs, past_key_values=self._cache, use_cache=True, logits_to_keep=1
        )
        mask = self._inputs["attention_mask"]
        self._used[:, : self._length] = mask.bool()
        self._last.fill_(self._length)
        self._token.copy_(out.logits[:, -1].argmax(-1, keepdim=True))
        deltas = self._model.model.rope_deltas.to(mask.device)
        self._position.copy_((mask.sum(-1, keepdim=True) + deltas)[None].expand(3, -1, -1))
        logits: Tensor = out.logits[:, -1]
        return logits

    def record(self) -> None:
        """Make the graph of a step. `prefill` must come before and again behind it."""
        aside = torch.cuda.Stream()
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):
            for _ in range(2):  # whatever is set up at the first call must not be recorded
                self._step()
        torch.cuda.current_stream().wait_stream(aside)
        self._graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self._graph):
            self._step()

    def answer(self, tokens: int) -> Tensor:
        """Return so many tokens of each answer, the first from `prefill`; none ends earlier."""
        made = [self._token.clone()]
        for _ in range(tokens - 1):
            if self._graph is None:
                self._step()
            else:
                self._graph.replay()
            made.append(self._token.clone())
        return torch.cat(made, 1)

    def _step(self) -> None:
        language = self._model.model.language_model
        places = torch.arange(self._places, device=self._token.device)
        seen = (self._used & (places[None] <= self._last))[:, None, None, :]
        hidden = language(
            inputs_embeds=language.embed_tokens(self._token),
            position_ids=self._position,
            attention_mask=seen,
            past_key_values=self._cache,
            use_cache=True,
        ).last_hidden_state
        self._token.copy_(self._model.lm_head(hidden)[:, -1].argmax(-1, keepdim=True))
        self._position.add_(1)
        self._last.add_(1)


def made_quick(model: Any) -> None:
    """Let the language model's layers work as a server's do: fused norms, nothing copied."""
    ALL_ATTENTION_FUNCTIONS[_GROUPED] = _grouped
    ALL_MASK_ATTENTION_FUNCTIONS[_GROUPED] = ALL_MASK_ATTENTION_FUNCTIONS["sdpa"]
    language = model.model.language_model
    language.config._attn_implementation = _GROUPED
    for owner in list(language.modules()):
        for name, child in list(owner.named_children()):
            if isinstance(child, Qwen3VLTextRMSNorm):
                fused = nn.RMSNorm(child.weight.shape[0], child.variance_epsilon, device="meta")
                fused.weight = child.weight
                setattr(owner, name, fused)


def _grouped(
    module: Any, query: Tensor, key: Tensor, value: Tensor, attention_mask: Tensor | None,
    dropout: float = 0.0, scaling: float | None = None, **_: Any,
) -> tuple[Tensor, None]:  # fmt: skip
    """Attention of one new token: heads that share a key are its rows, so no key is copied."""
    rows, heads, new, wide = query.shape
    if new > 1:
        plain: Any = ALL_ATTENTION_FUNCTIONS["sdpa"]
        made: tuple[Tensor, None] = plain(
            module, query, key, value, attention_mask, dropout=dropout, scaling=scaling
        )
        return made
    shared = query.view(rows, key.shape[1], heads // key.shape[1], wide)
    out = F.scaled_dot_product_attention(
        shared, key, value, attn_mask=attention_mask, scale=scaling
    )
    return out.reshape(rows, heads, 1, wide).transpose(1, 2), None
