"""Writes the additions as the product keeps them, a share of each: ``export trained.pt``."""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from safetensors.torch import save_file

from kb.embed.asking import WEIGHTS

PLACES = ("attention.self.query", "attention.self.key", "attention.self.value",
          "attention.output.dense", "intermediate.dense", "output.dense")  # fmt: skip


def main() -> None:
    """Write what the options say."""
    parser = argparse.ArgumentParser(prog="python -m evals.training.asking.export")
    parser.add_argument("trained", type=Path)
    parser.add_argument("--share", type=float, default=1.0)
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    told = parser.parse_args()
    kept = torch.load(told.trained)
    out = {}
    for number, (down, up) in enumerate(kept):
        layer, place = divmod(number, len(PLACES))
        name = f"encoder.layer.{layer}.{PLACES[place]}"
        out[f"{name}.down"] = down.half().contiguous()
        out[f"{name}.up"] = (told.share * up).half().contiguous()
    save_file(out, told.out)


if __name__ == "__main__":
    main()
