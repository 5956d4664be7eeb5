"""Several processes on one embedded index: killed, and at the same time."""

from __future__ import annotations

import os
import random
import signal
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from kb.index import Sparse, UnitIndex
from kb.index.edge import EdgeDriver
from kb.index.points import About

pytestmark = pytest.mark.slow

DIM, UNITS = 32, 40
COMMON = f"""
import sys, time, pathlib
import numpy as np
from kb.index import Point, Sparse, UnitIndex, point_id
from kb.index.edge import EdgeDriver
from kb.index.points import About

driver = EdgeDriver(pathlib.Path(sys.argv[1]), "kb", About("m", {DIM}), wait_s=20)
index = UnitIndex(driver, "m", {DIM})
rng = np.random.default_rng(1)

def put(board):
    index.put([
        Point(point_id("w", board, str(i)), rng.normal(size={DIM}).astype(np.float32),
              Sparse([i], [1.0]), {{"workspace": "w", "board": board, "unit": "node", "at": 1.0}})
        for i in range({UNITS})
    ])
    print(board, flush=True)
"""
PUTS_FOREVER = (
    COMMON
    + """
for n in range(100_000):
    put(f"b{n}")
"""
)
PUTS_A_WHILE = (
    COMMON
    + """
end = time.time() + float(sys.argv[2])
n = 0
while time.time() < end:
    put(f"b{n}")
    n += 1
index.close()
"""
)
ASKS_A_WHILE = (
    COMMON
    + """
end = time.time() + float(sys.argv[2])
while time.time() < end:
    started = time.perf_counter()
    index.search(rng.normal(size=32), Sparse([3], [1.0]), workspace="w")
    print(time.perf_counter() - started, flush=True)
index.close()
"""
)


def _start(code: str, *args: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", code, *map(str, args)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def _open(folder: Path) -> UnitIndex:
    return UnitIndex(EdgeDriver(folder, "kb", About("m", DIM), wait_s=20), "m", DIM)


@pytest.mark.parametrize("seed", range(4))
def test_no_acknowledged_board_is_lost(tmp_path: Path, seed: int) -> None:
    process = _start(PUTS_FOREVER, tmp_path)
    assert process.stdout is not None
    acknowledged = [process.stdout.readline().strip()]
    time.sleep(random.Random(seed).uniform(0.1, 1.0))
    os.kill(process.pid, signal.SIGKILL)
    acknowledged += process.communicate()[0].split()
    index = _open(tmp_path)
    whole = [board for board, units in index.boards(workspace="w").items() if units == UNITS]
    assert set(acknowledged) <= set(whole)
    dense = np.ones(DIM, np.float32)
    assert index.search(dense, Sparse([1], [1.0]), workspace="w")
    index.close()


@pytest.mark.parametrize("after", [0.0, 0.05, 0.15, 0.3])
def test_killed_while_it_is_made(tmp_path: Path, after: float) -> None:
    process = _start(PUTS_FOREVER, tmp_path)
    while process.poll() is None and not list(tmp_path.glob(".kb.*")):
        time.sleep(0.002)
    time.sleep(after)
    os.kill(process.pid, signal.SIGKILL)
    acknowledged = process.communicate()[0].split()
    index = _open(tmp_path)
    assert set(acknowledged) <= set(index.boards(workspace="w"))
    assert not index.stale
    index.close()


def test_one_writes_while_another_asks(tmp_path: Path) -> None:
    _open(tmp_path).count(workspace=None)
    writer, asker = _start(PUTS_A_WHILE, tmp_path, 5), _start(ASKS_A_WHILE, tmp_path, 5)
    boards = writer.communicate()[0].split()
    latencies = [float(line) for line in asker.communicate()[0].split()]
    assert writer.returncode == asker.returncode == 0
    print(
        f"{len(boards)} boards of {UNITS} units written, {len(latencies)} questions asked in 5 s:"
        f" {statistics.median(latencies) * 1000:.1f} ms (median), {max(latencies) * 1000:.0f} ms"
        " (longest)"
    )
    assert len(boards) >= 2  # on a slow disk a write takes half a second
    assert len(latencies) >= 5
    index = _open(tmp_path)
    assert index.boards(workspace="w") == dict.fromkeys(boards, UNITS)
    index.close()
