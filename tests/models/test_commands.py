"""The commands against a real SGLang: checking it, and reading boards with it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from evals.models.lessons import lesson
from evals.models.server import NAME, SglangServer


@pytest.fixture
def kb(server: SglangServer, tmp_path: Path) -> Any:
    """Run `kb` as a program, with the server named; return its exit code and its JSON."""
    settings = {
        "KB_HOME": str(tmp_path / "store"),
        "KB_CACHE_DIR": str(tmp_path / "cache"),
        "KB_VLM_URL": server.url,
        "KB_VLM_HINTS": "false",
        "KB_VLM_TIMEOUT_S": "240",
        "KB_VLM_ANSWER_TOKENS": "1024",
        "KB_SOURCE_TIMEOUT_S": "600",
    }

    def call(*words: str) -> tuple[int, Any]:
        told = subprocess.run(
            [sys.executable, "-m", "api.cli.main", *words, "--json"],
            env={**os.environ, **settings},
            capture_output=True,
            text=True,
            timeout=900,
        )
        assert told.stdout, told.stderr[-2000:]
        return told.returncode, json.loads(told.stdout)

    return call


def test_a_server_started_by_kb_model_serve_passes_kb_model_check(kb: Any) -> None:
    code, told = kb("model", "check", "--timeout", "240")
    assert {one["name"]: one["detail"] for one in told["checks"] if not one["works"]} == {}
    assert code == 0
    assert told["model"] == NAME
    figures = {name: value for one in told["checks"] for name, value in one.items()}
    assert figures["context"] == 32_768
    assert figures["tokens_each"] >= 64  # a picture of 256 × 256 pixels
    assert figures["pieces"] > 1


def test_boards_are_ingested_by_the_model(kb: Any, tmp_path: Path) -> None:
    folder = tmp_path / "boards"
    folder.mkdir()
    for number in range(4):
        lesson(2_000_000 + number)[0].save(folder / f"{number}.png")
    code, told = kb("ingest", str(folder), "--extractor", "vlm", "--jobs", "1")
    assert code == 0
    assert len(told["added"]) == 4
    _, listed = kb("boards", "list")
    assert listed["total"] == 4
    for board in listed["boards"]:
        _, scene = kb("boards", "show", board["id"])
        assert scene["extractor"]["name"] == "vlm"
        assert scene["extractor"]["model"] == NAME
        assert scene["nodes"]
