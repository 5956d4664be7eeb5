"""`kb tune`: teach the reading model a team's own boards."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.common import SOME_FAILED, JsonOption, WorkspaceOption, open_base, settings_for
from api.cli.output import console, put_json, say

if TYPE_CHECKING:
    from ingest.tune.dataset import Lesson, Written
    from ingest.tune.plan import TunePlan
    from ingest.tune.recipes import Recipe
    from ingest.tune.run import Step

_EVALS = "evals.tuning"  # above this room, so found by name
_USUAL_LENGTH = 8192

tune = typer.Typer(name="tune", help="Teach the vision model your boards.", no_args_is_help=True)

ModelOption = Annotated[str, typer.Option("--model", help="Folder of the model to start from.")]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", help="Argument of ms-swift, as NAME=VALUE. Repeatable."),
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(tune)


@tune.command("dataset")
def dataset(
    out: Annotated[Path, typer.Argument(help="Folder for the data set.")],
    *,
    workspace: WorkspaceOption = None,
    boards: Annotated[
        Path | None, typer.Option("--boards", help="Folder of boards/NAME.jpg, truth/NAME.json.")
    ] = None,
    hdbpmn: Annotated[Path | None, typer.Option("--hdbpmn", help="Folder of hdBPMN.")] = None,
    rendered: Annotated[
        int, typer.Option("--rendered", min=0, help="Boards to draw, of any sort.")
    ] = 0,
    extracted: Annotated[
        bool, typer.Option("--extracted", help="Also boards that only an extractor has read.")
    ] = False,
    val: Annotated[
        float, typer.Option("--val", min=0, max=0.5, help="Share of sources held out.")
    ] = 0.1,
    check: Annotated[
        str, typer.Option("--check", help="Folder of a model: send all samples through its tokens.")
    ] = "",
    as_json: JsonOption = False,
) -> int:
    """Make training data: from the boards of a workspace, or from those that are named.

    Without --boards, --hdbpmn or --rendered those boards of the workspace are taken whose scenes a
    person or a board file made.
    """
    from ingest.extract.vlm.options import vlm_options
    from ingest.tune.dataset import write_dataset

    settings = settings_for(workspace)
    options = vlm_options(settings)
    named = list(_named(boards, hdbpmn, rendered))
    if named:
        written = write_dataset(
            (one for some in named for one in some), out, options, val_share=val
        )
    else:
        from ingest.tune.lessons import kept_lessons

        with open_base(workspace) as base:
            lessons = kept_lessons(base, settings.workspace, extracted=extracted)
            written = write_dataset(lessons, out, options, val_share=val)
    told = written.as_dict()
    if check:
        told["check"] = _checked(out, check)
    if as_json:
        put_json(told)
    else:
        _show_dataset(out, written, told)
    return SOME_FAILED if told.get("check", {}).get("faults") else 0


def _named(boards: Path | None, hdbpmn: Path | None, rendered: int) -> Iterator[Iterable[Lesson]]:
    from ingest.tune.lessons import folder_lessons

    if boards is not None:
        yield folder_lessons(boards)
    if hdbpmn is not None:
        yield _evals("sources").hdbpmn_lessons(hdbpmn)
    if rendered:
        yield _evals("sources").rendered_lessons(rendered)


def _checked(out: Path, model: str) -> dict[str, Any]:
    """Send the samples through ms-swift's template; those that don't survive are taken out."""
    from ingest.tune.environment import tune_python
    from ingest.tune.verify import verify

    return verify(tune_python(settings_for()), out, model, _USUAL_LENGTH)


def _show_dataset(out: Path, written: Written, told: dict[str, Any]) -> None:
    say(f"{written.train} samples to learn from, {written.val} held out: {out}")
    for reason, count in written.left_out.items():
        say(f"left out: {count} ({reason})")
    for reason, count in told.get("check", {}).get("faults", {}).items():
        say(f"taken out: {count} ({reason})")


@tune.command("plan")
def plan(
    recipe: Annotated[
        str, typer.Argument(metavar="RECIPE", help="Name or YAML file (default: all).")
    ] = "",
    *,
    model: ModelOption = "Qwen3-VL-8B",
    gpus: Annotated[
        int | None, typer.Option("--gpus", min=0, help="How many (default: those here).")
    ] = None,
    memory: Annotated[float, typer.Option("--memory", min=1, help="GB of each GPU.")] = 80.0,
    changes: SetOption = None,
    as_json: JsonOption = False,
) -> int:
    """Tell what a recipe trains and needs, and whether the machine can. Exit code 3 if it can't.

    With --gpus the plan is for another machine, which is taken to have all packages.
    """
    from ingest.tune.recipes import load_recipe, recipe_names

    names = [recipe] if recipe else recipe_names()
    plans = [_planned(load_recipe(name, changes or ()), model, gpus, memory) for name in names]
    if as_json:
        put_json({"plans": [one.as_dict() for one in plans]})
    else:
        _show_plans(plans)
    return SOME_FAILED if recipe and plans[0].refused else 0


def _planned(recipe: Recipe, model: str, gpus: int | None, memory: float) -> TunePlan:
    from ingest.tune.environment import tune_python
    from ingest.tune.plan import Machine, machine_here
    from ingest.tune.plan import plan as weighed

    if gpus is not None:
        return weighed(recipe, model, Machine((memory,) * gpus, memory))
    return weighed(recipe, model, machine_here(tune_python(settings_for()), recipe.packages))


def _show_plans(plans: list[TunePlan]) -> None:
    from rich.table import Table

    table = Table("recipe", "trains", "of", "GPUs", "GB each", "", title=plans[0].model)
    for one in plans:
        table.add_row(
            one.recipe, _count(one.trained), _count(one.total), str(one.gpus or "CPU"),
            f"{one.sum_gb:.1f}", one.refused or "fits",
        )  # fmt: skip
    console().print(table)


def _count(weights: int) -> str:
    for size, word in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if weights >= size:
            return f"{weights / size:.1f} {word}"
    return str(weights)


@tune.command("run")
def run(
    recipe: Annotated[str, typer.Argument(help="Name of a recipe, or a YAML file like one.")],
    *,
    model: ModelOption,
    data: Annotated[Path, typer.Option("--data", help="Folder of a data set.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for all that comes of it.")],
    changes: SetOption = None,
    as_json: JsonOption = False,
) -> int:
    """Train: shows steps, rate, time left and loss, and draws the loss curve."""
    from ingest.tune.environment import tune_python
    from ingest.tune.plan import machine_here
    from ingest.tune.plan import plan as weighed
    from ingest.tune.recipes import load_recipe
    from ingest.tune.run import train

    python = tune_python(settings_for())
    chosen = load_recipe(recipe, changes or ())
    planned = weighed(chosen, model, machine_here(python, chosen.packages))
    planned.check()
    say(f"{chosen.name}: {_count(planned.trained)} of {_count(planned.total)} weights are trained")
    with _progress() as told:
        trained = train(
            python, chosen, model=Path(model), data=data, out=out, gpus=planned.gpus, told=told
        )
    if as_json:
        put_json(trained.as_dict())
    else:
        say(
            f"{trained.steps} steps in {trained.seconds:.0f} s, loss {trained.first_loss:.3f} → "
            f"{trained.last_loss:.3f}: {trained.checkpoint}, {trained.curve}"
        )
    return 0


@contextmanager
def _progress() -> Iterator[Callable[[Step], None]]:
    """Give what is told each step: a bar where a person looks, a line now and then elsewhere."""
    import sys

    if not sys.stderr.isatty():
        yield _lines()
        return
    from rich import progress
    from rich.console import Console

    columns = (
        progress.BarColumn(),
        progress.MofNCompleteColumn(),
        progress.TextColumn("{task.fields[rate]}"),
        progress.TextColumn("left"),
        progress.TimeRemainingColumn(),
        progress.TextColumn("{task.fields[loss]}"),
    )
    with progress.Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, rate="", loss="the model loads")

        def told(step: Step) -> None:
            speed = bar.tasks[0].speed
            rate = f"{speed:.2f} steps/s" if speed else ""
            bar.update(
                task, total=step.of, completed=step.number, rate=rate, loss=f"loss {step.loss:.3f}"
            )

        yield told


def _lines(every_s: float = 30.0) -> Callable[[Step], None]:
    """Give what says a step now and then; the rate counts from the first, when all is loaded."""
    import time

    started = last = 0.0

    def told(step: Step) -> None:
        nonlocal started, last
        now = time.monotonic()
        started = started or now
        if now - last >= every_s or step.number == step.of:
            last = now
            rate = (step.number - 1) / (now - started) if now > started else 0.0
            left = (step.of - step.number) / rate if rate else 0.0
            say(
                f"step {step.number} of {step.of}, {rate:.2f}/s, about {left:.0f} s left, "
                f"loss {step.loss:.3f}"
            )

    return told


@tune.command("merge")
def merge(
    run_folder: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a run.")],
    out: Annotated[Path, typer.Argument(help="Folder for the model; must not exist.")],
    *,
    as_json: JsonOption = False,
) -> int:
    """Make one model of a run: what was learnt is added to the weights; servers load the folder."""
    from ingest.tune.environment import tune_python
    from ingest.tune.export import merge as merged

    made = merged(tune_python(settings_for()), run_folder, out)
    if as_json:
        put_json(made.as_dict())
    else:
        say(f"merged: {made.folder}, {made.gb:.2f} GB")
    return 0


@tune.command("export")
def export(
    model: Annotated[Path, typer.Argument(help="Folder of a whole model.")],
    out: Annotated[Path, typer.Argument(help="Folder for the smaller one; must not exist.")],
    *,
    method: Annotated[str, typer.Option("--method", help="gptq, awq, fp8 or bitsandbytes.")],
    data: Annotated[
        Path | None, typer.Option("--data", help="Data set to measure on (gptq, awq).")
    ] = None,
    as_json: JsonOption = False,
) -> int:
    """Make the weights of a model smaller; says what that needs where it can't."""
    from ingest.models.plan import gpus_here
    from ingest.tune.environment import tune_python
    from ingest.tune.export import export as exported

    python = tune_python(settings_for())
    made = exported(python, model, out, method, data=data, gpus=len(gpus_here()))
    if as_json:
        put_json(made.as_dict())
    else:
        say(f"{method}: {made.folder}, {made.gb:.2f} GB")
    return 0


