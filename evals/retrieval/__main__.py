"""``python -m evals.retrieval``: ask the question sets and print how well the boards are found."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from evals.retrieval.questions import HALVES
from evals.retrieval.report import put


def main() -> int:
    """Measure what the options ask for; print Markdown."""
    options = _options()
    if options.set == "boards":
        from evals.retrieval.sets import run

        text, data = run(
            options.half, home=options.home, real=not options.own, compare=not options.alone,
            graphs=options.lightrag, wrong=options.wrong, plots=options.report,
        )  # fmt: skip
    else:
        from evals.retrieval.passages import run as run_passages

        text, data = run_passages(options.set, data=options.data, home=options.home)
    put(text, data, report=options.report, json_file=options.json)
    return 0


def _options() -> argparse.Namespace:
    from evals.retrieval.passages import DATA, SETS

    parser = argparse.ArgumentParser(prog="python -m evals.retrieval", description=__doc__)
    parser.add_argument("--set", choices=("boards", *SETS), default="boards", help="what is asked")
    parser.add_argument(
        "--half", choices=HALVES, default="dev",
        help="half of the questions about boards; `report` is for reports only, never for fitting",
    )  # fmt: skip
    parser.add_argument("--home", type=Path, help="store to use and keep, instead of a passing one")
    parser.add_argument("--own", action="store_true", help="without the boards of ../shared/data")
    parser.add_argument("--alone", action="store_true", help="without the compared systems")
    parser.add_argument(
        "--lightrag", action="store_true", help="also LightRAG (pip install lightrag-hku)"
    )
    parser.add_argument("--wrong", action="store_true", help="list what was not found, too")
    parser.add_argument("--report", type=Path, help="file for the Markdown; plots go beside it")
    parser.add_argument("--json", type=Path, help="file for all figures as JSON")
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the passages")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
