"""What an ingest costs: CPU over OCR alone, memory as it goes on, and doing it again."""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.performance.processes import Cost, Peaks, python

CPU_LIMIT = 1.5
MEMORY_LIMIT = 1.10
AGAIN_LIMIT = 200.0
FIRST = 30  # pictures that set the memory others are held against
_SUFFIXES = {".jpg", ".jpeg", ".png"}


@dataclass(frozen=True)
class Row:
    """One figure: measured, its floor in the same run, their ratio, and the promise."""

    name: str
    measured: str
    floor: str
    ratio: float
    promise: str
    ok: bool


def pictures_in(folder: Path, count: int) -> list[Path]:
    """Return `count` pictures spread evenly over a folder, or all where there are fewer."""
    found = sorted(p for p in folder.rglob("*") if p.suffix.lower() in _SUFFIXES)
    if not found:
        raise FileNotFoundError(f"no pictures in {folder}")
    step = max(1.0, len(found) / count)
    return [found[int(i * step)] for i in range(min(count, len(found)))]


def measure_cpu(pictures: Sequence[Path]) -> list[Row]:
    """CPU of an ingest, embedding and start-up included, over the OCR's own."""
    with tempfile.TemporaryDirectory() as home:
        alone = python(["-m", "evals.performance.ocr_alone", *map(str, pictures)])
        told = _ingest(home, pictures)
    _all_came_in(told, len(pictures))
    count = len(pictures)
    ratio = told.cpu_s / alone.cpu_s
    return [
        Row(
            f"ingest, CPU s a picture ({count} pictures)",
            f"{told.cpu_s / count:.2f}",
            f"{alone.cpu_s / count:.2f} OCR alone",
            ratio,
            f"≤ {CPU_LIMIT}",
            ratio <= CPU_LIMIT,
        )
    ]


def measure_many(pictures: Sequence[Path]) -> list[Row]:
    """Memory of many pictures over that of the first ones, and the time of doing it again.

    They come in no order: where the first of a folder are the smallest, memory would seem to grow.
    """
    pictures = random.Random(1).sample(pictures, len(pictures))
    with tempfile.TemporaryDirectory() as home:
        early, _ = _peak(home, pictures[:FIRST])
    with tempfile.TemporaryDirectory() as home:
        late, first = _peak(home, pictures)
        again = min((_ingest(home, pictures) for _ in range(3)), key=lambda cost: cost.wall_s)
    grown, faster = late / early, first.wall_s / again.wall_s
    return [
        Row(
            f"peak memory, MB ({len(pictures)} pictures)",
            f"{late / 1e6:.0f}",
            f"{early / 1e6:.0f} for {FIRST}",
            grown,
            f"≤ {MEMORY_LIMIT}",
            grown <= MEMORY_LIMIT,
        ),
        Row(
            f"ingest again, s ({len(pictures)} pictures)",
            f"{again.wall_s:.2f}",
            f"{first.wall_s:.1f} the first time",
            faster,
            f"≥ {AGAIN_LIMIT:g}",
            faster >= AGAIN_LIMIT,
        ),
    ]


def _peak(home: str, pictures: Sequence[Path]) -> tuple[int, Cost]:
    """Ingest; return what its processes may need at once in bytes, and the cost."""
    peaks = Peaks(Path(home))
    cost = python(
        [*_COMMAND, *map(str, pictures)],
        env=_env(home),
        watch=peaks.look,
    )
    _all_came_in(cost, len(pictures))
    return peaks.most, cost


_COMMAND = ["-m", "api.cli.main", "ingest", "--json"]


def _env(home: str) -> dict[str, str]:
    return {"KB_HOME": home, "KB_CONFIG": str(Path(home) / "none.toml")}


def _ingest(home: str, pictures: Sequence[Path]) -> Cost:
    return python([*_COMMAND, *map(str, pictures)], env=_env(home))


def _all_came_in(cost: Cost, count: int) -> None:
    told: dict[str, Any] = json.loads(cost.stdout)
    if len(told["added"]) != count:
        raise RuntimeError(f"of {count} pictures {len(told['added'])} came in: {told['failed']}")
