"""How a model is laid out over the GPUs at hand, or why it can't be."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ingest.models.sizes import BYTES, Size, size_of, stored_quantisation
from kb.errors import WrongUse

CONTEXT = 32_768
_USED = 0.88  # of a GPU's memory; the rest is for the pictures' activations
_OVERHEAD_GB = 2.0  # CUDA, graphs and the picture tower's scratch, each GPU
_LEAST_CONTEXTS = 2  # full contexts that must fit beside the weights
_CPU_CACHE_BYTES = 4e9
_CPU_BILLIONS = 0.1  # parameters; a larger model is slow there


@dataclass(frozen=True)
class Wanted:
    """What is to be served, where.

    Attributes:
        model: name at a hub or a folder.
        gpus: how many; 0 serves on the CPU.
        memory_gb: of each GPU.
        context: most tokens of one request, picture and answer included.
        quantise: the weights while loading, a key of `sizes.BYTES`.
        adapters: LoRA adapters by their names.
        name: under which the model is listed; "" is its own.
        key: callers must send it; "" asks for none.
    """

    model: str
    gpus: int = 1
    memory_gb: float = 80.0
    context: int = CONTEXT
    quantise: str = "none"
    adapters: Mapping[str, Path] = field(default_factory=dict)
    name: str = ""
    host: str = "127.0.0.1"
    port: int = 30_000
    key: str = field(default="", repr=False)


@dataclass(frozen=True)
class Plan:
    """How it will be served.

    Attributes:
        parallel: GPUs that share one copy of the model.
        context: what was wanted, or the most that the model can.
        weights_gb: of the whole model.
        cache_tokens: tokens that fit into memory beside the weights, over all requests.
        notes: what the reader should know, a sentence each.
    """

    wanted: Wanted
    parallel: int
    context: int
    weights_gb: float
    cache_tokens: int
    notes: tuple[str, ...] = ()


def plan(wanted: Wanted) -> Plan:
    """Return the layout with the fewest GPUs that hold the model.

    Fewer GPUs a copy serve more boards a second in all: the others run further copies.

    Raises:
        WrongUse: it doesn't fit, or the wish contradicts itself; the hint says what would.
    """
    size = size_of(wanted.model)
    stored = stored_quantisation(wanted.model)
    if stored != "none" and wanted.quantise not in ("none", stored):
        raise WrongUse(
            f"{wanted.model} is stored as {stored}; it can't be made {wanted.quantise} as well",
            code="bad_quantisation",
        )
    context = min(wanted.context, size.context or wanted.context)
    weights = size.weights_gb(_in_memory(wanted, stored))
    notes = [f"the model can attend to {context:,} tokens"] if context < wanted.context else []
    if not wanted.gpus:
        tokens = int(min(16 * context, max(context, _CPU_CACHE_BYTES / size.kv_bytes)))
        if size.parameters > _CPU_BILLIONS:
            notes.append("on a CPU a model of this size takes minutes a board, or hours")
        return Plan(wanted, 0, context, weights, tokens, tuple(notes))
    for parallel in _ways(wanted.gpus, size):
        tokens = _cache_tokens(size, weights, parallel, wanted.memory_gb)
        if tokens >= _LEAST_CONTEXTS * context:
            copies = wanted.gpus // parallel
            if copies > 1:
                notes.append(
                    f"a copy takes {parallel} of the {wanted.gpus} GPUs: run {copies} such "
                    "servers, each with its own GPUs and port, behind a router"
                )
            return Plan(wanted, parallel, context, weights, tokens, tuple(notes))
    raise _too_large(wanted, weights, _LEAST_CONTEXTS * context * size.kv_bytes / 1e9)


def gpus_here() -> list[float]:
    """Return the memory of each NVIDIA GPU of this machine, GB; empty where there is none."""
    question = ["nvidia-smi", "--query-gpu=memory.total", "--format=csv,noheader,nounits"]
    try:
        told = subprocess.run(  # noqa: S603 - a constant
            question, capture_output=True, text=True, timeout=20, check=True
        ).stdout
        return [float(line) / 1024 for line in told.split()]
    except (OSError, ValueError, subprocess.SubprocessError):
        return []


def _in_memory(wanted: Wanted, stored: str) -> str:
    kind = wanted.quantise if wanted.quantise != "none" else stored
    return kind if kind in BYTES else "none"


def _ways(gpus: int, size: Size) -> list[int]:
    """Return the numbers of GPUs that can share one copy: powers of two that divide the heads."""
    return [n for n in (1, 2, 4, 8, 16) if n <= gpus and size.kv_heads % min(n, size.kv_heads) == 0]


def _cache_tokens(size: Size, weights_gb: float, parallel: int, memory_gb: float) -> int:
    """Return how many tokens fit beside the weights, over `parallel` GPUs."""
    free_gb = parallel * (memory_gb * _USED - _OVERHEAD_GB) - weights_gb
    copies = max(1, parallel // size.kv_heads)  # a head that several GPUs need is held by each
    return max(0, int(free_gb * 1e9 / (size.kv_bytes * copies)))


def _too_large(wanted: Wanted, weights_gb: float, cache_gb: float) -> WrongUse:
    ways = ["fewer tokens of --context", "a smaller model", "more --gpus"]
    if wanted.quantise == "none":
        ways.insert(0, "--quantise fp8")
    return WrongUse(
        f"{wanted.model} needs {weights_gb:.0f} GB for its weights and {cache_gb:.0f} GB for "
        f"{_LEAST_CONTEXTS} contexts: that doesn't fit on {wanted.gpus} × {wanted.memory_gb:g} GB",
        hint=f"try {', '.join(ways)}",
        code="model_too_large",
    )
