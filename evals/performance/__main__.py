"""``python -m evals.performance`` (or ``kb eval performance``): the ratios, as Markdown tables."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from evals.performance import search
from evals.performance.ingest import Row, measure_cpu, measure_many, pictures_in
from evals.performance.start import measure_start

PARTS = ("start", "search", "cpu", "many")
_SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "hdbpmn" / "images"
_SAMPLES = Path(__file__).resolve().parents[1] / "samples" / "boards"


def main() -> int:
    """Measure the parts that were asked for; exit code 3 where a promise was missed."""
    parser = argparse.ArgumentParser(description="Performance as ratios to a floor of the same run")
    parser.add_argument("parts", nargs="*", help=f"of {', '.join(PARTS)}; default: all")
    parser.add_argument("--data", type=Path, help="folder of pictures (default: real ones if here)")
    parser.add_argument("--pictures", type=int, default=40, help="for the CPU figure")
    parser.add_argument(
        "--many", type=int, default=300, help="for the memory figure and for doing it again"
    )
    arguments = parser.parse_args()
    asked = arguments.parts or PARTS  # argparse's own choices refuse to be given none
    if set(asked) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(set(asked) - set(PARTS)))}")
    data = arguments.data or (_SHARED if _SHARED.is_dir() else _SAMPLES)
    ok = True
    if set(asked) - {"search"}:
        sys.stdout.write(
            "| what | measured | floor | ratio | promise | |\n|---|---|---|---|---|---|\n"
        )
        for row in _rows(asked, data, arguments.pictures, arguments.many):
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


def _rows(asked: tuple[str, ...], data: Path, pictures: int, many: int) -> Iterator[Row]:
    if "start" in asked:
        yield from measure_start()
    if "cpu" in asked:
        yield from measure_cpu(pictures_in(data, pictures))
    if "many" in asked:
        yield from measure_many(pictures_in(data, many))


if __name__ == "__main__":
    sys.exit(main())
