"""The real ms-swift on this machine's CPU: it understands every recipe, and trains by three."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from evals.models.published import TINY
from evals.performance.gpu.tuning import measure_tuning
from evals.tuning.sources import plain_lessons
from ingest.extract.vlm.options import VlmOptions
from ingest.tune.dataset import TRAIN, read_rows, write_dataset, write_rows
from ingest.tune.environment import ask, tune_environment
from ingest.tune.export import METHODS, export, merge
from ingest.tune.plan import Machine, machine_here, plan
from ingest.tune.recipes import Recipe, config_of, load_recipe, recipe_names
from ingest.tune.run import LOG, OWN, STEPS, Trained, train
from ingest.tune.verify import verify
from kb.errors import WrongUse

LOOP = str(Path(__file__).resolve().parents[2] / "evals" / "tuning" / "loop.yaml")
# Few steps on few boards: what is tested is that it goes, not that it learns.
SHORT = ["torch_dtype=float32", "max_steps=2", "save_steps=2", "per_device_train_batch_size=1",
         "gradient_accumulation_steps=1", "gradient_checkpointing=false"]  # fmt: skip


@pytest.fixture(scope="session")
def swift() -> Path:
    """The interpreter that has ms-swift."""
    named = os.environ.get("KB_TEST_SWIFT")
    if not named:
        pytest.skip("KB_TEST_SWIFT names no interpreter with ms-swift: run make test-models")
    return Path(named)


@pytest.fixture(scope="session")
def tiny(swift: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny model whose vocabulary is cut short, so that a step takes a second."""
    folder = tmp_path_factory.mktemp("tuning") / "tiny"
    words = ["-m", "evals.models.tiny", str(folder), "--ranks", "4000", "--untied"]
    subprocess.run([swift, *words], env=tune_environment(), check=True, capture_output=True)
    return folder


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two boards to learn, one of them Chinese."""
    folder = tmp_path_factory.mktemp("tuning") / "data"
    options = VlmOptions("", image_tokens=32)
    write_dataset(plain_lessons(2, nodes=3), folder, options, val_share=0)
    return folder


def told_to_swift(recipe: Recipe, folder: Path) -> dict[str, Any]:
    (folder / "config.json").write_text('{"model_type": "qwen3_vl"}', encoding="utf-8")
    config = config_of(recipe, model=folder, train=folder, val=folder, out=folder / "out")
    return {"command": recipe.command, "arguments": config}


def test_ms_swift_understands_every_recipe_and_no_wrong_flag(swift: Path, tmp_path: Path) -> None:
    recipes = [load_recipe(name) for name in (*recipe_names(), LOOP)]
    exports = [{"command": "export", "arguments": one.arguments} for one in METHODS.values()]
    wrong = [
        {"command": "sft", "arguments": {"lora_rang": 8}},
        {"command": "sft", "arguments": {"lora_rank": "many"}},
        {"command": "sft", "arguments": {"padding_side": "up"}},
        {"command": "rlhf", "arguments": {"reward_functions": ["x"]}},
        {"command": "megatron sft", "arguments": {"tensor_parallel": 4}},
        {"command": "export", "arguments": {"quant_method": "int3"}},
    ]
    asked = [*(told_to_swift(recipe, tmp_path) for recipe in recipes), *exports, *wrong]
    file = tmp_path / "asked.json"
    file.write_text(json.dumps(asked), encoding="utf-8")
    told = ask(swift, "parse", [str(file)])
    right = len(recipes) + len(exports)
    assert told[:right] == [""] * right
    assert all(told[right:]), told[right:]


def test_samples_come_back_from_their_tokens_and_changed_ones_are_taken_out(
    swift: Path, tiny: Path, data: Path, tmp_path: Path
) -> None:
    rows = read_rows(data / TRAIN)
    broken = json.loads(json.dumps(rows[0]))
    broken["messages"][-1]["content"] = "  led by blanks, which the template strips"
    write_rows(tmp_path / TRAIN, [*rows, broken])
    told = verify(swift, tmp_path, str(tiny), 4096)
    assert told["samples"] == 2
    assert told["faults"] == {"the answer does not come back from its tokens": 1}
    assert read_rows(tmp_path / TRAIN) == rows
    assert verify(swift, tmp_path, str(tiny), 100)["samples"] == 0


def trained(swift: Path, name: str, tiny: Path, data: Path, out: Path, *changes: str) -> Trained:
    recipe = load_recipe(name, [*SHORT, *changes])
    planned = plan(recipe, str(tiny), machine_here(swift, recipe.packages))
    planned.check()
    made = train(swift, recipe, model=tiny, data=data, out=out)
    assert made.steps == 2
    assert made.curve.is_file()
    assert trained_weights_in(out / LOG) == pytest.approx(planned.trained / 1e6, abs=5e-5)
    return made


def trained_weights_in(log: Path) -> float:
    """Return the millions of weights that ms-swift says it trains."""
    told = re.search(r"\(([\d.]+)M Trainable", log.read_text("utf-8"))
    assert told is not None
    return float(told[1])


def test_adapters_are_trained_merged_and_load_again(
    swift: Path, tiny: Path, data: Path, tmp_path: Path
) -> None:
    trained(swift, "lora", tiny, data, tmp_path / "run")
    merged = merge(swift, tmp_path / "run", tmp_path / "merged")
    words = (
        "import sys; from transformers import AutoModelForImageTextToText as M, AutoProcessor as P;"
        "P.from_pretrained(sys.argv[1]); m = M.from_pretrained(sys.argv[1]);"
        "b = M.from_pretrained(sys.argv[2]).state_dict();"
        "print(sorted({n.split('.')[-2] for n, w in m.state_dict().items() if (w != b[n]).any()}))"
    )
    done = subprocess.run(
        [swift, "-c", words, str(merged.folder), str(tiny)],
        env=tune_environment(),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "['k_proj', 'q_proj', 'v_proj']"


def test_the_aligner_alone_is_trained(swift: Path, tiny: Path, data: Path, tmp_path: Path) -> None:
    made = trained(swift, "aligner", tiny, data, tmp_path / "run")
    merged = merge(swift, tmp_path / "run", tmp_path / "merged")
    assert merged.gb == pytest.approx(
        (made.checkpoint / "model.safetensors").stat().st_size / 1e9, rel=0.01
    )
    assert not (merged.folder / "optimizer.pt").exists()


def test_grpo_gets_rewards_for_scenes(swift: Path, tiny: Path, data: Path, tmp_path: Path) -> None:
    changes = ["num_generations=2", "per_device_train_batch_size=2", "max_completion_length=8"]
    trained(swift, "grpo", tiny, data, tmp_path / "run", *changes)
    steps = (tmp_path / "run" / OWN / STEPS).read_text("utf-8").splitlines()
    told = json.loads(steps[0])
    for name in ("SceneValid", "SceneNodes", "SceneRelations"):
        assert any(name in key for key in told), told


def test_what_needs_a_gpu_says_so_before_anything_starts(
    swift: Path, tiny: Path, data: Path, tmp_path: Path
) -> None:
    machine = machine_here(swift, [])
    if machine.gpus_gb:
        pytest.skip("this machine has a GPU")
    for name in ("packing", "full-zero3", "full-fsdp2", "megatron"):
        assert "GPU" in plan(load_recipe(name), str(tiny), machine).refused
    for method in ("gptq", "awq", "fp8"):
        with pytest.raises(WrongUse, match="needs a GPU"):
            export(swift, tiny, tmp_path / "small", method, data=data, gpus=0)
    assert plan(load_recipe("lora"), str(tiny), Machine((80.0,), 1.0)).refused == ""


def test_what_the_gpu_command_times_stands_in_the_log_of_ms_swift(swift: Path) -> None:
    lines = list(measure_tuning(TINY, swift, device="cpu", steps=3))
    cells = [cell.strip() for cell in lines[1].strip("|\n ").split("|")]
    assert cells[0] == "lora"
    assert float(cells[1]) > 0
    assert int(cells[2]) == 2
