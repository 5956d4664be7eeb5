"""Builds a tiny Qwen3-VL: the real architecture, tokenizer and token ids, random weights.

It stands for the real model wherever only the machinery counts: SGLang serves it, ms-swift trains
it, transformers loads it. ``python -m evals.models.tiny FOLDER`` builds one. Needs torch,
transformers with tokenizers, and Qwen's token ranks from the dashscope package, so it runs in the
environments of `deploy/locks/`, not in the product's own.
"""

from __future__ import annotations

import argparse
import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

RANKS = 151_643  # byte sequences in Qwen's vocabulary; special tokens follow
VOCABULARY = 151_936  # rows of the embedding, padded as in the published models
CONTEXT = 32_768
PATCH, MERGE = 16, 2  # one image token covers a square of PATCH * MERGE pixels

# At the ids of the published Qwen3-VL (151643 on), unless the vocabulary is cut short.
SPECIAL = (
    "<|endoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|object_ref_start|>",
    "<|object_ref_end|>",
    "<|box_start|>",
    "<|box_end|>",
    "<|quad_start|>",
    "<|quad_end|>",
    "<|vision_start|>",
    "<|vision_end|>",
    "<|vision_pad|>",
    "<|image_pad|>",
    "<|video_pad|>",
)
PLAIN = (
    "<tool_call>",
    "</tool_call>",
    "<|fim_prefix|>",
    "<|fim_middle|>",
    "<|fim_suffix|>",
    "<|fim_pad|>",
    "<|repo_name|>",
    "<|file_sep|>",
    "<tool_response>",
    "</tool_response>",
    "<think>",
    "</think>",
)
END_OF_TEXT, END_OF_TURN = "<|endoftext|>", "<|im_end|>"


def ids_of(ranks: int = RANKS) -> dict[str, int]:
    """Return the ids of the special tokens behind a vocabulary of `ranks` byte sequences."""
    return {token: ranks + place for place, token in enumerate(SPECIAL + PLAIN)}


IDS = ids_of()

# The part of Qwen's chat format that boards need: roles, texts, pictures.
TEMPLATE = """\
{%- macro content(parts) %}{% if parts is string %}{{ parts }}{% else %}{% for part in parts %}
{%- if part.type in ('image', 'image_url') %}<|vision_start|><|image_pad|><|vision_end|>
{%- elif part.type == 'video' %}<|vision_start|><|video_pad|><|vision_end|>
{%- else %}{{ part.text }}{% endif %}
{%- endfor %}{% endif %}{% endmacro %}
{%- for message in messages %}
{{- '<|im_start|>' + message.role + '\\n' + content(message.content) + '<|im_end|>\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}
"""


def build(
    folder: Path,
    *,
    seed: int = 0,
    hidden: int = 64,
    layers: int = 2,
    vision_layers: int = 2,
    ranks: int = RANKS,
    spread: float = 0.02,
    tied: bool = True,
    dtype: str = "float32",
    max_pixels: int = 1024 * 1024,
) -> int:
    """Write the checkpoint into `folder`; return how many parameters it has.

    Args:
        folder: made where it is missing.
        seed: of the random weights; the same seed gives the same weights.
        hidden: width of both towers, a multiple of 32. The embedding alone has 151,936 times that.
        layers: of the language model.
        vision_layers: of the vision tower, 2 or more.
        ranks: how many of Qwen's byte sequences the vocabulary keeps, the most frequent ones. With
            few of them training takes seconds a step instead of minutes; the ids of special tokens
            are then not the published ones.
        spread: standard deviation of the random weights. With the usual 0.02 so narrow a model is
            mute: its answers can only become sure if the embedding itself is trained.
        tied: whether the output shares the embedding's weights, as in the small published models.
        dtype: torch's name for the type of the stored weights.
        max_pixels: larger pictures are scaled down by the processor (1,024 pixels are one token).
    """
    import torch
    from transformers import GenerationConfig, Qwen3VLConfig, Qwen3VLForConditionalGeneration

    folder.mkdir(parents=True, exist_ok=True)
    ids = ids_of(ranks)
    tokenizer(ids).save_pretrained(folder)
    write_processors(folder, max_pixels)
    torch.manual_seed(seed)
    shape = _shape(hidden, layers, vision_layers, ids)
    shape["tie_word_embeddings"] = shape["text_config"]["tie_word_embeddings"] = tied
    for part in ("text_config", "vision_config"):
        shape[part]["initializer_range"] = spread
    model = Qwen3VLForConditionalGeneration(Qwen3VLConfig(**shape)).to(getattr(torch, dtype))
    ends = [ids[END_OF_TURN], ids[END_OF_TEXT]]
    model.generation_config = GenerationConfig(
        eos_token_id=ends, pad_token_id=ids[END_OF_TEXT], do_sample=False
    )
    model.save_pretrained(folder)
    return sum(weights.numel() for weights in model.parameters())


