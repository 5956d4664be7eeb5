"""Writes a trained net as the product keeps it, with the bounds chosen for it."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import torch
from safetensors.torch import save_file

from kb.answer.selection.selector import WEIGHTS


def main() -> None:
    """Write what the options say."""
    parser = argparse.ArgumentParser(prog="python -m evals.training.selection.export")
    parser.add_argument("trained", type=Path)
    parser.add_argument("--member", type=float, default=0.4)
    parser.add_argument("--start", type=float, default=0.5)
    parser.add_argument("--least", type=float, default=0.5)
    told = parser.parse_args()
    kept = torch.load(told.trained)
    bounds = {"member": told.member, "start": told.start, "least": told.least}
    about = {"size": json.dumps(kept["size"]), "bounds": json.dumps(bounds)}
    save_file({name: one.half().contiguous() for name, one in kept["state"].items()}, WEIGHTS, about)


if __name__ == "__main__":
    main()
