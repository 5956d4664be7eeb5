"""How large a model is: its weights and what a token of context takes in memory.

A local folder is measured. For the published Qwen3-VL the table below was read off their
configurations; of any other name only the number before the "B" is known.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kb.errors import WrongUse

BYTES = {"none": 2.0, "fp8": 1.0, "gptq": 0.6, "awq": 0.6, "bitsandbytes": 0.6}
"""Bytes of a parameter by quantisation; of the 4-bit ones with their scales."""
_WEIGHTS = (".safetensors", ".bin", ".gguf")


@dataclass(frozen=True)
class Size:
    """Of one model.

    Attributes:
        parameters: all of them, in billions; of a mixture every expert counts.
        kv_bytes: of one token in the cache, in bfloat16, over all GPUs.
        kv_heads: more GPUs than these gain nothing, so tensor parallelism must divide them.
        context: the most tokens it can attend to, 0 where unknown.
        stored_gb: weights as they are on disk, 0 where unknown.
    """

    parameters: float
    kv_bytes: int
    kv_heads: int = 8
    context: int = 0
    stored_gb: float = 0.0

    def weights_gb(self, quantise: str) -> float:
        """Return what the weights take in memory, GB."""
        if self.stored_gb and quantise == "none":
            return self.stored_gb
        return self.parameters * BYTES[quantise]


def _kv(layers: int, heads: int, head: int = 128) -> int:
    return layers * heads * head * 2 * 2  # keys and values, two bytes each


_PUBLISHED = {
    "qwen3-vl-2b": Size(2.1, _kv(28, 8), 8, 262_144),
    "qwen3-vl-4b": Size(4.4, _kv(36, 8), 8, 262_144),
    "qwen3-vl-8b": Size(8.8, _kv(36, 8), 8, 262_144),
    "qwen3-vl-32b": Size(33.4, _kv(64, 8), 8, 262_144),
    "qwen3-vl-30b-a3b": Size(31.1, _kv(48, 4), 4, 262_144),
    "qwen3-vl-235b-a22b": Size(236.0, _kv(94, 4), 4, 262_144),
}
_BILLIONS = re.compile(r"(?<![a-z\d.])(\d+(?:\.\d+)?)b(?![a-z])", re.IGNORECASE)
_USUAL_KV = _kv(48, 8)


def size_of(model: str) -> Size:
    """Return the size of the model in a folder, or of a published one by its name.

    Raises:
        WrongUse: the folder holds no model, or the name tells no size.
    """
    folder = Path(model)
    if folder.is_dir():
        return _measured(folder)
    name = model.lower()
    for known in sorted(_PUBLISHED, key=len, reverse=True):
        if known in name:
            return _PUBLISHED[known]
    told = _BILLIONS.search(name)
    if told is None:
        raise WrongUse(
            f"how large {model!r} is can't be told",
            hint="name a folder with the model, or a name that has its size, as Qwen3-VL-8B",
            code="unknown_model",
        )
    return Size(float(told[1]), _USUAL_KV)


def stored_quantisation(model: str) -> str:
    """Return how the weights are stored already, by configuration or name; "none" if they aren't.

    Such weights are loaded as they are: asking for the quantisation again is an error of servers.
    """
    folder = Path(model)
    if folder.is_dir():
        told = _read_config(folder).get("quantization_config") or {}
        return str(told.get("quant_method", "none")).lower()
    name = model.lower()
    return next((kind for kind in ("fp8", "awq", "gptq") if kind in name), "none")


def _measured(folder: Path) -> Size:
    config = _read_config(folder)
    text = config.get("text_config", config)
    stored = sum(file.stat().st_size for file in folder.glob("*.safetensors"))
    try:
        heads = int(text.get("num_key_value_heads") or text["num_attention_heads"])
        head = int(text.get("head_dim") or text["hidden_size"] // text["num_attention_heads"])
        kv = _kv(int(text["num_hidden_layers"]), heads, head)
        context = int(text.get("max_position_embeddings", 0))
    except (KeyError, TypeError, ValueError) as error:
        raise WrongUse(
            f"{folder}/config.json describes no language model: {error!r}", code="unknown_model"
        ) from error
    if not stored:
        raise WrongUse(f"{folder} holds no weights (*.safetensors)", code="unknown_model")
    each = 4 if "float32" in str(text.get("dtype", config.get("dtype", ""))) else 2
    # Servers load float32 weights as bfloat16.
    return Size(stored / each / 1e9, kv, heads, context, stored * 2 / each / 1e9)


def _read_config(folder: Path) -> dict[str, Any]:
    try:
        told = json.loads((folder / "config.json").read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise WrongUse(
            f"{folder} holds no model: its config.json can't be read", code="unknown_model"
        ) from error
    return told if isinstance(told, dict) else {}


def weight_version(folder: Path) -> str:
    """Return a short name of the weights in `folder`; weights that are trained anew get another."""
    told = hashlib.sha256()
    for file in sorted(folder.iterdir()):
        if file.name.endswith("config.json"):
            told.update(file.read_bytes())
        elif file.suffix in _WEIGHTS:
            stat = file.stat()
            told.update(f"{file.name} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return told.hexdigest()[:12]
