"""Recipes say what they need, plans refuse early, and figures of models are theirs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ingest.tune.plan import CannotTrain, Machine, plan, trained_weights
from ingest.tune.recipes import config_of, load_recipe, recipe_names
from ingest.tune.weights import Shape, shape_of
from kb.errors import WrongUse

LARGE = Machine((80.0,) * 8, 500.0)
NO_GPU = Machine((), 64.0)


def model_folder(folder: Path, **text: int) -> Path:
    folder.mkdir()
    config = {
        "model_type": "qwen3_vl",
        "tie_word_embeddings": True,
        "text_config": {
            "hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4, "head_dim": 16,
            "num_key_value_heads": 2, "intermediate_size": 128, "vocab_size": 8064, **text,
        },
        "vision_config": {
            "hidden_size": 64, "depth": 2, "intermediate_size": 128,
            "num_position_embeddings": 256, "deepstack_visual_indexes": [0],
        },
    }  # fmt: skip
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", recipe_names())
def test_every_recipe_fits_eight_large_gpus(name: str) -> None:
    recipe = load_recipe(name, ["per_device_train_batch_size=1"])
    planned = plan(recipe, "Qwen3-VL-8B", LARGE)
    assert planned.refused == ""
    assert 0 < planned.trained <= planned.total
    assert planned.gpus == recipe.gpus
    planned.check()


@pytest.mark.parametrize("name", recipe_names())
def test_no_recipe_trains_a_real_model_without_a_gpu(name: str) -> None:
    planned = plan(load_recipe(name), "Qwen3-VL-8B", NO_GPU)
    assert "GPU" in planned.refused
    with pytest.raises(CannotTrain, match=f"{name} can't train Qwen3-VL-8B here"):
        planned.check()


def test_a_tiny_model_needs_no_gpu_unless_the_recipe_does(tmp_path: Path) -> None:
    folder = str(model_folder(tmp_path / "tiny"))
    fits = {name for name in recipe_names() if not plan(load_recipe(name), folder, NO_GPU).refused}
    assert fits == {"lora", "aligner", "grpo"}


def test_what_a_machine_lacks_is_named() -> None:
    lacks = Machine((80.0,), 64.0, missing=("flash_attn",))
    assert plan(load_recipe("packing"), "Qwen3-VL-8B", lacks).refused == (
        "its environment lacks flash_attn"
    )
    two = Machine((80.0,) * 2, 64.0)
    assert "laid out over 8 GPUs, there are 2" in (
        plan(load_recipe("megatron"), "Qwen2.5-VL-72B", two).refused
    )
    small = plan(load_recipe("lora"), "Qwen3-VL-8B", Machine((24.0,), 64.0))
    assert "each GPU would need" in small.refused


def test_published_models_have_the_weights_that_their_names_say() -> None:
    for name, billions in {"2B": 2.1, "4B": 4.4, "8B": 8.8, "32B": 33.4}.items():
        assert shape_of(f"Qwen/Qwen3-VL-{name}-Instruct").total / 1e9 == pytest.approx(
            billions, abs=0.05
        )
    assert shape_of("Qwen/Qwen2.5-VL-72B-Instruct").total / 1e9 == pytest.approx(73.4, abs=0.2)


def test_adapters_are_counted_by_rank_and_module() -> None:
    shape = Shape(hidden=64, layers=2, heads=4, kv_heads=2, inner=128, head=16)
    recipe = load_recipe("lora", ["lora_rank=8"])
    assert trained_weights(recipe, shape) == 2 * 8 * ((64 + 64) + 2 * (64 + 32))
    with pytest.raises(WrongUse, match="the model has no 'w_pack'"):
        shape.adapters(8, ["w_pack"])


def test_a_change_reaches_ms_swift(tmp_path: Path) -> None:
    recipe = load_recipe("lora", ["lora_rank=8", "max_steps=2", "torch_dtype=float32"])
    model = model_folder(tmp_path / "tiny")
    config = config_of(
        recipe, model=model, train=tmp_path / "t.jsonl", val=None, out=tmp_path / "out"
    )
    assert config["lora_rank"] == 8
    assert config["max_steps"] == 2
    assert config["model_type"] == "qwen3_vl"
    assert config["dataset"] == [str(tmp_path / "t.jsonl")]
    assert "val_dataset" not in config
    assert all(Path(plugin).is_file() for plugin in config["external_plugins"])


def test_plugins_of_a_recipe_are_found_wherever_one_works(tmp_path: Path) -> None:
    config = config_of(
        load_recipe("grpo"),
        model=model_folder(tmp_path / "tiny"),
        train=tmp_path,
        val=None,
        out=tmp_path,
    )
    assert all(Path(plugin).is_file() for plugin in config["external_plugins"])
    assert len(config["external_plugins"]) == 2


@pytest.mark.parametrize("name", recipe_names())
def test_no_run_asks_a_hub_about_its_model(name: str, tmp_path: Path) -> None:
    model = model_folder(tmp_path / "tiny")
    config = config_of(load_recipe(name), model=model, train=tmp_path, val=None, out=tmp_path)
    assert config["check_model"] is False


@pytest.mark.parametrize("change", ["lora_rank", "=8", "a b=1", ""])
def test_what_changes_nothing_is_refused(change: str) -> None:
    with pytest.raises(WrongUse, match="changes nothing"):
        load_recipe("lora", [change])


def test_a_file_of_ones_own_is_a_recipe_and_a_broken_one_is_named(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("about: mine\ncommand: sft\narguments: {tuner_type: full}\n", encoding="utf-8")
    assert load_recipe(str(own)).get("tuner_type") == "full"
    own.write_text("arguments: [", encoding="utf-8")
    with pytest.raises(WrongUse, match="can't be read"):
        load_recipe(str(own))
    with pytest.raises(WrongUse, match="no recipe called 'nope'"):
        load_recipe("nope")


def test_a_folder_that_is_no_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="holds no Qwen3-VL"):
        shape_of(str(tmp_path))
    with pytest.raises(WrongUse, match="is not known"):
        shape_of("llama")
