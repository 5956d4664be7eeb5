"""The command that starts a model server: one function for each of the three servers.

Each holds answers to a JSON Schema without free white space, keeps the prefix cache on, tells its
figures at ``/metrics`` and takes no file or URL for a picture that it would have to fetch. SGLang's
options are held against SGLang 0.5.23 itself by `make test-models`; vLLM's and LMDeploy's (0.18)
were read in their documentation and sources, and not run.
"""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ingest.models.plan import Plan
from ingest.models.sizes import weight_version
from kb.errors import WrongUse

KEY_VARIABLE = "KB_VLM_API_KEY"
_PICTURES = 4  # most in one request; a board is asked about with one
_RANK = 64  # of the adapters that `kb tune` makes
_CPU_REQUESTS = 16  # at a time
_USED = "0.88"  # of a GPU's memory, as in the plan


@dataclass(frozen=True)
class Command:
    """What to run.

    Attributes:
        words: program and arguments; the key stands in them as it is.
        environment: what must be set besides.
        key: as in `Wanted`.
    """

    words: tuple[str, ...]
    environment: dict[str, str]
    key: str = ""

    def shell(self) -> str:
        """Return it for a shell, an option a line; the key is left to its variable."""
        parts: list[str] = [
            f"{name}={shlex.quote(text)}" for name, text in self.environment.items()
        ]
        line = ""
        for word in self.words:
            shown = f'"${KEY_VARIABLE}"' if self.key and word == self.key else shlex.quote(word)
            if word.startswith("--"):
                parts.append(line)
                line = f"  {shown}"
            else:
                line = f"{line} {shown}" if line else shown
        return " \\\n".join([*(part for part in parts if part), line])


def command(plan: Plan, engine: str, python: str = "python") -> Command:
    """Return the command of `engine` ("sglang", "vllm", "lmdeploy") for `plan`.

    Args:
        plan: what is served, and how it is laid out.
        engine: one of `ENGINES`.
        python: interpreter of the environment that the engine is installed in.

    Raises:
        WrongUse: the engine can't do what is wanted.
    """
    if engine not in ENGINES:
        raise WrongUse(
            f"there is no engine {engine!r}", hint=f"one of: {', '.join(ENGINES)}", code="no_engine"
        )
    if not plan.wanted.gpus and engine != "sglang":
        raise WrongUse(
            f"{engine} is served on GPUs only here", hint="on a CPU: --engine sglang", code="no_gpu"
        )
    environment = _cpu_environment() if not plan.wanted.gpus else {}
    if Path(plan.wanted.model).is_dir():
        environment["HF_HUB_OFFLINE"] = "1"  # all of it is here: no hub is asked
    return Command(tuple(ENGINES[engine](plan, python)), environment, plan.wanted.key)


def _sglang(plan: Plan, python: str) -> list[str]:
    wanted = plan.wanted
    words = [python, "-m", "sglang.launch_server", "--model-path", wanted.model]
    words += ["--served-model-name", wanted.name] if wanted.name else []
    if Path(wanted.model).is_dir():  # told at /model_info; readings by other weights aren't used
        words += ["--weight-version", weight_version(Path(wanted.model))]
    words += ["--host", wanted.host, "--port", str(wanted.port)]
    words += ["--api-key", wanted.key] if wanted.key else []
    words += ["--context-length", str(plan.context)]
    words += ["--grammar-backend", "xgrammar", "--constrained-json-disable-any-whitespace"]
    words += ["--limit-mm-data-per-request", json.dumps({"image": _PICTURES})]
    words += ["--enable-metrics", "--enable-cache-report"]  # the prefix cache is on by itself
    words += ["--quantization", wanted.quantise] if wanted.quantise != "none" else []
    if wanted.adapters:
        words += ["--enable-lora", "--max-lora-rank", str(_RANK), "--lora-paths"]
        words += [f"{name}={path}" for name, path in wanted.adapters.items()]
    if not wanted.gpus:
        return words + _sglang_on_cpu(plan)
    return [*words, "--tp-size", str(plan.parallel), "--mem-fraction-static", _USED]


