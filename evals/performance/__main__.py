"""``python -m evals.performance`` (or ``kb eval performance``): the ratios, as Markdown tables."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from evals.performance import search
from evals.performance.ingest import Row, measure_cpu, measure_many, pictures_in
from evals.performance.model import measure_model
from evals.performance.start import measure_start
from ingest.extract.vlm.options import vlm_options
from kb.settings import load_settings

PARTS = ("start", "search", "cpu", "many")
MODEL = "vlm"  # only where it is asked for: it needs a model server
_SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "hdbpmn" / "images"
_SAMPLES = Path(__file__).resolve().parents[1] / "samples" / "boards"


def main() -> int:
    """Measure the parts that were asked for; exit code 3 where a promise was missed."""
    parser = argparse.ArgumentParser(description="Performance as ratios to a floor of the same run")
    parser.add_argument(
        "parts",
        nargs="*",
        help=f"of {', '.join(PARTS)} (default: these), {MODEL}: how full KB_VLM_URL is kept",
    )
    parser.add_argument("--data", type=Path, help="folder of pictures (default: real ones if here)")
    parser.add_argument("--pictures", type=int, default=40, help="for the CPU figure")
    parser.add_argument(
        "--many", type=int, default=300, help="for the memory figure and for doing it again"
    )
    parser.add_argument("--url", default="", help="of a model server (default: KB_VLM_URL)")
    parser.add_argument(
        "--answer-tokens", type=int, default=64, help="most tokens of a model's answer"
    )
    arguments = parser.parse_args()
    asked = arguments.parts or PARTS  # argparse's own choices refuse to be given none
    if set(asked) - {*PARTS, MODEL}:
        parser.error(f"no such part: {', '.join(sorted(set(asked) - {*PARTS, MODEL}))}")
    data = arguments.data or (_SHARED if _SHARED.is_dir() else _SAMPLES)
    ok = True
    if set(asked) - {"search"}:
        sys.stdout.write(
            "| what | measured | floor | ratio | promise | |\n|---|---|---|---|---|---|\n"
        )
        for row in _rows(asked, data, arguments):
            ok &= row.ok
            sys.stdout.write(
                f"| {row.name} | {row.measured} | {row.floor} | {row.ratio:.2f} "
                f"| {row.promise} | {'ok' if row.ok else 'MISSED'} |\n"
            )
            sys.stdout.flush()
    if "search" in asked:
        rows = search.measure()
        ok &= all(row.ok for row in rows)
        sys.stdout.write(f"\n{search.table(rows)}\n")
    return 0 if ok else 3


def _rows(asked: Sequence[str], data: Path, arguments: argparse.Namespace) -> Iterator[Row]:
    if "start" in asked:
        yield from measure_start()
    if "cpu" in asked:
        yield from measure_cpu(pictures_in(data, arguments.pictures))
    if "many" in asked:
        yield from measure_many(pictures_in(data, arguments.many))
    if MODEL in asked:
        options = vlm_options(
            load_settings(**({"vlm_url": arguments.url} if arguments.url else {}))
        )
        files = pictures_in(data, arguments.pictures)
        yield from measure_model(options, files, arguments.pictures, arguments.answer_tokens)


if __name__ == "__main__":
    sys.exit(main())