@tune.command("gate")
def gate(
    old: Annotated[str, typer.Argument(help="local, MODEL at KB_VLM_URL, or MODEL@URL.")],
    new: Annotated[str, typer.Argument(help="The one that shall take its place.")],
    *,
    data: Annotated[
        Path, typer.Option("--data", help="Folder of a data set, of boards with truth, of hdBPMN.")
    ],
    limit: Annotated[int, typer.Option("--limit", min=0, help="Most boards; 0 is all.")] = 0,
    as_json: JsonOption = False,
) -> int:
    """Let both read the same boards; the new one passes only where it is better for sure.

    The verdict is added to the record in the store's folder. Exit code 3 where it doesn't pass.
    """
    gates = _evals("gate")
    settings = settings_for()
    verdict = gates.run(old, new, data=data, settings=settings, limit=limit)
    file = gates.record(verdict, settings.home / "models")
    if as_json:
        put_json(verdict.as_dict())
    else:
        _show_verdict(verdict)
        say(f"{'passes' if verdict.passes else 'does not pass'}: {verdict.reason} (record: {file})")
    return 0 if verdict.passes else SOME_FAILED


def _show_verdict(verdict: Any) -> None:
    from rich.table import Table

    table = Table("of", "figure", "boards", "old", "new", "new - old, 95 %", "")
    for one in verdict.differences:
        span = "" if one.low is None else f"{one.low:+.3f} … {one.high:+.3f}"
        mark = "better" if one.better else "worse" if one.worse else ""
        sides = ["" if value is None else f"{value:.3f}" for value in (one.old, one.new)]
        table.add_row(one.group, one.figure, str(one.boards), *sides, span, mark)
    console().print(table)


def _evals(name: str) -> Any:
    """Return a module of the evaluations. Raises `WrongUse` where they aren't installed."""
    from importlib.util import find_spec

    from kb.errors import WrongUse

    if find_spec("evals") is None:
        raise WrongUse("the evaluations are not installed", code="not_installed")
    return import_module(f"{_EVALS}.{name}")
