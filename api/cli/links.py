"""`kb links` and `kb versions`: what is suggested as one thing or one board, and a user's word."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.common import JsonOption, WorkspaceOption, open_base
from api.cli.output import console, counted, put_json, say, shown

if TYPE_CHECKING:
    from kb.base import KnowledgeBase
    from kb.links.shapes import Link, State, Version, Versions

links = typer.Typer(
    name="links", help="Names on several boards that mean one thing.", no_args_is_help=True
)
versions = typer.Typer(
    name="versions", help="Boards that are one board at several times.", no_args_is_help=True
)

NamesArgument = Annotated[
    list[str], typer.Argument(metavar="NAMES", help="Id of a link, or two names.")
]
BoardArgument = Annotated[str, typer.Argument(metavar="BOARD", help="Id of a board.")]
OtherArgument = Annotated[str, typer.Argument(metavar="OTHER", help="Id of another one.")]
NoteOption = Annotated[str, typer.Option("--note", help="Why, in your words.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(links)
    app.add_typer(versions)


@links.command("list")
def list_links(
    *,
    state: Annotated[
        str, typer.Option("--state", help="Only suggested, accepted or rejected ones.")
    ] = "",
    name: Annotated[str, typer.Option("--name", help="Only links of this name.")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="Most links.")] = 50,
    offset: Annotated[int, typer.Option("--offset", min=0, help="Links to skip.")] = 0,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """List links, the most likely first, with what speaks for them."""
    from kb.links import links_of

    with open_base(workspace) as base:
        page = links_of(
            base,
            base.settings.workspace,
            state=_state(state) if state else None,
            name=name,
            limit=limit,
            offset=offset,
        )
    if as_json:
        put_json(page)
        return
    for link in page.links:
        _print_link(link)
    if not page.links:
        say("no links")
    if page.more:
        say(f"there are more; --offset {offset + limit} shows them")


@links.command("suggest")
def suggest_links(
    *,
    anew: Annotated[
        bool, typer.Option("--anew", help="Look at all boards again; decisions stay.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Look for links and versions where that was not done yet; ingest does so by itself."""
    from kb.links import suggest

    with open_base() as base:
        looked = suggest(
            base, anew=anew, progress=lambda done, whole: say(f"{done} of {whole} boards")
        )
    if as_json:
        put_json({"boards": looked})
    else:
        say(f"looked at {counted(looked, 'board')}")


