"""How a model is laid out over GPUs: it fits, or it is refused with what would fit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.models.plan import Plan, Wanted, plan
from ingest.models.sizes import size_of, stored_quantisation
from kb.errors import WrongUse

PUBLISHED = [
    "Qwen/Qwen3-VL-2B-Instruct",
    "Qwen/Qwen3-VL-4B-Instruct",
    "Qwen/Qwen3-VL-8B-Instruct",
    "Qwen/Qwen3-VL-32B-Instruct",
    "Qwen/Qwen3-VL-30B-A3B-Instruct",
    "Qwen/Qwen3-VL-235B-A22B-Instruct",
    "Qwen/Qwen3-VL-235B-A22B-Instruct-FP8",
]


def used_gb(made: Plan) -> float:
    """What weights and the whole cache take of one GPU."""
    size = size_of(made.wanted.model)
    copies = max(1, made.parallel // size.kv_heads)
    cache = made.cache_tokens * size.kv_bytes * copies / 1e9
    return (made.weights_gb + cache) / made.parallel


def planned(*wish: Any) -> Plan | WrongUse:
    try:
        return plan(Wanted(*wish))
    except WrongUse as refusal:
        return refusal


@given(
    model=st.sampled_from(PUBLISHED),
    gpus=st.integers(1, 16),
    memory=st.sampled_from([16.0, 24.0, 48.0, 80.0, 141.0]),
    context=st.sampled_from([4096, 32_768, 131_072]),
    quantise=st.sampled_from(["none", "fp8"]),
)
def test_what_is_planned_fits_and_fewer_gpus_would_not_do(
    model: str, gpus: int, memory: float, context: int, quantise: str
) -> None:
    made = planned(model, gpus, memory, context, quantise)
    if isinstance(made, WrongUse):
        assert made.code == "model_too_large"
        assert made.hint
        return
    assert 1 <= made.parallel <= gpus
    assert made.cache_tokens >= 2 * context
    assert used_gb(made) < memory
    if made.parallel > 1:
        fewer = planned(model, made.parallel // 2, memory, context, quantise)
        assert isinstance(fewer, WrongUse)


@pytest.mark.parametrize(
    ("model", "gpus", "memory", "parallel"),
    [
        ("Qwen/Qwen3-VL-8B-Instruct", 1, 80, 1),
        ("Qwen/Qwen3-VL-32B-Instruct", 4, 80, 2),
        ("Qwen/Qwen3-VL-235B-A22B-Instruct", 8, 80, 8),
        ("Qwen/Qwen3-VL-235B-A22B-Instruct-FP8", 8, 80, 4),
    ],
)
def test_known_layouts(model: str, gpus: int, memory: float, parallel: int) -> None:
    assert plan(Wanted(model, gpus=gpus, memory_gb=memory)).parallel == parallel


def test_idle_gpus_are_told_to_serve_further_copies() -> None:
    made = plan(Wanted("Qwen/Qwen3-VL-8B-Instruct", gpus=4, memory_gb=80))
    assert any("run 4 such servers" in note for note in made.notes)


def test_a_model_that_fits_quantised_only_is_refused_with_that_hint() -> None:
    wanted = Wanted("Qwen/Qwen3-VL-8B-Instruct", gpus=1, memory_gb=24)
    with pytest.raises(WrongUse) as refused:
        plan(wanted)
    assert "--quantise fp8" in refused.value.hint
    assert plan(Wanted(wanted.model, 1, 24, quantise="fp8")).parallel == 1


def test_stored_quantisation_is_not_asked_for_twice() -> None:
    with pytest.raises(WrongUse) as refused:
        plan(Wanted("Qwen/Qwen3-VL-32B-Instruct-FP8", quantise="awq"))
    assert refused.value.code == "bad_quantisation"
    assert plan(Wanted("Qwen/Qwen3-VL-32B-Instruct-FP8")).weights_gb < 40


def test_an_unknown_model_is_sized_by_its_name_or_refused() -> None:
    assert size_of("team/Boards-VL-7B").parameters == 7
    assert size_of("team/boards-1.5b-v2").parameters == 1.5
    with pytest.raises(WrongUse) as refused:
        size_of("team/boards")
    assert refused.value.code == "unknown_model"


def checkpoint(folder: Path, **text: object) -> Path:
    config = {
        "dtype": "bfloat16",
        "text_config": {
            "num_hidden_layers": 4,
            "num_attention_heads": 4,
            "num_key_value_heads": 2,
            "head_dim": 16,
            "max_position_embeddings": 8192,
            **text,
        },
    }
    folder.mkdir(exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "model.safetensors").write_bytes(b"\0" * 2_000_000)
    return folder


def test_a_folder_is_measured(tmp_path: Path) -> None:
    size = size_of(str(checkpoint(tmp_path / "m")))
    assert size.stored_gb == pytest.approx(0.002)
    assert size.parameters == pytest.approx(0.001)
    assert size.kv_bytes == 4 * 2 * 16 * 2 * 2
    made = plan(Wanted(str(tmp_path / "m"), gpus=0))
    assert made.context == 8192  # less than was wanted, and told
    assert any("8,192" in note for note in made.notes)
    assert made.cache_tokens >= made.context


def test_weights_in_float32_are_served_as_half(tmp_path: Path) -> None:
    size = size_of(str(checkpoint(tmp_path / "m", dtype="float32")))
    assert size.stored_gb == pytest.approx(0.001)


def test_the_quantisation_of_a_folder_is_read(tmp_path: Path) -> None:
    folder = checkpoint(tmp_path / "m")
    assert stored_quantisation(str(folder)) == "none"
    config = json.loads((folder / "config.json").read_text())
    config["quantization_config"] = {"quant_method": "gptq"}
    (folder / "config.json").write_text(json.dumps(config))
    assert stored_quantisation(str(folder)) == "gptq"


@pytest.mark.parametrize("text", ["", "[]", '{"text_config": {}}', "{"])
def test_a_folder_without_a_model_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "config.json").write_text(text)
    with pytest.raises(WrongUse) as refused:
        plan(Wanted(str(tmp_path)))
    assert refused.value.code == "unknown_model"


def test_a_folder_without_weights_is_refused(tmp_path: Path) -> None:
    (checkpoint(tmp_path / "m") / "model.safetensors").unlink()
    with pytest.raises(WrongUse) as refused:
        plan(Wanted(str(tmp_path / "m")))
    assert "no weights" in refused.value.message
