"""Batches as the extractor would send them: its prompt, and pictures at its size."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image, ImageOps

from ingest.extract.vlm.prompt import messages, system_text, user_text
from ingest.extract.vlm.sizing import DEFAULT_SIDE, fitted_size, tokens_of

if TYPE_CHECKING:
    from torch import Tensor

# Of the prompt in a token, as Qwen's tokenizer counts it, the chat's own tokens included. Where
# weights are random any tokens will do, as long as they are as many.
_CHARACTERS = 3.35
_PATCH, _MERGE = 16, 2


def batch_of(
    model: Any, files: Sequence[Path], count: int, *, image_tokens: int, folder: Path | None
) -> dict[str, Tensor]:
    """Return what `model` takes for `count` boards; shorter prompts are padded on the left.

    Args:
        model: a ``Qwen3VLForConditionalGeneration``.
        files: of pictures; they come again where there are too few.
        count: boards of the batch.
        image_tokens: most tokens of one picture.
        folder: of the model, whose tokenizer is used; None: random tokens.
    """
    import torch
    from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

    pictures = [_picture(file, image_tokens) for file in islice(cycle(files), count)]
    most = max(picture.width * picture.height for picture in pictures)
    look = Qwen2VLImageProcessorPil(
        patch_size=_PATCH, merge_size=_MERGE, image_mean=[0.5] * 3, image_std=[0.5] * 3,
        size={"shortest_edge": 1, "longest_edge": most},
    )  # fmt: skip
    seen = look(images=pictures, return_tensors="pt")
    before, behind = _texts(model.config, folder)
    image = model.config.image_token_id
    prompts = [[*before, *[image] * tokens_of(one.size), *behind] for one in pictures]
    longest = max(len(one) for one in prompts)
    pad = model.config.text_config.pad_token_id or 0
    ids = torch.tensor([[pad] * (longest - len(one)) + one for one in prompts])
    mask = torch.tensor([[0] * (longest - len(one)) + [1] * len(one) for one in prompts])
    return {
        "input_ids": ids,
        "attention_mask": mask,
        "mm_token_type_ids": (ids == image).long(),
        "pixel_values": seen["pixel_values"].to(model.dtype),
        "image_grid_thw": seen["image_grid_thw"],
    }


def _picture(file: Path, tokens: int) -> Image.Image:
    with Image.open(file) as opened:
        upright = ImageOps.exif_transpose(opened).convert("RGB")
    return upright.resize(fitted_size(upright.width, upright.height, tokens, DEFAULT_SIDE))


def _texts(config: Any, folder: Path | None) -> tuple[list[int], list[int]]:
    """Return the tokens before the picture, and those behind it."""
    system, user = system_text(), user_text()
    if folder is None:
        import torch

        torch.manual_seed(1)
        plain = config.text_config.bos_token_id  # the special ones begin there
        counts = (round(len(text) / _CHARACTERS) for text in (system, user))
        first, second = (torch.randint(plain, (count,)).tolist() for count in counts)
        return [*first, config.vision_start_token_id], [config.vision_end_token_id, *second]
    from transformers import AutoTokenizer

    tokens: Any = AutoTokenizer.from_pretrained(folder)
    told = tokens.apply_chat_template(
        messages("", system, user), tokenize=False, add_generation_prompt=True
    )
    ids: list[int] = tokens(told)["input_ids"]
    place = ids.index(config.image_token_id)
    return ids[:place], ids[place + 1 :]
