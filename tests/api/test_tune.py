"""`kb tune`: what it prints, what it makes, what it refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from api.cli.main import run
from evals.tuning.sources import plain_lessons

Printed = pytest.CaptureFixture[str]


def told(capsys: Printed, *words: str, code: int = 0) -> dict[str, Any]:
    """Run `kb tune` with `words` and return the JSON that it prints."""
    assert run(["tune", *words, "--json"]) == code
    result: dict[str, Any] = json.loads(capsys.readouterr().out)
    return result


@pytest.fixture
def boards(tmp_path: Path) -> Path:
    """Four drawn boards with their truth."""
    for name in ("boards", "truth"):
        (tmp_path / "drawn" / name).mkdir(parents=True)
    for lesson in plain_lessons(4, nodes=3):
        lesson.picture().save(tmp_path / "drawn" / "boards" / f"{lesson.name}.png")
        truth = tmp_path / "drawn" / "truth" / f"{lesson.name}.json"
        truth.write_text(lesson.scene.model_dump_json(), encoding="utf-8")
    return tmp_path / "drawn"


def test_all_recipes_are_planned_for_another_machine(capsys: Printed) -> None:
    plans = told(capsys, "plan", "--gpus", "8")["plans"]
    assert {one["recipe"]: one["refused"] for one in plans} == dict.fromkeys(
        ["aligner", "full-fsdp2", "full-zero3", "grpo", "lora", "megatron", "packing"], ""
    )
    assert run(["tune", "plan", "--gpus", "8"]) == 0
    assert "Qwen3-VL-8B" in capsys.readouterr().out


def test_a_recipe_that_does_not_fit_ends_with_3(capsys: Printed) -> None:
    (planned,) = told(capsys, "plan", "lora", "--gpus", "1", "--memory", "40", code=3)["plans"]
    assert "each GPU would need" in planned["refused"]
    smaller = ("--set", "max_length=2048", "--set", "per_device_train_batch_size=1")
    (planned,) = told(capsys, "plan", "lora", "--gpus", "1", "--memory", "40", *smaller)["plans"]
    assert planned["refused"] == ""


def test_a_data_set_is_made_of_named_boards(capsys: Printed, boards: Path, tmp_path: Path) -> None:
    made = told(capsys, "dataset", str(tmp_path / "data"), "--boards", str(boards), "--val", "0.25")
    assert made == {"train": 3, "val": 1, "left_out": {}}
    again = ("dataset", str(tmp_path / "data"), "--boards", str(boards))
    assert "data set already" in told(capsys, *again, code=2)["error"]["message"]


def test_an_empty_workspace_teaches_nothing(capsys: Printed, tmp_path: Path) -> None:
    error = told(capsys, "dataset", str(tmp_path / "data"), "-w", "empty", code=2)["error"]
    assert error["code"] == "no_lessons"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["plan", "nope", "--gpus", "1"], "unknown_recipe"),
        (["plan", "lora", "--gpus", "1", "--set", "x"], "bad_change"),
        (["plan", "lora", "--gpus", "1", "--model", "llama"], "unknown_model"),
        (["plan", "lora"], "no_tune_environment"),
        (["run", "lora", "--model", "m", "--data", "d", "--out", "o"], "no_tune_environment"),
        (["merge", "run", "out"], "no_tune_environment"),
        (["export", "m", "out", "--method", "fp8"], "no_tune_environment"),
        (["dataset", "out", "--hdbpmn", "nowhere"], "no_data"),
        (["gate", "local", "local", "--data", "nowhere"], "no_data"),
    ],
)
def test_what_makes_no_sense_is_refused(
    words: list[str], code: str, capsys: Printed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KB_TUNE_PYTHON", str(tmp_path / "no" / "python"))
    assert told(capsys, *words, code=2)["error"]["code"] == code
