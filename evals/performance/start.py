"""How soon `kb --help` answers, over a bare Python start in the same run."""

from __future__ import annotations

from statistics import median

from evals.performance.ingest import Row
from evals.performance.processes import python

HELP_LIMIT_S = 0.5
_RUNS = 7


def measure_start() -> list[Row]:
    """The middle of several starts, after one that warms the disk cache."""
    command, bare = ["-m", "api.cli.main", "--help"], ["-c", "pass"]
    python(command)
    taken = median(python(command).wall_s for _ in range(_RUNS))
    floor = median(python(bare).wall_s for _ in range(_RUNS))
    return [
        Row(
            "kb --help, s",
            f"{taken:.3f}",
            f"{floor:.3f} bare Python",
            taken / floor,
            f"< {HELP_LIMIT_S} s",
            taken < HELP_LIMIT_S,
        )
    ]
