"""A run is followed while it goes, and its end is told: checkpoint, curve, or the reason."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from defusedxml import ElementTree
from hypothesis import given
from hypothesis import strategies as st

from ingest.tune import environment
from ingest.tune.curve import loss_curve
from ingest.tune.environment import TuningFailed, ask, tune_python
from ingest.tune.export import checkpoint_of, merge, why_not
from ingest.tune.recipes import load_recipe
from ingest.tune.run import Step, newest_checkpoint, step_of, train
from kb.errors import WrongUse
from kb.settings import load_settings
from tests.ingest.tune.test_recipes_and_plans import model_folder

# Stands for ms-swift's command: writes figures as it does, or fails.
SWIFT = """
import json, pathlib, sys, yaml
given = yaml.safe_load(open(sys.argv[2]))
out = pathlib.Path(given["output_dir"])
out.mkdir()
steps = given["max_steps"]
for step in range(1, steps + 1):
    with open(out / "logging.jsonl", "a") as file:
        told = {"loss": 4 / step, "global_step/max_steps": f"{step}/{steps}"}
        file.write(json.dumps(told) + "\\n")
if given.get("seed") == 1:
    sys.exit("out of memory")
(out / "checkpoint-2").mkdir()
(out / f"checkpoint-{steps}").mkdir()
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a model, a data set, and a ``swift`` package that stands for the real one."""
    model_folder(tmp_path / "tiny")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "train.jsonl").write_text("{}\n", encoding="utf-8")
    package = tmp_path / "packages" / "swift" / "cli"
    package.mkdir(parents=True)
    (package.parent / "__init__.py").touch()
    (package / "__init__.py").touch()
    (package / "main.py").write_text(SWIFT, encoding="utf-8")
    usual = environment.tune_environment

    def with_package(**more: str) -> dict[str, str]:
        return {**usual(**more), "PYTHONPATH": str(tmp_path / "packages")}

    monkeypatch.setattr("ingest.tune.run.tune_environment", with_package)
    return tmp_path


def run(place: Path, *changes: str, **more: Any) -> Any:
    return train(
        Path(sys.executable),
        load_recipe("lora", ["max_steps=12", *changes]),
        model=place / "tiny",
        data=place / "data",
        out=place / "out",
        **more,
    )


def test_a_run_is_followed_step_by_step(place: Path) -> None:
    steps: list[tuple[int, int]] = []
    trained = run(place, told=lambda step: steps.append((step.number, step.of)))
    assert steps == [(n, 12) for n in range(1, 13)]
    assert trained.checkpoint == place / "out" / "swift" / "checkpoint-12"
    assert (trained.first_loss, trained.last_loss) == (4.0, pytest.approx(1 / 3))
    assert ElementTree.fromstring(trained.curve.read_text("utf-8")).tag.endswith("svg")
    assert json.dumps(trained.as_dict())
    with pytest.raises(WrongUse, match="holds a run already"):
        run(place)


def test_a_failed_run_tells_the_end_of_its_log(place: Path) -> None:
    with pytest.raises(TuningFailed, match="out of memory"):
        run(place, "seed=1")


def test_a_run_that_does_not_listen_is_ended_by_force(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    swift = place / "packages" / "swift" / "cli" / "main.py"
    swift.write_text(f"{deaf}{SWIFT}\ntime.sleep(600)\n", encoding="utf-8")
    monkeypatch.setattr("ingest.tune.run._ENDS_WITHIN_S", 0.2)

    def interrupted(_: Step) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(place, told=interrupted)


def test_a_run_needs_a_data_set(place: Path) -> None:
    (place / "data" / "train.jsonl").unlink()
    with pytest.raises(WrongUse, match=r"holds no train\.jsonl"):
        run(place)


@pytest.mark.parametrize(
    "line",
    ["", "{", "[]", "7", '{"loss": 1}', '{"loss": "x", "global_step/max_steps": "1/2"}',
     '{"eval_loss": 1, "global_step/max_steps": "1/2"}',
     '{"loss": 1, "global_step/max_steps": "many"}'],
)  # fmt: skip
def test_lines_that_tell_no_step_are_passed_over(line: str) -> None:
    assert step_of(line) is None


@given(st.lists(st.tuples(st.integers(0, 10**6), st.floats(allow_nan=True, width=32)), max_size=40))
def test_any_losses_make_a_picture(points: list[tuple[int, float]]) -> None:
    root = ElementTree.fromstring(loss_curve(points))
    for line in root.iter("{http://www.w3.org/2000/svg}polyline"):
        for pair in line.attrib["points"].split():
            x, y = map(float, pair.split(","))
            assert -1 <= x <= 721
            assert -1 <= y <= 321


def test_the_newest_checkpoint_is_the_one_of_the_last_step(tmp_path: Path) -> None:
    for name in ("checkpoint-9", "checkpoint-10", "checkpoint-x"):
        (tmp_path / "swift" / name).mkdir(parents=True)
    assert newest_checkpoint(tmp_path) == tmp_path / "swift" / "checkpoint-10"
    assert checkpoint_of(tmp_path) == tmp_path / "swift" / "checkpoint-10"
    with pytest.raises(WrongUse, match="holds no checkpoint"):
        checkpoint_of(tmp_path / "nowhere")


def test_a_model_trained_as_a_whole_is_merged_by_copying(tmp_path: Path) -> None:
    run_folder = tmp_path / "run"
    checkpoint = model_folder_in(run_folder / "swift" / "checkpoint-3")
    (checkpoint / "optimizer.pt").write_bytes(b"x")
    (checkpoint / "model.safetensors").write_bytes(b"0" * 1000)
    merged = merge(Path("no-python-is-needed"), run_folder, tmp_path / "merged")
    assert {file.name for file in merged.folder.iterdir()} == {"config.json", "model.safetensors"}
    with pytest.raises(WrongUse, match="is there already"):
        merge(Path("-"), run_folder, tmp_path / "merged")


def model_folder_in(folder: Path) -> Path:
    folder.parent.mkdir(parents=True)
    return model_folder(folder)


def test_what_smaller_weights_need_is_told(tmp_path: Path) -> None:
    python = Path(sys.executable)
    assert why_not(python, "fp8", data=None, gpus=0) == "it needs a GPU, there is none"
    assert "--data" in why_not(python, "gptq", data=None, gpus=1)
    assert why_not(python, "gptq", data=tmp_path, gpus=1).startswith("its environment lacks")
    with pytest.raises(WrongUse, match="no method 'int3'"):
        why_not(python, "int3", data=None, gpus=1)


def test_a_missing_environment_is_told_with_its_remedy(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="ms-swift's environment is not there") as caught:
        tune_python(load_settings(tune_python=str(tmp_path / "none")))
    assert "make swift" in caught.value.hint


def test_a_runner_that_fails_tells_what_it_said() -> None:
    with pytest.raises(TuningFailed, match="IndexError"):
        ask(Path(sys.executable), "parse", [])


def test_an_interrupted_run_leaves_no_process_behind(place: Path) -> None:
    package = place / "packages" / "swift" / "cli" / "main.py"
    child = "import subprocess, sys; subprocess.run([sys.executable, '-c', {!r}])"
    waits = (
        "import json, os, pathlib, time; out = pathlib.Path('swift'); out.mkdir();"
        "told = {'loss': 1, 'pid': os.getpid(), 'global_step/max_steps': '1/9'};"
        "(out / 'logging.jsonl').write_text(json.dumps(told) + '\\n'); time.sleep(600)"
    )
    package.write_text(child.format(waits), encoding="utf-8")
    pids: list[int] = []

    def stop(step: Step) -> None:
        pids.append(step.figures["pid"])
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(place, told=stop)
    deadline = time.monotonic() + 30
    while not is_gone(pids[0]):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def is_gone(pid: int) -> bool:
    """Tell whether a process has ended, or has only not been waited for yet."""
    try:
        return ") Z " in Path(f"/proc/{pid}/stat").read_text("ascii", "replace")
    except OSError:
        return True
