"""The staircase holds, and modules stay small."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("kb", "ingest", "api", "evals")
MOST_LINES = 400


def test_no_room_imports_what_is_above_it(tmp_path: Path) -> None:
    told = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--cache-dir", tmp_path],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert told.returncode == 0, told.stdout + told.stderr
    assert "1 kept, 0 broken" in told.stdout


@pytest.mark.parametrize("room", [*ROOMS, "tests"])
def test_modules_stay_small(room: str) -> None:
    modules = list((ROOT / room).rglob("*.py"))
    assert modules
    long = {
        str(path.relative_to(ROOT)): lines
        for path in modules
        if (lines := len(path.read_text("utf-8").splitlines())) > MOST_LINES
    }
    assert long == {}
