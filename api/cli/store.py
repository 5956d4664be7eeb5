"""`kb check`, `kb reindex`, `kb config`, `kb workspaces`: the store as a whole."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from api.cli.common import SOME_FAILED, JsonOption, open_base, settings_for
from api.cli.output import console, counted, put, put_json, say, shown


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("check")(check)
    app.command("reindex")(reindex)
    app.command("config")(config)
    app.command("workspaces")(workspaces)


def check(
    *,
    repair: Annotated[bool, typer.Option("--repair", help="Mend what can be mended.")] = False,
    read_data: Annotated[
        bool, typer.Option("--read-data", help="Also read every stored file (slow).")
    ] = False,
    as_json: JsonOption = False,
) -> int:
    """Compare catalog, stored files and index.

    Exit code 3 where something is (still) wrong, or boards must be ingested again.
    """
    from kb.check import check as look

    with open_base() as base:
        findings = look(
            base,
            repair=repair,
            read_data=read_data,
            progress=lambda what: say(f"looking at {what}" if what != "repair" else "repairing"),
        )
        left = look(base, read_data=read_data) if repair and findings else findings
    lost = sorted({found.lost for found in findings if found.lost}) if repair else []
    code = SOME_FAILED if left or lost else 0
    if as_json:
        shapes = [
            {"kind": found.kind, "what": found.what, "repair": found.repair} for found in findings
        ]
        put_json({"findings": shapes, "repaired": repair, "left": len(left), "lost": lost})
        return code
    after = "" if repair else "after a repair "
    for found in findings:
        put(f"{found.kind}: {shown(found.what)}: {after}{shown(found.repair)}")
    say(
        counted(len(findings), "finding")
        + (f", {len(left)} left after the repair" if repair else "")
    )
    for source in lost:
        say(f"lost until its file is ingested again: {source}")
    if findings and not repair:
        say("nothing was changed; `kb check --repair` mends what can be mended")
    return code


def reindex(*, as_json: JsonOption = False) -> None:
    """Build the index anew from the catalog, as after a change of the embedding model."""
    from kb.indexing import reindex as rebuild

    started = time.monotonic()
    with open_base() as base:
        boards = rebuild(base, progress=lambda done, whole: say(f"{done} of {whole} sources"))
    seconds = round(time.monotonic() - started, 3)
    if as_json:
        put_json({"boards": boards, "seconds": seconds})
    else:
        say(f"{counted(boards, 'board')} in {seconds:.1f} s")


def config(*, as_json: JsonOption = False) -> None:
    """Print every setting, its value, and where that came from."""
    from kb.settings import config_file, provenance

    rows = provenance(settings_for())
    if as_json:
        settings = [{"name": n, "value": value, "from": origin} for n, value, origin in rows]
        put_json({"file": str(config_file()), "settings": settings})
        return
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for name in ("setting", "value", "from"):
        table.add_column(name)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    console().print(table)
    say(f"settings file: {config_file()}")


def workspaces(*, as_json: JsonOption = False) -> None:
    """List the workspaces that hold boards, and how many."""
    from api.boards import workspaces_of

    with open_base() as base:
        told = workspaces_of(base)
    if as_json:
        put_json(told)
        return
    for workspace in told.workspaces:
        put(f"{workspace.name}  {counted(workspace.boards, 'board')}")
    if not told.workspaces:
        say("no workspace holds boards; `kb ingest` adds some")
