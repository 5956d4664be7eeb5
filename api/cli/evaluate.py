"""`kb eval`: hands over to the evaluations, which are programs of their own."""

from __future__ import annotations

import runpy
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

# Name → module. The evaluations stand above this room, so they are found by name. All but the
# extraction's have a `__main__` and also run as `python -m <module>`.
EVALUATIONS = {
    "performance": "evals.performance",
    "extraction": "evals.extraction.run",
    "answers": "evals.answers",
    "links": "evals.links",
    "retrieval": "evals.retrieval",
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


@evaluations.command("extraction")
def extraction(
    *,
    data: Annotated[
        Path | None, typer.Option("--data", help="Folder of hdBPMN (default: ../shared/data).")
    ] = None,
    split: Annotated[str, typer.Option("--split", help="Split of hdBPMN: train or val.")] = "val",
    boards: Annotated[
        Path | None, typer.Option("--boards", help="Folder of boards/NAME.jpg, truth/NAME.json.")
    ] = None,
    rendered: Annotated[
        int, typer.Option("--rendered", min=0, help="Rendered boards in each group.")
    ] = 0,
    restyled: Annotated[
        bool, typer.Option("--restyled", help="Boards in styles that nothing was trained on.")
    ] = False,
    photos: Annotated[
        bool, typer.Option("--photos", help="Photos of boards and notes, with a truth by hand.")
    ] = False,
    limit: Annotated[
        int, typer.Option("--limit", min=0, help="Most pictures of each set; 0 is all.")
    ] = 0,
    without: Annotated[
        list[str] | None, typer.Option("--without", help="Stage to switch off. Repeatable.")
    ] = None,
    extractor: Annotated[
        str, typer.Option("--extractor", help="Who reads pictures: auto, local or vlm.")
    ] = "local",
    json_file: Annotated[
        Path | None, typer.Option("--json", help="File for all figures as JSON.")
    ] = None,
    sheet: Annotated[
        Path | None,
        typer.Option("--sheet", help="File for the boards as they were read: .jpg or .html."),
    ] = None,
) -> int:
    """Print how well boards are read: figures with intervals, and where the errors are.

    Without --data, --boards, --rendered, --restyled or --photos hdBPMN is measured; each set that
    is named gets a table of its own.
    """
    import_module(_module("extraction")).run(
        data=data,
        split=split,
        boards=boards,
        rendered=rendered,
        restyled=restyled,
        photos=photos,
        limit=limit,
        without=without or (),
        extractor=extractor,
        json_file=json_file,
        sheet=sheet,
    )
    return 0


@evaluations.command("answers", context_settings=_PASS_ON)
def answers(context: typer.Context) -> int:
    """Print how well questions are answered. Options as of `python -m evals.answers --help`."""
    return _run("answers", context.args)


@evaluations.command("links", context_settings=_PASS_ON)
def links(context: typer.Context) -> int:
    """Print how well names and versions are linked. Options: `python -m evals.links --help`."""
    return _run("links", context.args)


@evaluations.command("retrieval", context_settings=_PASS_ON)
def retrieval(context: typer.Context) -> int:
    """Print how well boards are found. Options as of `python -m evals.retrieval --help`."""
    return _run("retrieval", context.args)


def _module(name: str, part: str = "") -> str:
    from kb.errors import WrongUse

    module = EVALUATIONS[name]
    if find_spec(f"{module}{part}") is None:
        raise WrongUse(f"the evaluation {name!r} is not installed", code="not_installed")
    return module


def _run(name: str, arguments: list[str]) -> int:
    module = _module(name, ".__main__")
    saved = sys.argv
    sys.argv = [f"kb eval {name}", *arguments]
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    finally:
        sys.argv = saved
    return 0
