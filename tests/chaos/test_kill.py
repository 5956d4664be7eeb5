"""kill -9 at every stage and at random moments; the next run makes it whole."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kb.check import check
from tests.boardfiles import write_folder
from tests.stores import contents, open_store

pytestmark = pytest.mark.slow

STAGES = [
    "blob",
    "registered",
    "picture",
    "board",
    "extracted",
    "embedded",
    "indexed",
    "linked",
    "ready",
    "dropped",
    "failed",
]
REMOVAL_STAGES = ["deleting", "unindexed", "unblobbed", "forgotten"]


def run(home: Path, *args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.chaos.runner", str(home), *args],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_folder(tmp_path_factory.mktemp("boards") / "boards")


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, folder: Path) -> dict[str, Any]:
    home = tmp_path_factory.mktemp("undisturbed")
    done = run(home, str(folder))
    assert done.returncode == 0, done.stderr
    assert set(done.stdout.split()) == set(STAGES), "a stage that no test kills"
    with open_store(home) as base:
        return contents(base)


def whole(home: Path, folder: Path, undisturbed: dict[str, Any]) -> None:
    done = run(home, str(folder))
    assert done.returncode == 0, done.stderr
    with open_store(home) as base:
        assert contents(base) == undisturbed
        assert check(base, read_data=True) == []


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("nth", [1, 2])
def test_killed_at_a_stage(
    tmp_path: Path, folder: Path, undisturbed: dict[str, Any], stage: str, nth: int
) -> None:
    killed = run(tmp_path, str(folder), stage, str(nth))
    if nth == 2 and killed.returncode == 0:
        pytest.skip(f"{stage} is reached only once")
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    whole(tmp_path, folder, undisturbed)


def test_killed_thirty_times_at_random_moments(
    tmp_path: Path, folder: Path, undisturbed: dict[str, Any]
) -> None:
    rng = random.Random(7)
    killed = rounds = 0
    home = tmp_path / "0"
    while killed < 30:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.runner", str(home), str(folder)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            assert process.wait(timeout=rng.uniform(0.5, 4.0)) == 0
        except subprocess.TimeoutExpired:
            killed += 1
            process.kill()
            process.wait()
        else:  # whole: begin again, so that every kill strikes work
            with open_store(home) as base:
                assert contents(base) == undisturbed
            rounds += 1
            home = tmp_path / str(rounds)
    whole(home, folder, undisturbed)


@pytest.mark.parametrize("stage", REMOVAL_STAGES)
def test_killed_while_removing(tmp_path: Path, folder: Path, stage: str) -> None:
    assert run(tmp_path, str(folder)).returncode == 0
    assert run(tmp_path, "--remove", stage, "2").returncode == -signal.SIGKILL
    assert run(tmp_path, "--remove").returncode == 0
    with open_store(tmp_path) as base:
        left = contents(base)
        assert left["blobs"] == []
        assert left["index"] == {}
        assert left["catalog"]["boards"] == []
        assert check(base) == []


def test_two_processes_ingest_one_folder(
    tmp_path: Path, folder: Path, undisturbed: dict[str, Any]
) -> None:
    both = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.runner", str(tmp_path), str(folder)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for _ in range(2)
    ]
    for process in both:
        _, told = process.communicate(timeout=120)
        assert process.returncode == 0, told
    with open_store(tmp_path) as base:
        assert contents(base) == undisturbed
