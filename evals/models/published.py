"""Qwen3-VL in its published shapes, with random weights: time and memory don't depend on them.

``python -m evals.models.published FOLDER --size 2b`` writes a checkpoint that ms-swift trains. Like
`evals.models.tiny` it needs Qwen's token ranks from the dashscope package; `random_model` needs
torch and transformers only.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evals.models.tiny import RANKS, VOCABULARY, ids_of, tokenizer, write_processors
from ingest.tune.weights import Shape, shape_of

if TYPE_CHECKING:
    import torch

SIZES = ("2b", "4b", "8b")
TINY = "tiny"  # for a test, on a processor
_EXTRA = {2: [0], 24: [5, 11, 17], 27: [8, 16, 24]}  # layers of the eye that are merged in as well
_TINY = Shape(
    hidden=64, layers=2, heads=4, kv_heads=2, inner=128, head=16,
    vocabulary=4000 + VOCABULARY - RANKS, tied=True,
    eye_hidden=64, eye_layers=2, eye_inner=128, eye_places=256, eye_extra=1,
)  # fmt: skip


def shape_of_size(size: str) -> Shape:
    """Return the shape of one of `SIZES`, or of `TINY`."""
    return _TINY if size == TINY else shape_of(f"qwen3-vl-{size}")


def random_model(size: str, *, dtype: torch.dtype, device: str) -> Any:
    """Return a ``Qwen3VLForConditionalGeneration`` of random weights, made on `device`."""
    import torch
    from transformers import Qwen3VLConfig, Qwen3VLForConditionalGeneration

    torch.manual_seed(0)
    kind: Any = Qwen3VLForConditionalGeneration
    with torch.device(device):
        model = kind._from_config(
            Qwen3VLConfig(**_configuration(shape_of_size(size))),
            dtype=dtype,
            attn_implementation="sdpa",
        )
    return model.eval()


def build(folder: Path, size: str) -> None:
    """Write a checkpoint of random weights with tokenizer and processors into `folder`."""
    import torch

    cuda = torch.cuda.is_available()
    dtype = torch.float32 if size == TINY else torch.bfloat16
    random_model(size, dtype=dtype, device="cuda" if cuda else "cpu").save_pretrained(folder)
    tokenizer(_ids(shape_of_size(size))).save_pretrained(folder)
    write_processors(folder, max_pixels=4096 * 4096)


def _ids(shape: Shape) -> dict[str, int]:
    return ids_of(shape.vocabulary - (VOCABULARY - RANKS))


def _configuration(shape: Shape) -> dict[str, Any]:
    """Return the configuration as the published ones hold it."""
    ids, quarter = _ids(shape), shape.head // 8
    ends = {"bos_token_id": ids["<|endoftext|>"], "eos_token_id": ids["<|im_end|>"]}
    published = shape.head == 128
    text = {
        "vocab_size": shape.vocabulary,
        "hidden_size": shape.hidden,
        "intermediate_size": shape.inner,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "num_key_value_heads": shape.kv_heads,
        "head_dim": shape.head,
        "rms_norm_eps": 1e-6,
        "max_position_embeddings": 262_144,
        "tie_word_embeddings": shape.tied,
        "rope_parameters": {
            "rope_type": "default",
            "rope_theta": 5_000_000.0,
            "mrope_interleaved": True,
            "mrope_section": [24, 20, 20] if published else [2 * quarter, quarter, quarter],
        },
        "pad_token_id": ids["<|endoftext|>"],
        **ends,
    }
    eye = {
        "depth": shape.eye_layers,
        "hidden_size": shape.eye_hidden,
        "intermediate_size": shape.eye_inner,
        "num_heads": 16 if published else 4,
        "patch_size": 16,
        "spatial_merge_size": 2,
        "temporal_patch_size": 2,
        "out_hidden_size": shape.hidden,
        "num_position_embeddings": shape.eye_places,
        "deepstack_visual_indexes": _EXTRA[shape.eye_layers],
    }
    return {
        "text_config": text,
        "vision_config": eye,
        "tie_word_embeddings": shape.tied,
        "image_token_id": ids["<|image_pad|>"],
        "video_token_id": ids["<|video_pad|>"],
        "vision_start_token_id": ids["<|vision_start|>"],
        "vision_end_token_id": ids["<|vision_end|>"],
    }


def main() -> None:
    """Build a checkpoint from the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m evals.models.published", description=main.__doc__
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", choices=(*SIZES, TINY), default="2b")
    given = parser.parse_args()
    build(given.folder, given.size)


if __name__ == "__main__":
    main()
