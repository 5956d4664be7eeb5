"""``python -m evals.extraction --split val --limit 40``: an extractor on boards of known truth.

Measures on hdBPMN; ``--scenes DIR`` measures on pictures whose truth is a scene instead, such as
``evals/samples``.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from evals.extraction.hdbpmn import true_boards
from evals.extraction.measure import measure
from evals.extraction.scenes import true_scenes
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
    parser.add_argument("--scenes", type=Path, help="folder with boards/ and truth/ of scenes")
    options = parser.parse_args(arguments)
    if options.scenes is None:
        boards = list(true_boards(options.data, options.split))
    else:
        boards = list(true_scenes(options.scenes))
    if not boards:
        sys.stderr.write(f"no truth in {options.scenes or options.data}\n")
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
