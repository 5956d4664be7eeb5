"""`kb search` and `kb ask`."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.common import SOME_FAILED, JsonOption, WorkspaceOption, open_base
from api.cli.files import file_option, folder_option, write_file
from api.cli.output import console, put, put_json, say, shown

if TYPE_CHECKING:
    from kb.base import KnowledgeBase
    from kb.evidence import Answer, BoardRef, Citation, Evidence, SearchResult, Turn

Unit = Annotated[
    list[str] | None, typer.Option("--unit", help="Only node, relation or board. Repeatable.")
]
Kind = Annotated[
    list[str] | None,
    typer.Option("--kind", help="Only this kind: box, sticky, arrow … Repeatable."),
]
Tag = Annotated[
    list[str] | None,
    typer.Option("--tag", help="Only this tag: todo, risk, decision … Repeatable."),
]
Color = Annotated[
    list[str] | None, typer.Option("--color", help="Only this ink or fill colour. Repeatable.")
]
Since = Annotated[
    datetime | None, typer.Option("--since", help="Only boards from this day on (local time).")
]
Until = Annotated[
    datetime | None, typer.Option("--until", help="Only boards up to this day or time (included).")
]
Source = Annotated[
    str | None, typer.Option("--source", help="Only this path, or paths in this folder.")
]
OnBoard = Annotated[
    list[str] | None, typer.Option("--board", help="Only this board, by its id. Repeatable.")
]
Top = Annotated[int, typer.Option("-k", help="Most pieces of evidence.", min=1)]
Stream = Annotated[bool, typer.Option("--stream", help="Print the answer as it comes.")]
From = Annotated[
    Path | None,
    typer.Option("--from", help="JSON lines with id and question; one JSON answer a line."),
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("search")(search)
    app.command("ask")(ask)


def search(
    query: Annotated[str | None, typer.Argument(help="What to look for.")] = None,
    *,
    k: Top = 10,
    unit: Unit = None,
    kind: Kind = None,
    tag: Tag = None,
    color: Color = None,
    since: Since = None,
    until: Until = None,
    source: Source = None,
    board: OnBoard = None,
    from_file: From = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> int:
    """Find places on boards."""
    from api.filters import check_named, filters_from

    filters = filters_from(
        units=unit,
        kinds=kind,
        tags=tag,
        colors=color,
        since=since,
        until=until,
        source=source,
        boards=board,
    )
    with open_base(workspace) as base:
        from kb.emptiness import emptiness_of
        from kb.search import search as find

        check_named(base, base.settings.workspace, filters)

        def answer(text: str) -> SearchResult:
            return find(base, text, workspace=base.settings.workspace, filters=filters, k=k)

        if from_file is not None:
            return _each(_questions(query, from_file), answer)
        result = answer(_one(query))
        empty = "" if result.evidence else emptiness_of(base, base.settings.workspace)
    if as_json:
        put_json(result)
    else:
        _print_evidence(result)
    if empty or not (as_json or result.evidence):
        say(empty or "nothing found")
    return 0


def ask(
    question: Annotated[str | None, typer.Argument(help="A question to the boards.")] = None,
    *,
    k: Top = 10,
    show: Annotated[
        Path | None,
        typer.Option(
            "--show",
            help="Folder for a picture of each citation, marked.",
            callback=folder_option,
        ),
    ] = None,
    history: Annotated[
        Path | None,
        typer.Option(
            "--history",
            help="JSON lines of earlier answers, for follow-ups; this one is added.",
            callback=file_option,
        ),
    ] = None,
    stream: Stream = False,
    from_file: From = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> int:
    """Answer a question from the boards, with numbered citations."""
    with open_base(workspace) as base:
        from kb.answer import ask as answer_from

        turns = [] if history is None else _turns(history)

        def answer(text: str) -> Answer:
            return answer_from(base, text, workspace=base.settings.workspace, k=k, history=turns)

        if from_file is not None:
            return _each(_questions(question, from_file, stream=stream), answer)
        asked = _one(question)
        result = _streamed(base, asked, k, turns, as_json=as_json) if stream else answer(asked)
        pictures = _show(base, result, show) if show is not None else {}
    if not as_json:
        _print_answer(result, pictures, said=stream)
    elif not stream:
        put_json(result)
    if history is not None:
        _remember(history, result)
    return 0


def _streamed(
    base: KnowledgeBase, question: str, k: int, turns: Sequence[Turn], *, as_json: bool
) -> Answer:
    """Print an answer as it comes, in words or as one JSON event a line; return it whole."""
    from kb.answer import ask_stream
    from kb.evidence import Done, Said

    answers = []
    workspace = base.settings.workspace
    for event in ask_stream(base, question, workspace=workspace, k=k, history=turns):
        if as_json:
            put_json(event)
        elif isinstance(event, Said):
            sys.stdout.write(shown(event.text))
        sys.stdout.flush()
        answers += [event.answer] if isinstance(event, Done) else []
    if not as_json:
        put("")
    return answers[0]


def _one(text: str | None) -> str:
    from kb.errors import WrongUse

    if text is None:
        raise WrongUse("there is no question", hint="give one, or a file of them with --from")
    return text


# several turns


def _turns(path: Path) -> list[Turn]:
    """Return the turns in a file of earlier answers; a file that is not there holds none."""
    from kb.errors import WrongUse
    from kb.evidence import Turn

    if not path.exists():
        return []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        items = [json.loads(line) for line in lines if line.strip()]
        return [Turn(question=item["question"], answer=item["answer"]) for item in items]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WrongUse(
            f"{path} holds no earlier answers: {error}", hint="`kb ask --history` writes it"
        ) from error


def _remember(path: Path, answer: Answer) -> None:
    turn = {"question": answer.question, "answer": answer.answer}
    write_file(path, json.dumps(turn, ensure_ascii=False) + "\n", after=True)


# many questions


def _questions(given: str | None, path: Path, *, stream: bool = False) -> Iterator[tuple[Any, str]]:
    """Give (id, question) for each line of a file; ``-`` is stdin."""
    from kb.errors import WrongUse

    if given is not None or stream:
        what = "--stream" if stream else "a question"
        raise WrongUse(f"{what} and --from together make no sense")
    try:
        text = sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8")
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise WrongUse(f"{path} can't be read: {reason}") from error
    except UnicodeDecodeError as error:
        raise WrongUse(f"{path} can't be read: it is not UTF-8") from error
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield _question(line, f"{path}, line {number}")


def _question(line: str, where: str) -> tuple[Any, str]:
    from kb.errors import WrongUse

    hint = 'each line is like {"id": "q1", "question": "…"}'
    try:
        item = json.loads(line)
    except ValueError as error:
        raise WrongUse(f"{where}: not JSON: {error}", hint=hint) from error
    text = item.get("question", item.get("query")) if isinstance(item, dict) else None
    if not isinstance(text, str) or "id" not in item:
        raise WrongUse(f"{where}: needs an id and a question", hint=hint)
    return item["id"], text


def _each(
    questions: Iterator[tuple[Any, str]], answer: Callable[[str], SearchResult | Answer]
) -> int:
    """Print one JSON line for each question, with its id; what fails has an error instead."""
    from kb.errors import WrongUse

    code = 0
    for key, text in list(questions):
        try:
            put_json({"id": key, **answer(text).model_dump(mode="json")})
        except WrongUse as error:
            put_json({"id": key, **error.as_dict()})
            code = SOME_FAILED
    return code


# for people


def _print_evidence(result: SearchResult) -> None:
    from rich.text import Text

    out = console()
    board = ""
    for number, found in enumerate(result.evidence, 1):
        if found.board.id != board:
            board = found.board.id
            out.print(Text(_board_line(found.board, found.board.title), style="bold"))
        out.print(Text.assemble((f"{number:3} ", "cyan"), _quote(found.text)))
        out.print(Text(f"    {_place(found)}  score {found.score:.3f}", style="dim"))


def _print_answer(result: Answer, pictures: dict[int, Path], *, said: bool) -> None:
    from rich.text import Text

    out = console()
    if not said:
        out.print(Text(shown(result.answer)))
    if result.note:
        say(result.note)
    for citation in result.citations:
        out.print()
        out.print(
            Text.assemble(
                (f"[{citation.n}] ", "cyan"), (_board_line(citation.board, citation.name), "bold")
            ),
        )
        out.print(Text(f"    {_quote(citation.text)}"))
        out.print(Text(f"    {_place(citation)}", style="dim"))
        if citation.n in pictures:
            out.print(Text(f"    {pictures[citation.n]}", style="dim"))


def _board_line(board: BoardRef, name: str) -> str:
    """Return a board's path and what it is called, where that is something else."""
    called = "" if name == board.source else shown(name).replace("\n", " ")
    return f"{shown(board.source)}{f' · {called}' if called else ''}"


def _quote(text: str) -> str:
    return shown(text).replace("\n", "\n    ")


def _place(found: Evidence | Citation) -> str:
    region = ",".join(f"{value:g}" for value in found.region)
    return f"board {found.board.id}  region {region}"


def _show(base: KnowledgeBase, result: Answer, folder: Path) -> dict[int, Path]:
    """Write a marked picture for each citation; return the files by number."""
    from api.marking import Mark, marked

    written = {}
    for citation in result.citations:
        row = base.catalog.board(base.settings.workspace, citation.board.id)
        path = folder / f"{citation.n}-{row.id}.png"
        mark = Mark(citation.region, str(citation.n))
        write_file(path, marked(base.blobs.get(row.picture), [mark]))
        written[citation.n] = path
    return written
