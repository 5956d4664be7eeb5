"""Hostile files end in boards or in a clear error: in time, in bounded memory, never in a crash."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.security.hostile import CPU_LIMIT_S, TIME_LIMIT_S, Case, cases

ROOT = Path(__file__).resolve().parents[2]
MEMORY_MB = 1000
CASES = cases()

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def results() -> dict[str, dict]:
    """Every case, run one after the other in one process of its own."""
    command = [sys.executable, "-m", "tests.security.hostile"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=280)
    assert run.returncode == 0, run.stderr[-2000:]
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    return {line["case"]: line for line in lines}


def test_there_are_at_least_200_cases_of_different_names() -> None:
    assert len({case.name for case in CASES}) == len(CASES) >= 200


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_ends_in_boards_or_a_clear_error(case: Case, results: dict[str, dict]) -> None:
    line = results[case.name]
    assert not line["crash"]
    assert line["outcomes"], "no file was accounted for"
    for code, message in line["outcomes"]:
        assert "NAMELESS" not in message
        assert len(message.partition(": ")[2]) > 5 or code == "boards"
    assert not case.codes or set(line["codes"]) <= case.codes
    assert line["cpu_seconds"] < CPU_LIMIT_S
    assert line["seconds"] < TIME_LIMIT_S


def test_memory_stays_bounded(results: dict[str, dict]) -> None:
    assert max(line["peak_mb"] for line in results.values()) < MEMORY_MB
