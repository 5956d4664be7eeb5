"""From what was trained to the file that the product carries."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from safetensors.torch import save_file

from evals.training.asking.additions import Pair, name_of


def export(trained: Sequence[Pair], path: Path, share: float = 1.0) -> None:
    """Write the additions in half precision, `share` of each."""
    kept = {}
    for number, (down, up) in enumerate(trained):
        kept[f"{name_of(number)}.down"] = down.half().contiguous()
        kept[f"{name_of(number)}.up"] = (share * up).half().contiguous()
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(kept, path)
