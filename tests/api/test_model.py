"""`kb model`: what it prints, what it starts, what it refuses."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from api.cli.main import run
from tests.ingest.models.test_check import good, wants_json
from tests.modelserver import Reply, model_server

MODEL = "Qwen/Qwen3-VL-8B-Instruct"
Printed = pytest.CaptureFixture[str]


def serve(*options: str) -> int:
    return run(["model", "serve", MODEL, "--gpus", "1", "--memory", "80", *options])


def test_the_command_is_printed_for_a_shell(capsys: Printed) -> None:
    assert serve() == 0
    out, err = capsys.readouterr()
    assert out.startswith("python -m sglang.launch_server \\\n  --model-path Qwen/Qwen3-VL-8B")
    assert err == ""


def test_json_tells_the_layout_and_hides_the_key(
    capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KB_VLM_API_KEY", "deep secret")
    assert serve("--host", "0.0.0.0", "--json") == 0  # noqa: S104
    out, err = capsys.readouterr()
    assert "deep secret" not in out + err
    told = json.loads(out)
    assert told["tensor_parallel"] == 1
    assert told["context"] == 32_768
    assert "$KB_VLM_API_KEY" in told["command"]


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--host", "0.0.0.0"], "key_needed"),  # noqa: S104
        (["--memory", "16"], "model_too_large"),
        (["--engine", "ollama"], "no_engine"),
        (["--quantise", "int3"], "bad_quantisation"),
        (["--lora", "team=nowhere"], "no_adapter"),
        (["--lora", "nowhere"], "no_adapter"),
        (["--run", "--python", "/nowhere/python"], "no_program"),
    ],
)
def test_what_makes_no_sense_is_refused(options: list[str], code: str, capsys: Printed) -> None:
    assert serve(*options, "--json") == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == code


def test_an_adapter_is_a_folder_with_its_configuration(tmp_path: Path, capsys: Printed) -> None:
    (tmp_path / "adapter_config.json").write_text("{}")
    assert serve("--lora", f"team={tmp_path}") == 0
    assert f"team={tmp_path}" in capsys.readouterr().out


def test_without_gpus_here_and_none_named_it_is_the_cpu(
    capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")  # no nvidia-smi
    assert run(["model", "serve", MODEL]) == 0
    out, err = capsys.readouterr()
    assert "--device cpu" in out
    assert "on a CPU" in err


def test_memory_that_cannot_be_asked_for_must_be_told(
    capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    assert run(["model", "serve", MODEL, "--gpus", "2", "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "no_gpu"


def test_the_gpus_here_are_asked(
    capsys: Printed, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked = tmp_path / "nvidia-smi"
    asked.write_text("#!/bin/sh\necho 81559\necho 81559\n")
    asked.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert run(["model", "serve", "Qwen/Qwen3-VL-32B-Instruct", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["tensor_parallel"] == 2


def test_run_becomes_the_server(tmp_path: Path) -> None:
    stand_in = tmp_path / "python"
    stand_in.write_text("#!/bin/sh\necho $$ $SGLANG_USE_CPU_ENGINE $2\nexit 7\n")
    stand_in.chmod(0o755)
    words = ["model", "serve", MODEL, "--gpus", "0", "--run", "--python", str(stand_in)]
    child = subprocess.Popen(
        [sys.executable, "-m", "api.cli.main", *words], stdout=subprocess.PIPE, env=os.environ
    )
    out, _ = child.communicate(timeout=60)
    assert out.decode().split() == [str(child.pid), "1", "sglang.launch_server"]
    assert child.returncode == 7


def test_check_prints_a_table_or_json(capsys: Printed, monkeypatch: pytest.MonkeyPatch) -> None:
    with model_server(good) as server:
        assert run(["model", "check", server.url, "--concurrency", "2"]) == 0
        out, err = capsys.readouterr()
        assert "2 at a time" in out
        assert "NO" not in out
        assert "JSON schema … works" in err
        monkeypatch.setenv("KB_VLM_URL", server.url)
        assert run(["model", "check", "--json", "--concurrency", "2"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["model"] == "tiny"
    assert told["works"] is True
    assert [one["name"] for one in told["checks"]][:2] == ["models", "text"]


def test_check_exits_with_3_where_something_fails(capsys: Printed) -> None:
    def script(n: int, body: dict[str, object]) -> Reply:
        return Reply(status=400, raw=b"{}") if wants_json(body) else good(n, body)

    with model_server(script) as server:
        assert run(["model", "check", server.url]) == 3
    assert "NO" in capsys.readouterr().out


def test_check_without_a_server_is_an_outage_and_without_an_address_wrong_use(
    capsys: Printed,
) -> None:
    assert run(["model", "check", "http://127.0.0.1:9", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "model_unreachable"
    assert run(["model", "check", "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "no_server"
