"""How fast one GPU reads boards: bf16 against fp8, batches of 1, 4 and 16.

A Qwen3-VL of a published shape answers the extractor's prompt about pictures of the extractor's
size with a fixed number of tokens. Nothing is served: it is what the GPU can do with plain PyTorch
and a graph a step, to hold a server's figures against.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 - as everybody calls it
import transformers
from torch import Tensor

from evals.models.published import TINY, random_model
from evals.performance.gpu import no_gpu
from evals.performance.gpu.decoder import Decoder, made_quick
from evals.performance.gpu.fp8 import LEAST_GPU, quantise
from evals.performance.gpu.prompts import batch_of
from ingest.extract.vlm.options import VlmOptions

BATCHES = (1, 4, 16)
ANSWER = 256  # tokens
_TINY_ANSWER, _TINY_IMAGE = 8, 16  # tokens
_HEAD = (
    "| weights | batch | prompt, tokens | prefill s | decode s | pictures/s | tokens/s | peak GB "
    "| logits against unquantised |\n|---|---|---|---|---|---|---|---|---|\n"
)


@dataclass(frozen=True)
class Reading:
    """One batch read once, after another time to warm up.

    Attributes:
        batch: boards.
        prompt: tokens of the shortest and the longest prompt, picture included.
        answer: tokens of each answer.
        prefill_s: until the first token of all answers, seconds; pictures are prepared before.
        decode_s: for all the others, seconds.
        peak_gb: most memory that PyTorch gave out, weights included; 0 on a CPU.
        logits: of the first token of each answer.
    """

    batch: int
    prompt: tuple[int, int]
    answer: int
    prefill_s: float
    decode_s: float
    peak_gb: float
    logits: Tensor

    @property
    def pictures_s(self) -> float:
        """Pictures a second, one batch after another."""
        return self.batch / (self.prefill_s + self.decode_s)

    @property
    def tokens_s(self) -> float:
        """Tokens a second of all answers, while they are decoded."""
        return self.batch * (self.answer - 1) / self.decode_s

    def row(self, weights: str, near: float | None = None) -> str:
        """Return a row of the table; `near`: cosine to the logits without quantisation."""
        return (
            f"| {weights} | {self.batch} | {self.prompt[0]} to {self.prompt[1]} "
            f"| {self.prefill_s:.3f} | {self.decode_s:.3f} | {self.pictures_s:.2f} "
            f"| {self.tokens_s:.0f} | {f'{self.peak_gb:.1f}' if self.peak_gb else ''} "
            f"| {'' if near is None else f'{near:.3f}'} |\n"
        )


def measure_reading(
    size: str, files: Sequence[Path], *, device: str = "cuda", folder: Path | None = None
) -> Iterator[str]:
    """Yield a Markdown table, line by line.

    Args:
        size: one of `published.SIZES`, or `published.TINY`.
        files: pictures of boards.
        device: as PyTorch calls it.
        folder: of a model to take instead of random weights.

    Raises:
        WrongUse: there is no GPU, and `device` asks for one.
    """
    if device != "cpu" and not torch.cuda.is_available():
        raise no_gpu()
    tiny = size == TINY
    model = _model(size, folder, device, torch.float32 if tiny else torch.bfloat16)
    made_quick(model)
    yield _about(folder.name if folder else f"Qwen3-VL-{size}, random weights", device)
    yield _HEAD
    tokens = _TINY_IMAGE if tiny else VlmOptions("").image_tokens
    answer = _TINY_ANSWER if tiny else ANSWER
    batches = {
        count: batch_of(model, files, count, image_tokens=tokens, folder=folder)
        for count in (BATCHES[:2] if tiny else BATCHES)
    }
    plain, heavy = {}, weights_gb(model)
    for count, inputs in batches.items():
        plain[count] = read_once(model, inputs, answer)
        yield plain[count].row(str(model.dtype).removeprefix("torch."))
    if device != "cpu" and torch.cuda.get_device_capability() < LEAST_GPU:
        yield f"\nThe weights take {heavy:.1f} GB.\n"
        yield "fp8 is left out: this GPU does not multiply in 8 bits.\n"
        return
    quantise(model, device)
    for count, inputs in batches.items():
        got = read_once(model, inputs, answer)
        near = F.cosine_similarity(got.logits, plain[count].logits, dim=-1).mean().item()
        yield got.row("fp8", near)
    yield f"\nThe weights take {heavy:.1f} GB, in fp8 {weights_gb(model):.1f} GB.\n"


def weights_gb(model: torch.nn.Module) -> float:
    """Return how large the weights of `model` are, GB (10⁹ bytes)."""
    return sum(one.nbytes for one in (*model.parameters(), *model.buffers())) / 1e9


def _model(size: str, folder: Path | None, device: str, dtype: torch.dtype) -> Any:
    if folder is None:
        return random_model(size, dtype=dtype, device=device)
    kind: Any = transformers.Qwen3VLForConditionalGeneration
    model = kind.from_pretrained(folder, dtype=dtype, attn_implementation="sdpa")
    return model.to(device).eval()


def _about(model: str, device: str) -> str:
    where = "CPU" if device == "cpu" else torch.cuda.get_device_name()
    return (
        f"{model}; {where}; torch {torch.__version__}; transformers {transformers.__version__}\n\n"
    )


@torch.no_grad()
def read_once(model: Any, inputs: dict[str, Tensor], answer: int) -> Reading:
    """Read one batch and let every answer have `answer` tokens."""
    cuda = model.device.type == "cuda"
    if cuda:
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()
    decoder = Decoder(model, inputs, answer + 8)
    decoder.prefill()
    if cuda:
        decoder.record()
        decoder.prefill()
    decoder.answer(4)
    begun = _now(cuda)
    logits = decoder.prefill()
    between = _now(cuda)
    decoder.answer(answer)
    ended = _now(cuda)
    lengths = inputs["attention_mask"].sum(-1)
    return Reading(
        len(lengths),
        (int(lengths.min()), int(lengths.max())),
        answer,
        between - begun,
        ended - between,
        torch.cuda.max_memory_allocated() / 1e9 if cuda else 0.0,
        logits.float(),
    )


def _now(cuda: bool) -> float:
    """Return the time at which all that was asked of the GPU is done, seconds."""
    if cuda:
        torch.cuda.synchronize()
    return time.perf_counter()
