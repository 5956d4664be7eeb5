"""``python -m evals.performance`` (or ``kb eval performance``): the ratios, as Markdown tables."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from evals.models.published import SIZES, TINY
from evals.performance import search
from evals.performance.gpu import READING, TUNING
from evals.performance.ingest import Row, measure_cpu, measure_many, pictures_in
from evals.performance.model import measure_model
from evals.performance.start import measure_start
from ingest.extract.vlm.options import vlm_options
from ingest.tune.environment import tune_python
from kb.settings import load_settings

PARTS = ("start", "search", "cpu", "many")
MODEL = "vlm"  # only where it is asked for: it needs a model server
GPU = (READING, TUNING)  # likewise: they need a GPU, and print tables of their own
_OF_PICTURES = {"cpu", "many", MODEL, READING}  # read the pictures of --data
_SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "hdbpmn" / "images"
_SAMPLES = Path(__file__).resolve().parents[1] / "samples" / "boards"


def main() -> int:
    """Measure the parts that were asked for; exit code 3 where a promise was missed."""
    parser = _parser()
    arguments = parser.parse_args()
    asked = arguments.parts or PARTS  # argparse's own choices refuse to be given none
    unknown = sorted(set(asked) - {*PARTS, MODEL, *GPU})
    if unknown:
        parser.error(f"no such part: {', '.join(unknown)}")
    if arguments.data and TUNING in asked and {*asked} & _OF_PICTURES:
        parser.error(f"--data is a data set to {TUNING} and pictures to others: ask for one alone")
    if arguments.device == "cpu" and not arguments.tiny:
        parser.error("--device cpu needs --tiny")
    data = arguments.data or (_SHARED if _SHARED.is_dir() else _SAMPLES)
    ok = True
    if set(asked) - {"search", *GPU}:
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
    for line in _gpu_lines(asked, data, arguments):
        sys.stdout.write(line)
        sys.stdout.flush()
    return 0 if ok else 3


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Performance as ratios to a floor of the same run")
    parser.add_argument(
        "parts",
        nargs="*",
        help=f"of {', '.join(PARTS)} (default: these), {MODEL}: how full KB_VLM_URL is kept, "
        f"{READING}: how fast a GPU reads boards, {TUNING}: how fast it learns them",
    )
    parser.add_argument(
        "--data",
        type=Path,
        help=f"folder of pictures (default: real ones if here); for {TUNING} of a data set "
        "(default: drawn boards)",
    )
    parser.add_argument("--pictures", type=int, default=40, help="for the CPU figure")
    parser.add_argument(
        "--many", type=int, default=300, help="for the memory figure and for doing it again"
    )
    parser.add_argument("--url", default="", help="of a model server (default: KB_VLM_URL)")
    parser.add_argument(
        "--answer-tokens", type=int, default=64, help="most tokens of a model's answer"
    )
    gpu = parser.add_argument_group(" and ".join(GPU))
    gpu.add_argument("--size", choices=SIZES, default="8b", help="of a Qwen3-VL, random weights")
    gpu.add_argument("--model", type=Path, help="folder of a Qwen3-VL in its place")
    gpu.add_argument("--device", default="cuda", help="cuda, or cpu with --tiny")
    gpu.add_argument("--tiny", action="store_true", help="a tiny model: to see that it works")
    return parser


def _gpu_lines(asked: Sequence[str], data: Path, arguments: argparse.Namespace) -> Iterator[str]:
    # Both import all of torch and transformers, which the other parts must not.
    size, device = TINY if arguments.tiny else arguments.size, arguments.device
    if READING in asked:
        from evals.performance.gpu.reading import BATCHES, measure_reading

        files = pictures_in(data, max(BATCHES))
        yield from measure_reading(size, files, device=device, folder=arguments.model)
    if TUNING in asked:
        from evals.performance.gpu.tuning import measure_tuning

        python = tune_python(load_settings())
        yield "\n" if READING in asked else ""
        yield from measure_tuning(
            size, python, device=device, model=arguments.model, data=arguments.data
        )


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
