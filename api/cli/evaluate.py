"""`kb eval`: hands over to the evaluations, which are programs of their own."""

from __future__ import annotations

import runpy
import sys
from importlib.util import find_spec

import typer

# Name → module with a `__main__`; each also runs as `python -m <module>`.
EVALUATIONS = {
    "performance": "evals.performance",
    "extraction": "evals.extraction",
    "answers": "evals.answers",
}
_PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}

evaluations = typer.Typer(
    name="eval", help="Measure how well and how fast it works.", no_args_is_help=True
)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(evaluations)


@evaluations.command("performance", context_settings=_PASS_ON)
def performance(context: typer.Context) -> int:
    """Print the performance ratios. Options as of `python -m evals.performance --help`."""
    return _run("performance", context.args)


@evaluations.command("extraction", context_settings=_PASS_ON)
def extraction(context: typer.Context) -> int:
    """Print how well boards are read. Options as of `python -m evals.extraction --help`."""
    return _run("extraction", context.args)


@evaluations.command("answers", context_settings=_PASS_ON)
def answers(context: typer.Context) -> int:
    """Print how well questions are answered. Options as of `python -m evals.answers --help`."""
    return _run("answers", context.args)


def _run(name: str, arguments: list[str]) -> int:
    from kb.errors import WrongUse

    module = EVALUATIONS[name]
    if find_spec(f"{module}.__main__") is None:
        raise WrongUse(f"the evaluation {name!r} is not installed", code="not_installed")
    saved = sys.argv
    sys.argv = [f"kb eval {name}", *arguments]
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    finally:
        sys.argv = saved
    return 0
