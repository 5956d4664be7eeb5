"""Holds a data set against the model's own tokens: what is taught is what was written."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from ingest.tune.dataset import TRAIN, VAL, read_rows, write_rows
from ingest.tune.environment import ask


def verify(python: Path, data: Path, model: str, most: int) -> dict[str, Any]:
    """Encode and decode every sample by ms-swift's template; take out what comes back otherwise.

    Args:
        python: of the tuning environment.
        data: folder of a data set.
        model: folder of the model whose tokens are used.
        most: tokens of a sample, as the recipes' ``max_length``.

    Returns:
        ``samples`` that were right, ``tokens`` of the longest one, ``faults`` by reason.
    """
    faults: Counter[str] = Counter()
    samples = longest = 0
    for file in (data / TRAIN, data / VAL):
        if not file.is_file():
            continue
        told = ask(python, "check", [model, str(file), str(most)])
        rows = read_rows(file)
        kept = [row for row, one in zip(rows, told, strict=True) if not one["fault"]]
        faults.update(one["fault"] for one in told if one["fault"])
        samples += len(kept)
        longest = max([longest, *(one["tokens"] for one in told if not one["fault"])])
        if len(kept) < len(rows):
            write_rows(file, kept)
    return {"samples": samples, "tokens": longest, "faults": dict(faults)}
