"""``python -m evals.extraction --split val --limit 40``: the extractor on hdBPMN."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from evals.extraction.hdbpmn import true_boards
from evals.extraction.measure import measure
from ingest.extract import EXTRACTORS, open_extractor

_DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "hdbpmn"


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; returns 2 where the data is missing."""
    parser = argparse.ArgumentParser(prog="python -m evals.extraction", description=__doc__)
    parser.add_argument("--data", type=Path, default=_DATA, help="folder of hdBPMN")
    parser.add_argument("--split", choices=("train", "val"), default="val")
    parser.add_argument("--limit", type=int, default=0, help="pictures, spread evenly; 0 is all")
    parser.add_argument("--extractor", choices=EXTRACTORS, default="local")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args(arguments)
    boards = list(true_boards(options.data, options.split))
    if not boards:
        sys.stderr.write(f"no hdBPMN truth in {options.data}\n")
        return 2
    step = len(boards) / options.limit if 0 < options.limit < len(boards) else 1.0
    chosen = [boards[int(i * step)] for i in range(int(len(boards) / step))]
    rates = measure(open_extractor(options.extractor), chosen).as_dict()
    if options.json:
        sys.stdout.write(json.dumps(rates) + "\n")
    else:
        for name, value in rates.items():
            sys.stdout.write(f"{name:18} {value}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
