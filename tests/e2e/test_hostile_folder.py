"""A folder full of hostile files through the real command: the good boards come in all the same."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from evals.performance.processes import tree_memory
from tests.boardfiles import canvas, picture
from tests.security.hostile import cases

pytestmark = pytest.mark.slow

MEMORY = 2_000_000_000  # bytes, of the whole process tree with two workers
GOOD = {"zz-good.canvas": canvas(["Plan", "Do"], [(0, 1)]), "zz-good.png": picture(1)}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    root = tmp_path_factory.mktemp("hostile")
    folder = root / "boards"
    for number, case in enumerate(cases()):
        place = folder / f"{number:03}"
        place.mkdir(parents=True)
        if case.place is not None:
            case.place(place)
        elif case.payloads is not None:
            # One payload of each case: the readers' own suite runs them all.
            name = Path(case.file).name[:200] or "nameless.png"
            (place / name).write_bytes(next(iter(case.payloads())))
    for name, data in GOOD.items():
        (folder / name).write_bytes(data)
    process = subprocess.Popen(
        [sys.executable, "-m", "api.cli.main", "ingest", str(folder), "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={"KB_HOME": str(root / "store"), "PATH": "/usr/bin", "KB_SOURCE_TIMEOUT_S": "60"},
    )
    peak = [0]
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.3):
            peak[0] = max(peak[0], tree_memory(process.pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    stdout, stderr = process.communicate(timeout=280)
    over.set()
    watcher.join()
    return {
        "code": process.returncode,
        "summary": json.loads(stdout),
        "stderr": stderr,
        "peak": peak[0],
        "folder": folder,
    }


def test_some_failed_and_the_rest_came_in(told: dict[str, Any]) -> None:
    assert told["code"] == 3, told["stderr"]
    known = {*told["summary"]["added"], *told["summary"]["unchanged"]}
    assert set(GOOD) <= known


def test_every_failure_names_the_file_and_the_reason(told: dict[str, Any]) -> None:
    failed = told["summary"]["failed"]
    assert len(failed) >= 200
    for failure in failed:
        assert failure["source"]
        assert failure["code"] not in ("bug", "worker_crashed"), failure
        assert len(failure["message"]) > 5


def test_every_file_is_accounted_for(told: dict[str, Any]) -> None:
    summary = told["summary"]
    sources = {
        *summary["added"],
        *summary["unchanged"],
        *(failure["source"] for failure in summary["failed"]),
    }
    for path in told["folder"].rglob("*"):
        name = str(path.relative_to(told["folder"]))
        name = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")  # as it is told
        if path.is_file() and not path.name.startswith("."):
            assert any(source == name or source.startswith(f"{name}/") for source in sources), name


def test_memory_stays_under_two_gigabytes(told: dict[str, Any]) -> None:
    assert told["peak"] < MEMORY


def test_no_traceback_reaches_the_user(told: dict[str, Any]) -> None:
    assert "Traceback" not in told["stderr"]
