"""`kb minutes`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli.common import JsonOption, WorkspaceOption, open_base
from api.cli.files import file_option, write_file
from api.cli.output import put, put_json


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("minutes")(minutes)


def minutes(
    board: Annotated[list[str], typer.Argument(metavar="BOARD…", help="Ids of boards.")],
    *,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="File to write.", callback=file_option)
    ] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the minutes of a board, or of all boards of a meeting, as Markdown."""
    from kb.minutes import minutes_of, page

    with open_base(workspace) as base:
        made = minutes_of(base, board, workspace=base.settings.workspace)
    if out is not None:
        write_file(out, page(made))
    if as_json:
        put_json(made)
    elif out is None:
        put(page(made))