@links.command("accept")
def accept_link(
    names: NamesArgument,
    *,
    note: NoteOption = "",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say that two names mean one thing, suggested or not."""
    _decide_link(names, "accepted", note, workspace, as_json=as_json)


@links.command("reject")
def reject_link(
    names: NamesArgument,
    *,
    note: NoteOption = "",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say that two names mean two things; a name twice: that it is several things."""
    _decide_link(names, "rejected", note, workspace, as_json=as_json)


@links.command("undo")
def undo_link(
    names: NamesArgument, *, workspace: WorkspaceOption = None, as_json: JsonOption = False
) -> None:
    """Take back what was said of two names."""
    _decide_link(names, "suggested", "", workspace, as_json=as_json)


@versions.command("list")
def list_versions(
    board: BoardArgument, *, workspace: WorkspaceOption = None, as_json: JsonOption = False
) -> None:
    """List the versions of a board, oldest first."""
    from kb.links import versions_of

    with open_base(workspace) as base:
        told = versions_of(base, base.settings.workspace, board)
    _print_versions(told, as_json=as_json)


@versions.command("accept")
def accept_version(
    board: BoardArgument,
    other: OtherArgument,
    *,
    note: NoteOption = "",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say that two boards are one board at two times, suggested or not."""
    _decide_version(board, other, "accepted", note, workspace, as_json=as_json)


@versions.command("reject")
def reject_version(
    board: BoardArgument,
    other: OtherArgument,
    *,
    note: NoteOption = "",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say that two boards are two boards."""
    _decide_version(board, other, "rejected", note, workspace, as_json=as_json)


@versions.command("undo")
def undo_version(
    board: BoardArgument,
    other: OtherArgument,
    *,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take back what was said of two boards."""
    _decide_version(board, other, "suggested", "", workspace, as_json=as_json)


def _state(given: str) -> State:
    from typing import cast, get_args

    from kb.errors import WrongUse
    from kb.links.shapes import State

    states = get_args(State)
    if given not in states:
        raise WrongUse(f"there is no state {given!r}", hint=f"one of: {', '.join(states)}")
    return cast("State", given)


def _decide_link(
    given: list[str], state: State, note: str, workspace: str | None, *, as_json: bool
) -> None:
    from kb.links import decide_link, link_between

    with open_base(workspace) as base:
        own = base.settings.workspace
        names = decide_link(
            base, _names(base, own, given), state, workspace=own, by=_user(), note=note
        )
        link = link_between(base, own, *names)
    if as_json:
        put_json({"link": None if link is None else link.model_dump(mode="json")})
    elif link is None:
        say(f"nothing is said of “{names[0]}” and “{names[1]}” any more")
    else:
        _print_link(link)


def _names(base: KnowledgeBase, workspace: str, given: list[str]) -> tuple[str, str]:
    from kb.errors import WrongUse
    from kb.links import names_of_link

    if len(given) == 1:
        return names_of_link(base, workspace, given[0])
    if len(given) != 2:
        raise WrongUse("a link has two names", hint="give its id, or two names")
    return given[0], given[1]


def _decide_version(
    board: str, other: str, state: State, note: str, workspace: str | None, *, as_json: bool
) -> None:
    from kb.links import decide_version, versions_of

    with open_base(workspace) as base:
        own = base.settings.workspace
        decide_version(base, (board, other), state, workspace=own, by=_user(), note=note)
        told = versions_of(base, own, board)
    _print_versions(told, as_json=as_json)


def _user() -> str:
    """Return who is at the keyboard, as far as the system tells."""
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # no such account
        return "unknown"


# for people


def _print_link(link: Link) -> None:
    from rich.text import Text

    one, two = (f"“{shown(name.text)}” ({name.count})" for name in link.names)
    mark = "=" if link.joined else "≠" if link.state == "rejected" else "?"
    why = [f"{name} {value:g}" for name, value in link.signals.items()]
    why += [f"beside “{shown(a)}” = “{shown(b)}”" for a, b in link.neighbours]
    out = console()
    out.print(Text.assemble((f"{link.id}  ", "cyan"), (f"{one} {mark} {two}", "bold")))
    out.print(Text(f"    {link.state}, {link.strength:g}: {', '.join(why) or 'a user said so'}"))
    if link.decision is not None:
        when = link.decision.at.astimezone().strftime("%Y-%m-%d")
        note = f": {shown(link.decision.note)}" if link.decision.note else ""
        out.print(Text(f"    by {shown(link.decision.by)} on {when}{note}", style="dim"))


def _print_versions(told: Versions, *, as_json: bool) -> None:
    if as_json:
        put_json(told)
        return
    from rich.text import Text

    out = console()
    for one in told.earlier:
        out.print(Text(version_line(one)))
    at = told.board
    when = at.when.astimezone().strftime("%Y-%m-%d %H:%M")
    out.print(Text(f"{when} ({at.dated})  {at.board.id}  {shown(at.board.source)}", style="bold"))
    for one in told.later:
        out.print(Text(version_line(one)))
    for one in told.rejected:
        out.print(Text(version_line(one), style="dim"))


def version_line(one: Version) -> str:
    """Return one version on a line."""
    when = one.at.when.astimezone().strftime("%Y-%m-%d %H:%M")
    board = one.at.board
    how = f"{one.state} {one.score:g}" if one.score or one.decision else "through another version"
    return f"{when} ({one.at.dated})  {board.id}  {shown(board.source)}  {how}"
