"""`kb boards`: list, show, remove, export, and pictures."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.common import JsonOption, WorkspaceOption, open_base
from api.cli.files import file_option, picture_option, write_file, write_picture
from api.cli.output import console, counted, put, put_json, say, shown

if TYPE_CHECKING:
    from api.boards import BoardPage

boards = typer.Typer(name="boards", help="Look at boards and manage them.", no_args_is_help=True)

BoardArgument = Annotated[str, typer.Argument(metavar="BOARD", help="Id of the board.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(boards)


@boards.command("list")
def list_boards(
    *,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Most boards to list.")] = 100,
    offset: Annotated[int, typer.Option("--offset", min=0, help="Boards to skip.")] = 0,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """List boards, the last drawn first."""
    from api.boards import board_page
    from kb.emptiness import emptiness_of

    with open_base(workspace) as base:
        own = base.settings.workspace
        page = board_page(base, own, limit=limit, offset=offset)
        origins = base.catalog.origins([board.id for board in page.boards])
        empty = "" if page.boards else emptiness_of(base, own)
    if as_json:
        told = page.model_dump(mode="json")
        for board in told["boards"]:
            board["origin"] = origins.get(board["id"], "")
        put_json(told)
    elif empty:
        say(empty)
    else:
        _print_page(page, origins)


def _print_page(page: BoardPage, origins: Mapping[str, str]) -> None:
    """Print a row for each board; where two files share a path, it is told as the whole one."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for name in ("board", "when", "lang", "title", "source"):
        table.add_column(name, no_wrap=name in ("board", "when"))
    places: dict[str, set[str]] = {}
    for board in page.boards:
        places.setdefault(board.source, set()).add(origins.get(board.id, ""))
    for board in page.boards:
        when = board.when.astimezone().strftime("%Y-%m-%d")
        source = board.source if len(places[board.source]) == 1 else origins[board.id]
        source += f"#{board.page}" if board.page > 1 else ""
        title = (board.title or board.name).replace("\n", " ")
        cells = (board.id, when, board.language, title, source)
        table.add_row(*(Text(shown(cell)) for cell in cells))
    console().print(table)
    shown_to = page.offset + len(page.boards)
    if page.total > shown_to:
        say(f"{len(page.boards)} of {page.total} boards; --offset {shown_to} shows more")


@boards.command("show")
def show(
    board: BoardArgument, *, workspace: WorkspaceOption = None, as_json: JsonOption = False
) -> None:
    """Print what a board says, as an outline, whence it is, its versions; with --json its scene."""
    from api.cli.links import version_line
    from kb.export import export_scene
    from kb.links import versions_of
    from kb.scene import Scene

    with open_base(workspace) as base:
        row = base.catalog.board(base.settings.workspace, board)
        told = None if as_json else versions_of(base, base.settings.workspace, board)
        places = base.catalog.places(row.source_id)
    if told is None:
        put(row.scene)
        return
    scene = Scene.model_validate_json(row.scene)
    put(shown(export_scene(scene, "markdown")))
    if not scene.nodes:
        say("nothing was read on this board")
    for place in places:
        say(f"from: {place.origin}")
    say(f"drawn: {told.board.when.astimezone():%Y-%m-%d %H:%M} ({told.board.dated})")
    for when, found in (("earlier", told.earlier), ("later", told.later)):
        for one in found:
            say(f"{when} version: {version_line(one)}")


@boards.command("rm")
def remove(
    board: Annotated[list[str], typer.Argument(metavar="BOARD…", help="Ids of boards.")],
    *,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Also where the source has further boards.")
    ] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Remove boards with their sources, the inverse of ingest; the files themselves stay."""
    from kb.errors import WrongUse
    from kb.removal import remove_board

    with open_base(workspace) as base:
        named = set(board)
        for board_id in board:
            row = base.catalog.board(base.settings.workspace, board_id)
            others = {other.id for other in base.catalog.boards_of(row.source_id)} - named
            if others and not yes:
                raise WrongUse(
                    f"the source of board {board_id} has {len(others)} further boards",
                    hint="a source goes as a whole: say --yes to remove them all",
                    code="several_boards",
                )
        removed: list[str] = []
        for board_id in board:
            if board_id not in removed:
                removed += remove_board(base, base.settings.workspace, board_id)
    if as_json:
        put_json({"removed": removed})
    else:
        say(f"removed {counted(len(removed), 'board')}")


@boards.command("export")
def export(
    board: BoardArgument,
    *,
    format_name: Annotated[
        str, typer.Option("--format", "-f", help="json, markdown or mermaid.")
    ] = "json",
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="File to write.", callback=file_option)
    ] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Write a board in the format of another program."""
    from kb.export import export_scene
    from kb.scene import Scene

    with open_base(workspace) as base:
        row = base.catalog.board(base.settings.workspace, board)
    text = export_scene(Scene.model_validate_json(row.scene), format_name)
    if out is None:
        put(text)
    else:
        write_file(out, text)


@boards.command("picture")
def picture(
    board: BoardArgument,
    *,
    out: Annotated[
        Path,
        typer.Option("--out", "-o", help="Picture file to write.", callback=picture_option),
    ],
    region: Annotated[
        list[str] | None,
        typer.Option("--region", help="Mark x0,y0,x1,y1 in pixels. Repeatable."),
    ] = None,
    node: Annotated[
        list[str] | None, typer.Option("--node", help="Mark this node. Repeatable.")
    ] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Write a board's picture, with places marked if wanted; the file's name tells its format."""
    from api.marking import marked, marks_for, parse_regions
    from kb.scene import Scene

    with open_base(workspace) as base:
        row = base.catalog.board(base.settings.workspace, board)
        data = base.blobs.get(row.picture)
    scene = Scene.model_validate_json(row.scene)
    marks = marks_for(scene, node or (), parse_regions(region or ()))
    write_picture(out, marked(data, marks) if marks else data)
