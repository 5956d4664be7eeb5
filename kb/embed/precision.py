"""In which precision this processor computes quickly."""

from __future__ import annotations

from functools import cache
from typing import Any


@cache
def quick_bfloat16() -> bool:
    """Whether this processor multiplies bfloat16 itself; others are slower with it, not quicker."""
    import torch

    known: dict[str, Any] = getattr(torch.cpu, "get_capabilities", dict)()
    return bool(known.get("avx512_bf16") or known.get("amx_bf16"))
