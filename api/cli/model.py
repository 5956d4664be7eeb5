"""`kb model`: start a model server, and see what one can do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.common import SOME_FAILED, JsonOption, settings_for
from api.cli.output import console, put, put_json, say

if TYPE_CHECKING:
    from ingest.models.check import Finding, Report
    from ingest.models.engines import Command
    from ingest.models.plan import Plan

model = typer.Typer(name="model", help="Serve a vision model, and check one.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(model)


@model.command("serve")
def serve(
    name: Annotated[str, typer.Argument(metavar="MODEL", help="Name at a hub, or a folder.")],
    *,
    engine: Annotated[str, typer.Option("--engine", help="sglang, vllm or lmdeploy.")] = "sglang",
    gpus: Annotated[
        int | None,
        typer.Option("--gpus", min=0, help="How many; 0: the CPU (default: all that are here)."),
    ] = None,
    memory: Annotated[
        float | None,
        typer.Option("--memory", min=1, help="GB of each GPU (default: asked of the GPUs)."),
    ] = None,
    context: Annotated[
        int, typer.Option("--context", min=1024, help="Most tokens of one request.")
    ] = 32_768,
    quantise: Annotated[
        str, typer.Option("--quantise", help="none, fp8, gptq, awq or bitsandbytes.")
    ] = "none",
    lora: Annotated[
        list[str] | None, typer.Option("--lora", help="Adapter, as NAME=FOLDER. Repeatable.")
    ] = None,
    served_name: Annotated[
        str, typer.Option("--name", help="Name under which it is listed (default: MODEL).")
    ] = "",
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port.")] = 30_000,
    python: Annotated[
        str, typer.Option("--python", help="Interpreter of the engine's environment.")
    ] = "python",
    run: Annotated[bool, typer.Option("--run", help="Start it instead of printing it.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Print the command that serves MODEL on the GPUs at hand; with --run, become the server.

    Callers must send the key that KB_VLM_API_KEY holds, which any address but loopback needs.
    """
    from api.exposure import is_loopback
    from ingest.models.engines import KEY_VARIABLE, command
    from ingest.models.engines import run as become
    from ingest.models.plan import Wanted, plan
    from kb.errors import WrongUse

    key = settings_for().vlm_api_key.get_secret_value()
    if not is_loopback(host) and not key:
        raise WrongUse(
            f"{host} can be reached by others, and no key is set",
            hint=f"set {KEY_VARIABLE}, or listen on 127.0.0.1",
            code="key_needed",
        )
    count, memory_gb = _gpus(gpus, memory)
    planned = plan(
        Wanted(
            model=name,
            gpus=count,
            memory_gb=memory_gb,
            context=context,
            quantise=_quantisation(quantise),
            adapters=_adapters(lora or []),
            name=served_name,
            host=host,
            port=port,
            key=key,
        )
    )
    made = command(planned, engine, python)
    for note in planned.notes:
        say(f"note: {note}")
    if run:
        become(made)
    if as_json:
        put_json(_told(planned, made))
    else:
        put(made.shell())


@model.command("check")
def check(
    url: Annotated[
        str, typer.Argument(metavar="URL", help="Of the server (default: KB_VLM_URL).")
    ] = "",
    *,
    name: Annotated[
        str, typer.Option("--model", help="Its name there (default: the first listed).")
    ] = "",
    concurrency: Annotated[
        int, typer.Option("--concurrency", min=1, max=256, help="Requests at a time.")
    ] = 8,
    timeout: Annotated[
        float, typer.Option("--timeout", min=1, help="Longest wait for one answer, seconds.")
    ] = 60.0,
    as_json: JsonOption = False,
) -> int:
    """Try out a model server: what works and how fast. Exit code 3 where something doesn't."""
    from ingest.models.check import check as tried_out
    from kb.errors import WrongUse

    settings = settings_for()
    address = url or settings.vlm_url
    if not address:
        raise WrongUse("which server?", hint="name its URL, or set KB_VLM_URL", code="no_server")
    report = tried_out(
        address,
        model=name or settings.vlm_model,
        key=settings.vlm_api_key.get_secret_value(),
        timeout_s=timeout,
        concurrency=concurrency,
        told=lambda finding: say(f"{finding.name} … {'works' if finding.works else 'FAILS'}"),
    )
    if as_json:
        put_json(_report(report))
    else:
        _show(report)
    return 0 if report.works else SOME_FAILED


def _gpus(gpus: int | None, memory: float | None) -> tuple[int, float]:
    """Return how many GPUs of how many GB each: as told, or as they are here."""
    from ingest.models.plan import gpus_here
    from kb.errors import WrongUse

    if gpus == 0 or (gpus is not None and memory is not None):
        return gpus, memory or 0.0
    here = gpus_here()
    count = len(here) if gpus is None else gpus
    memory_gb = memory or (min(here) if here else 0.0)
    if count and not memory_gb:
        raise WrongUse(
            "how much memory the GPUs have can't be asked here", hint="--memory 80", code="no_gpu"
        )
    return count, memory_gb


def _quantisation(kind: str) -> str:
    from ingest.models.sizes import BYTES
    from kb.errors import WrongUse

    if kind not in BYTES:
        raise WrongUse(
            f"there is no quantisation {kind!r}",
            hint=f"one of: {', '.join(BYTES)}",
            code="bad_quantisation",
        )
    return kind


def _adapters(given: list[str]) -> dict[str, Path]:
    from kb.errors import WrongUse

    adapters = {}
    for one in given:
        name, _, folder = one.partition("=")
        if not name or not Path(folder).joinpath("adapter_config.json").is_file():
            raise WrongUse(
                f"{one!r} names no adapter", hint="--lora NAME=FOLDER", code="no_adapter"
            )
        adapters[name] = Path(folder)
    return adapters


def _told(planned: Plan, made: Command) -> dict[str, object]:
    return {
        "command": ["$KB_VLM_API_KEY" if word == made.key else word for word in made.words]
        if made.key
        else list(made.words),
        "environment": made.environment,
        "tensor_parallel": planned.parallel,
        "context": planned.context,
        "weights_gb": round(planned.weights_gb, 2),
        "cache_tokens": planned.cache_tokens,
        "notes": list(planned.notes),
    }


def _report(report: Report) -> dict[str, object]:
    return {
        "url": report.url,
        "model": report.model,
        "works": report.works,
        "checks": [
            {
                "name": finding.name,
                "works": finding.works,
                "seconds": round(finding.seconds, 3),
                "detail": finding.detail,
                **finding.figures,
            }
            for finding in report.findings
        ],
    }


def _show(report: Report) -> None:
    from rich.table import Table

    table = Table("", "works", "seconds", "found", title=f"{report.model} at {report.url}")
    for finding in report.findings:
        table.add_row(*_row(finding))
    console().print(table)


def _row(finding: Finding) -> tuple[str, str, str, str]:
    from api.cli.output import shown

    works = "yes" if finding.works else "NO"
    return finding.name, works, f"{finding.seconds:.2f}", shown(finding.detail)