def tokenizer(ids: dict[str, int]) -> Any:
    """Return Qwen's tokenizer, or the beginning of it; every special token has the id in `ids`."""
    from transformers import AddedToken, Qwen2Tokenizer
    from transformers.convert_slow_tokenizer import TikTokenConverter

    ranks = ids[END_OF_TEXT]
    everything, merges = TikTokenConverter().extract_vocab_merges_from_model(str(_ranks()))
    vocabulary = {token: rank for token, rank in everything.items() if rank < ranks}
    tokenizer_class: Any = Qwen2Tokenizer  # its annotations are narrower than what it takes
    made = tokenizer_class(
        vocab=vocabulary,
        merges=[
            (one, two)
            for one, two in merges
            if one in vocabulary and two in vocabulary and one + two in vocabulary
        ],
        bos_token=None,
        unk_token=None,
        eos_token=END_OF_TEXT,  # the first to be added, so that it gets the first id
        pad_token=END_OF_TEXT,
    )
    special = [AddedToken(token, special=True, normalized=False) for token in SPECIAL]
    made.add_tokens(special, special_tokens=True)
    made.add_tokens([AddedToken(token, special=False, normalized=False) for token in PLAIN])
    if {token: made.convert_tokens_to_ids(token) for token in ids} != ids:
        raise ValueError("this version of transformers gives Qwen's special tokens other ids")
    made.eos_token = END_OF_TURN
    made.model_max_length = CONTEXT
    made.chat_template = TEMPLATE
    return made


def _ranks() -> Path:
    found = find_spec("dashscope")  # located, not imported
    if found is None or found.origin is None:
        raise ModuleNotFoundError("Qwen's token ranks are missing: pip install dashscope")
    return Path(found.origin).parent / "resources" / "qwen.tiktoken"


def write_processors(folder: Path, max_pixels: int) -> None:
    """Write how pictures become tokens; as files, since the classes need torchvision."""
    common = {
        "patch_size": PATCH,
        "temporal_patch_size": 2,
        "merge_size": MERGE,
        "image_mean": [0.5, 0.5, 0.5],
        "image_std": [0.5, 0.5, 0.5],
        "size": {"shortest_edge": (PATCH * MERGE) ** 2, "longest_edge": max_pixels},
        "processor_class": "Qwen3VLProcessor",
    }
    for name, kind in (
        ("preprocessor", {"image_processor_type": "Qwen2VLImageProcessor"}),
        ("video_preprocessor", {"video_processor_type": "Qwen3VLVideoProcessor"}),
    ):
        text = json.dumps({**common, **kind}, indent=2)
        (folder / f"{name}_config.json").write_text(text, encoding="utf-8")


def _shape(hidden: int, layers: int, vision_layers: int, ids: dict[str, int]) -> dict[str, Any]:
    """Return the configuration: the published layout with everything small."""
    heads = 4
    head = hidden // heads
    ranks = ids[END_OF_TEXT]
    vocabulary = VOCABULARY if ranks == RANKS else -(-(ranks + len(ids)) // 128) * 128
    section = head // 8  # of the rotary frequencies: half for time, a quarter each for y and x
    return {
        "text_config": {
            "vocab_size": vocabulary,
            "hidden_size": hidden,
            "intermediate_size": 2 * hidden,
            "num_hidden_layers": layers,
            "num_attention_heads": heads,
            "num_key_value_heads": heads // 2,
            "head_dim": head,
            "hidden_act": "silu",
            "rms_norm_eps": 1e-6,
            "max_position_embeddings": CONTEXT,
            "rope_parameters": {
                "rope_type": "default",
                "rope_theta": 5_000_000.0,
                "mrope_section": [head // 2 - 2 * section, section, section],
                "mrope_interleaved": True,
            },
            "bos_token_id": ids[END_OF_TEXT],
            "eos_token_id": ids[END_OF_TURN],
            "pad_token_id": ids[END_OF_TEXT],
        },
        "vision_config": {
            "depth": vision_layers,
            "hidden_size": hidden,
            "intermediate_size": 2 * hidden,
            "num_heads": heads,
            "patch_size": PATCH,
            "spatial_merge_size": MERGE,
            "temporal_patch_size": 2,
            "out_hidden_size": hidden,
            "num_position_embeddings": 256,
            "deepstack_visual_indexes": list(range(vision_layers - 1))[:3],
        },
        "image_token_id": ids["<|image_pad|>"],
        "video_token_id": ids["<|video_pad|>"],
        "vision_start_token_id": ids["<|vision_start|>"],
        "vision_end_token_id": ids["<|vision_end|>"],
    }


def main() -> None:
    """Build a checkpoint from the command line."""
    parser = argparse.ArgumentParser(prog="python -m evals.models.tiny", description=main.__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--hidden", type=int, default=64)
    parser.add_argument("--layers", type=int, default=2)
    parser.add_argument("--vision-layers", type=int, default=2)
    parser.add_argument("--ranks", type=int, default=RANKS, help="of Qwen's byte sequences, kept")
    parser.add_argument("--spread", type=float, default=0.02)
    parser.add_argument("--untied", action="store_true", help="the output has weights of its own")
    given = parser.parse_args()
    count = build(
        given.folder,
        seed=given.seed,
        hidden=given.hidden,
        layers=given.layers,
        vision_layers=given.vision_layers,
        ranks=given.ranks,
        spread=given.spread,
        tied=not given.untied,
    )
    print(f"{given.folder}: {count:,} parameters")


if __name__ == "__main__":
    main()
