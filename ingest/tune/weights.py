"""How many weights of a Qwen-VL a recipe trains, told from the model's shape without loading it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kb.errors import WrongUse

_IN_A_LAYER = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")

_PATCH = 3 * 2 * 16 * 16  # colours, pictures, and pixels that the eye takes at once


@dataclass(frozen=True)
class Shape:
    """Of a Qwen3-VL with dense layers.

    Attributes:
        hidden, layers, heads, kv_heads, head, inner: of the language model; `inner` is the width
            between the two halves of a layer's MLP, `head` that of one attention head.
        vocabulary: rows of the embedding.
        tied: whether the output shares them.
        eye_*: of the vision tower; `eye_extra` counts its deepstack mergers.
    """

    hidden: int
    layers: int
    heads: int
    kv_heads: int
    inner: int
    head: int = 128
    vocabulary: int = 151_936
    tied: bool = False
    eye_hidden: int = 1152
    eye_layers: int = 27
    eye_inner: int = 4304
    eye_places: int = 2304
    eye_extra: int = 3

    @property
    def language(self) -> int:
        """Weights of the language model, embedding and output included."""
        outputs = self.vocabulary * self.hidden * (1 if self.tied else 2)
        norms = 2 * self.hidden + 2 * self.head
        maps = (one for name in _IN_A_LAYER for one in self._maps[name])
        inside = sum(inputs * outputs * count for inputs, outputs, count in maps)
        return outputs + inside + self.layers * norms + self.hidden

    @property
    def _maps(self) -> dict[str, list[tuple[int, int, int]]]:
        """Inputs, outputs and number of the linear maps, by their names in the model."""
        wide, queries, keys = self.hidden, self.heads * self.head, self.kv_heads * self.head
        eye, four, merged = self.eye_hidden, 4 * self.eye_hidden, 1 + self.eye_extra
        return {
            "q_proj": [(wide, queries, self.layers)],
            "k_proj": [(wide, keys, self.layers)],
            "v_proj": [(wide, keys, self.layers)],
            "o_proj": [(queries, wide, self.layers)],
            "gate_proj": [(wide, self.inner, self.layers)],
            "up_proj": [(wide, self.inner, self.layers)],
            "down_proj": [(self.inner, wide, self.layers)],
            "lm_head": [(wide, self.vocabulary, 1)],
            "qkv": [(eye, 3 * eye, self.eye_layers)],
            "proj": [(eye, eye, self.eye_layers), (_PATCH, eye, 1)],
            "linear_fc1": [(eye, self.eye_inner, self.eye_layers), (four, four, merged)],
            "linear_fc2": [(self.eye_inner, eye, self.eye_layers), (four, wide, merged)],
        }

    @property
    def vision(self) -> int:
        """Weights of the vision tower, without the aligner."""
        wide = self.eye_hidden
        patches = _PATCH * wide + wide
        mlp = 2 * wide * self.eye_inner + self.eye_inner + wide
        attention = 4 * wide * wide + 4 * wide
        return patches + self.eye_places * wide + self.eye_layers * (mlp + attention + 4 * wide)

    @property
    def aligner(self) -> int:
        """Weights of what joins eye and language: the merger and the deepstack mergers."""
        four = 4 * self.eye_hidden
        maps = four * four + four + four * self.hidden + self.hidden
        return maps + 2 * self.eye_hidden + self.eye_extra * (maps + 2 * four)

    @property
    def total(self) -> int:
        """All weights."""
        return self.language + self.vision + self.aligner

    def adapters(self, rank: int, modules: Sequence[str]) -> int:
        """Return the weights of LoRA adapters of `rank` on all linear maps of these names.

        "all-linear" is those of the language model's layers, "linear_qkv" Megatron's one map for
        queries, keys and values.

        Raises:
            WrongUse: a name is not known here.
        """
        fused = {"linear_qkv": _IN_A_LAYER[:3], "all-linear": _IN_A_LAYER}
        names = [name for module in modules for name in fused.get(module, (module,))]
        unknown = sorted(set(names) - set(self._maps))
        if unknown:
            raise WrongUse(f"the model has no {unknown[0]!r}", code="bad_recipe")
        maps = (one for name in names for one in self._maps[name])
        count = sum(rank * (inputs + outputs) * times for inputs, outputs, times in maps)
        # Megatron's has one input side for all three.
        return count - modules.count("linear_qkv") * self.layers * 2 * rank * self.hidden


_SMALL_EYE = {"eye_hidden": 1024, "eye_layers": 24, "eye_inner": 4096}
# Read off their published configurations. The 72B is a Qwen2.5-VL, whose eye differs a little.
_PUBLISHED = {
    "qwen3-vl-2b": Shape(2048, 28, 16, 8, 6144, tied=True, **_SMALL_EYE),
    "qwen3-vl-4b": Shape(2560, 36, 32, 8, 9728, tied=True, **_SMALL_EYE),
    "qwen3-vl-8b": Shape(4096, 36, 32, 8, 12_288),
    "qwen3-vl-32b": Shape(5120, 64, 64, 8, 25_600),
    "qwen2.5-vl-72b": Shape(8192, 80, 64, 8, 29_568, eye_hidden=1280, eye_layers=32, eye_extra=0),
}


def shape_of(model: str) -> Shape:
    """Return the shape of the model in a folder, or of a published one by its name.

    Raises:
        WrongUse: the folder holds no Qwen3-VL, or the name is not known.
    """
    folder = Path(model)
    if folder.is_dir():
        return _read(folder)
    for name, shape in _PUBLISHED.items():
        if name in model.lower():
            return shape
    raise WrongUse(
        f"what {model!r} is made of is not known",
        hint=f"name a folder with the model, or one of: {', '.join(_PUBLISHED)}",
        code="unknown_model",
    )


def _read(folder: Path) -> Shape:
    try:
        config: dict[str, Any] = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        text, eye = config["text_config"], config["vision_config"]
        return Shape(
            hidden=text["hidden_size"],
            layers=text["num_hidden_layers"],
            heads=text["num_attention_heads"],
            kv_heads=text["num_key_value_heads"],
            inner=text["intermediate_size"],
            head=text.get("head_dim") or text["hidden_size"] // text["num_attention_heads"],
            vocabulary=text["vocab_size"],
            tied=bool(config.get("tie_word_embeddings", False)),
            eye_hidden=eye["hidden_size"],
            eye_layers=eye["depth"],
            eye_inner=eye["intermediate_size"],
            eye_places=eye["num_position_embeddings"],
            eye_extra=len(eye["deepstack_visual_indexes"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WrongUse(
            f"{folder} holds no Qwen3-VL that can be planned for: {error!r}", code="unknown_model"
        ) from error
