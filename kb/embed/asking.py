"""The bundled model as it reads questions about boards.

e5 puts a question near passages that sound like it. What is asked of boards shares few words with
what stands on them, often not even the language, so low-rank additions to its layers (LoRA, arXiv
2106.09685) were taught on questions written for that (`evals/training/asking`). Passages are read
by e5 as it is: an index stays what it was when the additions change.
"""

from __future__ import annotations

import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

WEIGHTS = Path(__file__).parent / "asking.safetensors"


def as_asked(model: SentenceTransformer, weights: Path = WEIGHTS) -> SentenceTransformer:
    """Return a model for questions: that of passages with the additions in `weights`.

    Both share what the additions leave alone, above all the table of words.
    """
    import torch
    from safetensors.torch import load_file

    added = load_file(weights)
    plain: Any = model[0]
    bert: Any = plain.auto_model
    questions = copy.deepcopy(model, {id(bert.embeddings): bert.embeddings})
    changed: Any = questions[0]
    layers = dict(changed.auto_model.named_modules())
    with torch.no_grad():
        for name in sorted({key.rpartition(".")[0] for key in added}):
            linear = layers[name]
            more = added[f"{name}.up"].float() @ added[f"{name}.down"].float()
            linear.weight = torch.nn.Parameter(
                (linear.weight.float() + more).to(linear.weight.dtype), requires_grad=False
            )
    return questions
