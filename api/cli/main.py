"""The entry point of `kb`: parses, runs, and turns every error into one shape and an exit code.

Exit codes: 0 all well, 1 a bug or an outage, 2 wrong use, 3 some items failed, 130 interrupted.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from api.cli import (
    answers,
    boards,
    changes,
    evaluate,
    extract,
    ingest,
    links,
    minutes,
    model,
    serve,
    store,
    tune,
)
from api.cli.output import put, put_error, use_utf8

INTERRUPTED = 130
_PIPE_CLOSED = 141  # as a shell tells a command that died of SIGPIPE

app = typer.Typer(
    name="kb",
    help="Reads whiteboards, keeps them, and answers questions with citations.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        put(f"kb {version('whiteboard-kb')}")
        raise typer.Exit


for room in (
    ingest,
    extract,
    answers,
    boards,
    changes,
    links,
    store,
    serve,
    model,
    tune,
    minutes,
    evaluate,
):
    room.register(app)


@app.callback()
def _every_command(
    *,
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, help="Print the version.", callback=_version)
    ] = False,
) -> None:
    del version


def main(arguments: Sequence[str] | None = None) -> None:
    """Run `kb` and exit with its code."""
    use_utf8()
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        code = run(given)
        sys.stdout.flush()
    except BrokenPipeError:  # `kb … | head` has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        code = _PIPE_CLOSED
    sys.exit(code)


def run(arguments: Sequence[str]) -> int:
    """Run one command; print what went wrong; return the exit code."""
    try:
        result = app(args=list(arguments), prog_name="kb", standalone_mode=False)
    except (KeyboardInterrupt, typer.Abort):
        result = INTERRUPTED
    except BrokenPipeError:
        raise
    except SystemExit:  # Typer's own answer to a closed pipe, and to nothing else
        return _PIPE_CLOSED
    except Exception as error:  # the last door
        return _told(error, as_json=wants_json(arguments))
    return result if isinstance(result, int) else 0


def wants_json(arguments: Sequence[str]) -> bool:
    """Tell whether the caller asked for JSON, also where the rest of the line makes no sense."""
    options = list(arguments)
    if "--" in options:
        options = options[: options.index("--")]
    return "--json" in options


def _told(error: Exception, *, as_json: bool) -> int:
    from api.errors import as_kb_error
    from kb.errors import WrongUse

    told = getattr(error, "format_message", None)  # what Typer raises on a wrong command line
    if callable(told):
        if not told():  # `kb` alone: the help is printed already
            return 2
        context = getattr(error, "ctx", None)
        path = context.command_path if context is not None else "kb"
        error = WrongUse(str(told()), hint=f"`{path} --help` tells the options")
    else:
        _trace(error)
    known = as_kb_error(error)
    put_error(known, as_json=as_json)
    return known.exit_code


def _trace(error: Exception) -> None:
    """Print the traceback where somebody asked for it."""
    asked = os.environ.get("KB_LOG_LEVEL", "").lower() == "debug"
    if asked or logging.getLogger().level == logging.DEBUG:  # set by the settings file
        import traceback

        traceback.print_exception(error)


if __name__ == "__main__":
    main()
