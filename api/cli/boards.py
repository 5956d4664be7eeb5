"""`kb boards`: list, show, remove, export, and pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli.common import JsonOption, WorkspaceOption, open_base
from api.cli.output import console, put, put_json, say, shown

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
    """List boards, newest first."""
    from api.boards import board_page

    with open_base(workspace) as base:
        page = board_page(base, base.settings.workspace, limit=limit, offset=offset)
    if as_json:
        put_json(page)
        return
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for name in ("board", "when", "lang", "title", "source"):
        table.add_column(name, no_wrap=name in ("board", "when"))
    for board in page.boards:
        when = (board.captured_at or board.ingested_at).astimezone().strftime("%Y-%m-%d")
        source = f"{board.source}#{board.page}" if board.page > 1 else board.source
        title = (board.title or board.name).replace("\n", " ")
        cells = (board.id, when, board.language, title, source)
        table.add_row(*(Text(shown(cell)) for cell in cells))
    console().print(table)
    if page.total > offset + len(page.boards):
        say(f"{len(page.boards)} of {page.total} boards; --offset {offset + limit} shows more")


@boards.command("show")
def show(
    board: BoardArgument, *, workspace: WorkspaceOption = None, as_json: JsonOption = False
) -> None:
    """Print what a board says, as an outline, and its versions; with --json its scene."""
    from api.cli.links import version_line
    from kb.export import export_scene
    from kb.links import versions_of
    from kb.scene import Scene

    with open_base(workspace) as base:
        row = base.catalog.board(base.settings.workspace, board)
        told = None if as_json else versions_of(base, base.settings.workspace, board)
    if told is None:
        put(row.scene)
        return
    put(shown(export_scene(Scene.model_validate_json(row.scene), "markdown")))
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
        say(f"removed {len(removed)} boards")


@boards.command("export")
def export(
    board: BoardArgument,
    *,
    format_name: Annotated[
        str, typer.Option("--format", "-f", help="json, markdown or mermaid.")
    ] = "json",
    out: Annotated[Path | None, typer.Option("--out", "-o", help="File to write.")] = None,
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
        out.write_text(text, encoding="utf-8")


@boards.command("picture")
def picture(
    board: BoardArgument,
    *,
    out: Annotated[Path, typer.Option("--out", "-o", help="File to write.")],
    region: Annotated[
        list[str] | None,
        typer.Option("--region", help="Mark x0,y0,x1,y1 in pixels. Repeatable."),
    ] = None,
    node: Annotated[
        list[str] | None, typer.Option("--node", help="Mark this node. Repeatable.")
    ] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Write a board's picture: as it is kept, or as PNG with places marked."""
    from api.marking import marked, marks_for, parse_regions
    from kb.scene import Scene

    with open_base(workspace) as base:
        row = base.catalog.board(base.settings.workspace, board)
        data = base.blobs.get(row.picture)
    scene = Scene.model_validate_json(row.scene)
    marks = marks_for(scene, node or (), parse_regions(region or ()))
    out.write_bytes(marked(data, marks) if marks else data)
