"""SGLang itself takes every option that `kb model serve` gives it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ingest.models.engines import command
from ingest.models.plan import Wanted, plan
from ingest.models.sizes import weight_version
from tests.models.conftest import in_sglang

PARSE = """
import json, sys
from sglang.srt.server_args import prepare_server_args
told = []
for words in json.loads(sys.argv[1]):
    parsed = prepare_server_args(words)
    told.append({name: getattr(parsed, name, None) for name in json.loads(sys.argv[2])})
print(json.dumps(told, default=str))
"""
FIELDS = (
    "model_path",
    "served_model_name",
    "weight_version",
    "host",
    "port",
    "api_key",
    "tp_size",
    "context_length",
    "mem_fraction_static",
    "quantization",
    "grammar_backend",
    "constrained_json_disable_any_whitespace",
    "limit_mm_data_per_request",
    "enable_metrics",
    "enable_cache_report",
    "disable_radix_cache",
    "enable_lora",
    "max_lora_rank",
    "lora_paths",
    "device",
    "dtype",
    "attention_backend",
    "mm_attention_backend",
    "disable_overlap_schedule",
    "skip_server_warmup",
    "sleep_on_idle",
    "max_total_tokens",
    "max_running_requests",
)
LARGE = Wanted(
    "Qwen/Qwen3-VL-32B-Instruct",
    gpus=2,
    memory_gb=80,
    quantise="fp8",
    name="boards",
    port=31_000,
    key="k",
    adapters={"team": Path("adapters/team")},
)


@pytest.fixture(scope="module")
def parsed(sglang_python: Path, checkpoint: Path) -> list[dict[str, Any]]:
    """What SGLang understands of a command for GPUs and of one for the CPU."""
    commands = [command(plan(one), "sglang") for one in (LARGE, Wanted(str(checkpoint), gpus=0))]
    words = [list(one.words[3:]) for one in commands]
    out = in_sglang(sglang_python, "-c", PARSE, json.dumps(words), json.dumps(FIELDS))
    told: list[dict[str, Any]] = json.loads(out.splitlines()[-1])
    return told


def test_on_gpus(parsed: list[dict[str, Any]]) -> None:
    told = parsed[0]
    assert told["model_path"] == LARGE.model
    assert told["served_model_name"] == "boards"
    assert (told["host"], told["port"], told["api_key"]) == ("127.0.0.1", 31_000, "k")
    assert told["tp_size"] == plan(LARGE).parallel
    assert told["context_length"] == 32_768
    assert told["mem_fraction_static"] == 0.88
    assert told["quantization"] == "fp8"
    assert told["limit_mm_data_per_request"] == {"image": 4}
    assert told["enable_lora"]
    assert told["max_lora_rank"] == 64
    assert "team" in str(told["lora_paths"])


def test_answers_and_caches_everywhere(parsed: list[dict[str, Any]]) -> None:
    for told in parsed:
        assert told["grammar_backend"] == "xgrammar"
        assert told["constrained_json_disable_any_whitespace"] is True
        assert told["enable_metrics"] is True
        assert told["enable_cache_report"] is True
        assert not told["disable_radix_cache"]


def test_on_a_cpu(parsed: list[dict[str, Any]], checkpoint: Path) -> None:
    told = parsed[1]
    assert told["weight_version"] == weight_version(checkpoint)
    assert told["device"] == "cpu"
    assert told["dtype"] == "bfloat16"
    assert told["attention_backend"] == "torch_native"
    assert told["mm_attention_backend"] == "sdpa"
    assert told["disable_overlap_schedule"] is True
    assert told["skip_server_warmup"] is True
    assert told["sleep_on_idle"] is True
    assert told["max_running_requests"] == 16
    assert told["max_total_tokens"] >= 32_768
