"""Stands in for SGLang's kernels, which have no CPU wheel.

SGLang 0.5.23 looks these names up when it starts on a CPU. A dense Qwen3-VL calls none of them: on
a CPU without matrix extensions SGLang computes in plain PyTorch. Whatever is called all the same
raises, so that nothing is computed wrong in silence.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

import torch

__version__ = "0.0.0"

# Operators whose schema SGLang asks PyTorch for; a schema without a kernel raises when called.
_LOOKED_UP = (
    "fused_sigmoid_mul_cpu",
    "fused_moe_router_cpu",
    "fused_qk_gemma_rmsnorm_cpu",
    "fused_qk_gemma_rmsnorm_with_gate_cpu",
    "fused_qkvzba_split_reshape_cat_contiguous_cpu",
)
_library = torch.library.Library("sgl_kernel", "FRAGMENT")
for _name in _LOOKED_UP:
    _library.define(f"{_name}(Tensor left, Tensor right) -> Tensor")


def __getattr__(name: str) -> Callable[..., NoReturn]:
    """Return a function that raises, for any kernel of the CPU; nothing else is here."""
    if name.startswith("__") or not name.endswith("_cpu"):
        raise AttributeError(f"this stand-in for sgl_kernel has no {name}")

    def absent(*_: Any, **__: Any) -> NoReturn:
        raise NotImplementedError(f"sgl_kernel.{name} has no CPU build here")

    return absent
