"""A real SGLang with a tiny Qwen3-VL, built and started once for all tests of this folder."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from evals.models.server import SglangServer
from ingest.models.check import check

ROOT = Path(__file__).resolve().parents[2]
SHIM = ROOT / "ingest" / "models" / "shim"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests of this folder need the server and its environment."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.models)
            # the first test waits for all fixtures: 600 s, 900 s and the check, at the longest
            item.add_marker(pytest.mark.timeout(3600))


@pytest.fixture(scope="session")
def sglang_python() -> Path:
    """The interpreter that has SGLang."""
    named = os.environ.get("KB_TEST_SGLANG")
    if not named:
        pytest.skip("KB_TEST_SGLANG names no interpreter with SGLang: run make test-models")
    return Path(named)


def in_sglang(python: Path, *words: str) -> str:
    """Run Python with `words` in SGLang's environment; return what it printed."""
    told = subprocess.run(
        [python, *words],
        cwd=ROOT,
        env={
            **os.environ,
            "PYTHONPATH": f"{SHIM}:{ROOT}",
            "SGLANG_USE_CPU_ENGINE": "1",
            "TORCHDYNAMO_DISABLE": "1",
            "HF_HUB_OFFLINE": "1",
        },
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert told.returncode == 0, told.stderr[-4000:]
    return told.stdout


@pytest.fixture(scope="session")
def checkpoint(sglang_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny Qwen3-VL that knows the shape of an answer, or the one KB_TEST_CHECKPOINT names."""
    made = os.environ.get("KB_TEST_CHECKPOINT")
    if made:
        return Path(made)
    folder = tmp_path_factory.mktemp("checkpoint") / "tiny"
    in_sglang(sglang_python, "-m", "evals.models.taught", str(folder))
    return folder


@pytest.fixture(scope="session")
def server(
    checkpoint: Path, sglang_python: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SglangServer]:
    """SGLang, running."""
    log = tmp_path_factory.mktemp("sglang") / "server.log"
    with SglangServer(checkpoint, sglang_python, log) as running:
        check(running.url, timeout_s=600, concurrency=1)  # its first picture takes a while
        yield running
