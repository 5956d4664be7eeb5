"""The commands that start a model server."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import pytest

from ingest.models.engines import ENGINES, Command, command
from ingest.models.plan import Wanted, plan
from ingest.models.sizes import weight_version
from kb.errors import WrongUse

MODEL = "Qwen/Qwen3-VL-8B-Instruct"


def made(engine: str, python: str = "python", **wish: object) -> Command:
    return command(plan(Wanted(**{"model": MODEL, **wish})), engine, python)  # type: ignore[arg-type]


def option(words: tuple[str, ...], name: str) -> str:
    return words[words.index(name) + 1]


@pytest.mark.parametrize(
    ("engine", "context", "parallel", "name"),
    [
        ("sglang", "--context-length", "--tp-size", "--served-model-name"),
        ("vllm", "--max-model-len", "--tensor-parallel-size", "--served-model-name"),
        ("lmdeploy", "--session-len", "--tp", "--model-name"),
    ],
)
def test_each_engine_is_told_what_was_wanted(
    engine: str, context: str, parallel: str, name: str
) -> None:
    wish = {"model": "Qwen/Qwen3-VL-32B-Instruct", "gpus": 2, "name": "boards", "port": 4321}
    words = made(engine, **wish).words
    assert option(words, context) == "32768"
    assert option(words, parallel) == "2"
    assert option(words, name) == "boards"
    assert "4321" in words
    assert "Qwen/Qwen3-VL-32B-Instruct" in words


@pytest.mark.parametrize("engine", ENGINES)
def test_adapters_and_quantisation_reach_each_engine(engine: str) -> None:
    words = made(engine, adapters={"team": Path("adapters/team")}, quantise="fp8").words
    assert "team=adapters/team" in words
    assert "fp8" in words


def test_white_space_is_off_where_the_server_can_do_that() -> None:
    assert "--constrained-json-disable-any-whitespace" in made("sglang").words
    told = option(made("vllm").words, "--structured-outputs-config")
    assert '"disable_any_whitespace": true' in told


@pytest.mark.parametrize("engine", ENGINES)
def test_the_printed_command_is_the_command_and_holds_no_key(engine: str) -> None:
    secret = "not for the screen"  # noqa: S105
    one = made(engine, key=secret, name="it's ours")
    shown = one.shell()
    assert secret in one.words
    assert secret not in shown
    assert '"$KB_VLM_API_KEY"' in shown
    assert secret not in repr(plan(Wanted(MODEL, key=secret)))
    words = shlex.split(shown.replace("\\\n", " "))
    assert tuple(secret if word == "$KB_VLM_API_KEY" else word for word in words) == one.words


def test_weights_that_are_trained_anew_get_another_version(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}", "utf-8")
    (tmp_path / "notes.txt").write_text("a", "utf-8")
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(b"1234")
    first = weight_version(tmp_path)
    (tmp_path / "notes.txt").write_text("b", "utf-8")
    assert weight_version(tmp_path) == first
    os.utime(weights, ns=(1, 1))
    assert weight_version(tmp_path) != first
    assert "--weight-version" not in made("sglang").words  # a hub's name: it tells itself


def test_on_a_cpu_sglang_computes_in_plain_pytorch() -> None:
    one = made("sglang", gpus=0)
    assert option(one.words, "--device") == "cpu"
    assert option(one.words, "--attention-backend") == "torch_native"
    assert one.environment["SGLANG_USE_CPU_ENGINE"] == "1"
    shim = Path(one.environment["PYTHONPATH"].split(":")[0])
    assert (shim / "sgl_kernel" / "__init__.py").is_file()
    assert "--tp-size" not in one.words


@pytest.mark.parametrize("engine", ["vllm", "lmdeploy"])
def test_the_others_are_refused_on_a_cpu(engine: str) -> None:
    with pytest.raises(WrongUse) as refused:
        made(engine, gpus=0)
    assert refused.value.code == "no_gpu"


def test_unknown_engines_and_formats_are_refused() -> None:
    with pytest.raises(WrongUse, match="no engine"):
        made("ollama")
    with pytest.raises(WrongUse, match="bitsandbytes"):
        made("lmdeploy", quantise="bitsandbytes")


def test_programs_are_taken_from_the_environment_of_the_interpreter() -> None:
    assert made("vllm", "/opt/vllm/bin/python").words[0] == "/opt/vllm/bin/vllm"
    assert made("lmdeploy").words[0] == "lmdeploy"
    assert made("sglang", "/opt/s/bin/python").words[0] == "/opt/s/bin/python"
