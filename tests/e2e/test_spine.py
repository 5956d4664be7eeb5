"""From the sample boards to cited answers, with everything real, through the `kb` command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kb.scene import Scene

pytestmark = pytest.mark.slow

SAMPLES = Path(__file__).resolve().parents[2] / "evals" / "samples"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("spine")


def kb(home: Path, *command: str, code: int = 0) -> list[Any]:
    done = subprocess.run(
        [sys.executable, "-m", "api.cli.main", *command],
        capture_output=True,
        text=True,
        timeout=280,
        cwd=SAMPLES,
        env={**os.environ, "KB_HOME": str(home)},
    )
    assert done.returncode == code, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def ingested(home: Path) -> dict[str, Any]:
    (summary,) = kb(home, "ingest", "boards", "--json")
    return dict(summary)


def test_every_sample_comes_in_once(home: Path, ingested: dict[str, Any]) -> None:
    files = sorted(path.name for path in (SAMPLES / "boards").iterdir())
    assert sorted(ingested["added"]) == files
    (again,) = kb(home, "ingest", "boards", "--json")
    assert sorted(again["unchanged"]) == files
    assert again["added"] == again["failed"] == []


def test_the_store_is_sound(home: Path, ingested: dict[str, Any]) -> None:
    assert ingested["failed"] == []
    (found,) = kb(home, "check", "--read-data", "--json")
    assert found["findings"] == []


def test_the_questions_of_the_demonstration(home: Path, ingested: dict[str, Any]) -> None:
    del ingested
    lines = (SAMPLES / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    asked = {item["id"]: item for item in map(json.loads, lines) if item.get("demo")}
    file = home / "demo.jsonl"
    file.write_text("".join(json.dumps(item) + "\n" for item in asked.values()), "utf-8")
    answers = kb(home, "ask", "--from", str(file))
    assert {answer["id"] for answer in answers} == set(asked)
    for answer in answers:
        wanted = asked[answer["id"]]
        assert answer["answered"] == wanted["answerable"]
        cited = {citation["board"]["source"] for citation in answer["citations"]}
        assert cited == set(wanted["boards"])
        _point_at_the_ink(home, answer["citations"])


def _point_at_the_ink(home: Path, citations: list[dict[str, Any]]) -> None:
    """A citation's region is the place of its nodes on the board, and its text their words."""
    for citation in citations:
        file = home / "scene.json"
        kb(home, "boards", "export", citation["board"]["id"], "--out", str(file))
        scene = Scene.model_validate_json(file.read_text("utf-8"))
        nodes = {node.id: node for node in scene.nodes}
        x0, y0, x1, y1 = citation["region"]
        for node in citation["nodes"]:
            box = nodes[node].bbox
            assert x0 <= box[0] <= box[2] <= x1
            assert y0 <= box[1] <= box[3] <= y1
        if len(citation["nodes"]) == 1:
            assert citation["text"] in nodes[citation["nodes"][0]].text
