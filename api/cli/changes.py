"""`kb diff` and `kb timeline`: what changed, and when."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli.common import JsonOption, WorkspaceOption, open_base
from api.cli.files import picture_option, write_picture
from api.cli.output import console, counted, put, put_json, say, shown


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("diff")(diff)
    app.command("timeline")(timeline)


def diff(
    before: Annotated[
        str, typer.Argument(metavar="BEFORE", help="Id of the earlier board, or of the only one.")
    ],
    after: Annotated[
        str, typer.Argument(metavar="AFTER", help="Id of the later board (else: BEFORE itself).")
    ] = "",
    *,
    picture: Annotated[
        Path | None,
        typer.Option(
            "--picture",
            help="Picture file: the later board, changes marked.",
            callback=picture_option,
        ),
    ] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell what changed between two boards, or from a board's former version to it."""
    from api.comparing import changes_picture, compare
    from kb.compare.telling import tell

    with open_base(workspace) as base:
        found = compare(base, base.settings.workspace, before, after)
        if picture is not None:
            write_picture(picture, changes_picture(base, base.settings.workspace, found))
    if as_json:
        put_json(found)
    else:
        put(shown(tell(found)))


def timeline(
    thing: Annotated[str, typer.Argument(metavar="THING", help="What it is called on a board.")],
    *,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell what happened to a thing over all boards, oldest first, with citations."""
    from rich.text import Text

    from kb.timeline import timeline_of

    with open_base(workspace) as base:
        told = timeline_of(base, thing, workspace=base.settings.workspace)
    if as_json:
        put_json(told)
        return
    out = console()
    for event in told.events:
        when = event.when.astimezone().strftime("%Y-%m-%d %H:%M")
        number = event.citation.n
        out.print(Text.assemble((f"{when}  ", "cyan"), shown(event.text), (f" [{number}]", "dim")))
    for event in told.events:
        cited = event.citation
        region = ",".join(f"{value:g}" for value in cited.region)
        place = f"board {cited.board.id}  nodes {','.join(cited.nodes)}  region {region}"
        out.print(Text(f"[{cited.n}] {shown(cited.board.source)}  {shown(place)}", style="dim"))
    say(f"{counted(len(told.events), 'event')}; known as: {', '.join(told.names)}")
