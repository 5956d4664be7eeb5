"""Linear maps in 8 bits: weights by rows, activations by tokens as they come (W8A8).

The scheme of ``kb model serve --quantise fp8``, by PyTorch's own product: not SGLang's kernels.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

LARGEST = 448.0  # that torch.float8_e4m3fn holds
SMALLEST = 1e-12  # of a row, so that rows of zeros can be divided
LEAST_GPU = (8, 9)  # compute capability that multiplies in 8 bits

Quantised = tuple[Tensor, Tensor]  # values in 8 bits, and what a row of them is to be multiplied by


def quantised(x: Tensor) -> Quantised:
    """Put every row of `x` into 8 bits."""
    scale = x.float().abs().amax(-1, keepdim=True).clamp(min=SMALLEST) / LARGEST
    return (x.float() / scale).to(torch.float8_e4m3fn), scale


class Activations:
    """Puts activations into 8 bits, once for the maps that share them: q, k and v; gate and up."""

    def __init__(self, device: str) -> None:
        self._quantise: Callable[[Tensor], Quantised] = quantised
        if device != "cpu":
            from evals.performance.gpu.kernel import quantised_at_once

            self._quantise = quantised_at_once
        self._seen: Tensor | None = None
        self._made: Quantised | None = None

    def __call__(self, x: Tensor) -> Quantised:
        """Return `x` in 8 bits, all but its last dimension flattened."""
        if self._made is None or self._seen is not x:
            self._seen, self._made = x, self._quantise(x.reshape(-1, x.shape[-1]))
        return self._made

    def forget(self) -> None:
        """Let go of what was last seen."""
        self._seen = self._made = None


class Fp8Linear(nn.Module):
    """A linear map without bias that multiplies in 8 bits."""

    weight8: Tensor
    scale: Tensor

    def __init__(self, linear: nn.Linear, activations: Activations) -> None:
        super().__init__()
        self._activations = activations
        weight8, scale = quantised(linear.weight.data)
        self.register_buffer("weight8", weight8)
        self.register_buffer("scale", scale.t().contiguous())  # 1 × outputs

    def forward(self, x: Tensor) -> Tensor:
        """Return the product in the type of `x`."""
        rows, scale = self._activations(x)
        if rows.is_cuda:
            out = torch._scaled_mm(
                rows, self.weight8.t(), scale_a=scale, scale_b=self.scale,
                out_dtype=x.dtype, use_fast_accum=True,
            )  # fmt: skip
        else:  # no processor multiplies so
            out = ((rows.float() @ self.weight8.float().t()) * scale * self.scale).to(x.dtype)
        return out.view(*x.shape[:-1], -1)


def quantise(model: Any, device: str) -> None:
    """Put the linear maps of the language model's layers into 8 bits, as servers do.

    Eye, embedding and output stay as they are.
    """
    activations = Activations(device)
    language = model.model.language_model
    for layer in language.layers:
        for owner in (layer.self_attn, layer.mlp):
            for name, child in list(owner.named_children()):
                if isinstance(child, nn.Linear):
                    setattr(owner, name, Fp8Linear(child, activations))
    # Nothing outlives a pass: what was made before a graph must not be freed while it is recorded.
    language.register_forward_hook(lambda *_: activations.forget())
    gc.collect()