def _sglang_on_cpu(plan: Plan) -> list[str]:
    """Return the options that make SGLang compute in plain PyTorch."""
    return [
        *("--device", "cpu", "--dtype", "bfloat16"),
        # The usual choice on x86 wants matrix extensions that few processors have.
        *("--attention-backend", "torch_native", "--mm-attention-backend", "sdpa"),
        *("--disable-overlap-schedule", "--skip-server-warmup", "--sleep-on-idle"),
        *("--max-total-tokens", str(plan.cache_tokens)),
        *("--max-running-requests", str(_CPU_REQUESTS), "--mem-fraction-static", "0.5"),
    ]


def _vllm(plan: Plan, python: str) -> list[str]:
    wanted = plan.wanted
    words = [_beside(python, "vllm"), "serve", wanted.model]
    words += ["--served-model-name", wanted.name] if wanted.name else []
    words += ["--host", wanted.host, "--port", str(wanted.port)]
    words += ["--api-key", wanted.key] if wanted.key else []
    words += ["--tensor-parallel-size", str(plan.parallel)]
    words += ["--max-model-len", str(plan.context), "--gpu-memory-utilization", _USED]
    words += ["--enable-prefix-caching"]
    words += ["--limit-mm-per-prompt", json.dumps({"image": _PICTURES, "video": 0})]
    guided = {"backend": "xgrammar", "disable_any_whitespace": True}
    words += ["--structured-outputs-config", json.dumps(guided)]
    words += ["--quantization", wanted.quantise] if wanted.quantise != "none" else []
    if wanted.adapters:
        words += ["--enable-lora", "--max-lora-rank", str(_RANK), "--lora-modules"]
        words += [f"{name}={path}" for name, path in wanted.adapters.items()]
    return words


_LMDEPLOY_FORMATS = ("awq", "gptq", "fp8")


def _lmdeploy(plan: Plan, python: str) -> list[str]:
    wanted = plan.wanted
    if wanted.quantise not in ("none", *_LMDEPLOY_FORMATS):
        raise WrongUse(f"LMDeploy has no {wanted.quantise} weights", code="bad_quantisation")
    words = [_beside(python, "lmdeploy"), "serve", "api_server", wanted.model]
    words += ["--backend", "pytorch"]  # the one that reads pictures with Qwen3-VL
    words += ["--model-name", wanted.name] if wanted.name else []
    words += ["--server-name", wanted.host, "--server-port", str(wanted.port)]
    words += ["--api-keys", wanted.key] if wanted.key else []
    words += ["--tp", str(plan.parallel), "--session-len", str(plan.context)]
    words += ["--cache-max-entry-count", _USED, "--enable-prefix-caching"]
    words += ["--model-format", wanted.quantise] if wanted.quantise != "none" else []
    if wanted.adapters:
        words += ["--adapters", *(f"{name}={path}" for name, path in wanted.adapters.items())]
    return words


ENGINES: dict[str, Callable[[Plan, str], list[str]]] = {
    "sglang": _sglang,
    "vllm": _vllm,
    "lmdeploy": _lmdeploy,
}


def run(made: Command) -> None:
    """Become the server: it takes this process's place, and its signals and exit code.

    Raises:
        WrongUse: there is no such program.
    """
    try:
        os.execvpe(made.words[0], made.words, {**os.environ, **made.environment})  # noqa: S606
    except OSError as error:
        raise WrongUse(
            f"{made.words[0]} can't be run: {error.strerror}",
            hint="--python names the interpreter of the environment that holds the engine",
            code="no_program",
        ) from error


def _beside(python: str, program: str) -> str:
    """Return the program of the environment that `python` is of."""
    return str(Path(python).with_name(program)) if os.sep in python else program


def _cpu_environment() -> dict[str, str]:
    """Return what SGLang needs where the registry has no kernels for it (see `shim`)."""
    paths = [str(Path(__file__).with_name("shim")), *os.environ.get("PYTHONPATH", "").split(":")]
    return {
        "SGLANG_USE_CPU_ENGINE": "1",
        "OMP_NUM_THREADS": "1",  # its processes share the cores; more threads get in their way
        "TORCHDYNAMO_DISABLE": "1",  # it would want a C++ compiler
        "PYTHONPATH": ":".join(path for path in paths if path),
    }
