"""How fast a GPU reads boards with a Qwen3-VL (`reading`) and learns from them (`tuning`)."""

from __future__ import annotations

from kb.errors import WrongUse

READING, TUNING = "gpu-reading", "gpu-tuning"


def no_gpu() -> WrongUse:
    """Return the error for a machine without a GPU that CUDA finds."""
    return WrongUse(
        "there is no GPU that CUDA finds here",
        hint="--tiny --device cpu goes the whole way with a tiny model, to see that it works",
        code="no_gpu",
    )
