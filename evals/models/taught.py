"""Teaches a tiny Qwen3-VL the shape of an answer, in about a minute on a CPU.

An untrained model, held to a schema, writes until its tokens are spent. This one has seen a few
hundred small boards with the product's own prompt and answers: it finds an end. It reads nothing;
tests of the machinery need no more. Teaching it to read is ms-swift's part.

``python -m evals.models.taught FOLDER`` runs in SGLang's environment, as `evals.models.tiny` does.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evals.models.lessons import lesson
from evals.models.tiny import VOCABULARY, build
from ingest.extract.vlm.codec import encode
from ingest.extract.vlm.prompt import system_text, user_text
from kb.conventions import Conventions

if TYPE_CHECKING:
    import torch

STEPS = 200
_BATCH = 2
_RATE = 4e-3
_WRONG = 4096  # words of the vocabulary that a step weighs the right ones against
_UNASKED = -100  # label of a token that isn't learnt


def teach(folder: Path, *, seed: int = 0, steps: int = STEPS) -> float:
    """Build a tiny model in `folder` and teach it; return the loss of the last steps."""
    import torch
    from transformers import AutoModelForImageTextToText, AutoProcessor

    build(folder, seed=seed)
    processor = AutoProcessor.from_pretrained(folder)
    model = AutoModelForImageTextToText.from_pretrained(folder)
    pupil = torch.optim.AdamW(model.parameters(), lr=_RATE, weight_decay=0.0)
    pace = torch.optim.lr_scheduler.OneCycleLR(pupil, _RATE, total_steps=steps)
    losses = []
    for batch in _batches(processor, steps, seed):
        loss = _loss(model, batch)
        pupil.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        pupil.step()
        pace.step()
        losses.append(float(loss.detach()))
    model.save_pretrained(folder)
    last = losses[-10:]
    return sum(last) / len(last)


def _batches(processor: Any, steps: int, seed: int) -> Iterator[dict[str, torch.Tensor]]:
    for step in range(steps):
        numbers = range(seed + step * _BATCH, seed + (step + 1) * _BATCH)
        yield _batch(processor, [lesson(number) for number in numbers])


def _batch(processor: Any, lessons: list[Any]) -> dict[str, torch.Tensor]:
    """Return model inputs with labels: only the answer is learnt."""
    asked = processor.apply_chat_template(_question(), add_generation_prompt=True, tokenize=False)
    texts = [f"{asked}{encode(scene)}<|im_end|>" for _, scene in lessons]
    pictures = [picture for picture, _ in lessons]
    batch = processor(
        text=texts, images=pictures, padding=True, padding_side="right", return_tensors="pt"
    )
    start = processor(text=[asked], images=pictures[:1], return_tensors="pt").input_ids.shape[1]
    labels = batch.input_ids.masked_fill(batch.attention_mask == 0, _UNASKED)
    labels[:, :start] = _UNASKED
    return {**batch, "labels": labels}


def _question() -> list[dict[str, Any]]:
    return [
        {"role": "system", "content": system_text(Conventions())},
        {
            "role": "user",
            "content": [{"type": "image"}, {"type": "text", "text": user_text(None, part=False)}],
        },
    ]


def _loss(model: Any, batch: dict[str, torch.Tensor]) -> torch.Tensor:
    """Return the cross entropy among the words of the answers and some that are wrong.

    The vocabulary has 151,936 words: to weigh them all would take most of the time.
    """
    import torch

    labels = batch.pop("labels")[:, 1:]
    hidden = model.model(**batch, use_cache=False).last_hidden_state[:, :-1]
    learnt = labels != _UNASKED
    right = labels[learnt]
    choices = torch.cat([right, torch.randint(VOCABULARY, (_WRONG,))]).unique()
    weights = model.lm_head.weight[choices]
    return torch.nn.functional.cross_entropy(
        hidden[learnt] @ weights.T, torch.searchsorted(choices, right)
    )


def main() -> None:
    """Build and teach a checkpoint from the command line."""
    parser = argparse.ArgumentParser(prog="python -m evals.models.taught", description=main.__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps", type=int, default=STEPS)
    given = parser.parse_args()
    print(f"loss {teach(given.folder, seed=given.seed, steps=given.steps):.3f}")


if __name__ == "__main__":
    main()
