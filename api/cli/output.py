"""What a command prints: data to stdout, everything else to stderr."""

from __future__ import annotations

import json
import sys
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic import BaseModel
    from rich.console import Console

    from kb.errors import KBError


_WIDE = 10_000  # characters of a line in a file or pipe: never wrapped


def use_utf8() -> None:
    """Make both streams write UTF-8 whatever the locale says; what is no text is escaped."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")


def put(text: str) -> None:
    """Print a line of data as it is."""
    sys.stdout.write(text if text.endswith("\n") else f"{text}\n")


def put_json(value: dict[str, Any] | BaseModel) -> None:
    """Print an object as one line of JSON."""
    data = value if isinstance(value, dict) else value.model_dump(mode="json")
    # A lone surrogate can be JSON (\ud800) but never UTF-8.
    put(json.dumps(data, ensure_ascii=False).encode("utf-8", "backslashreplace").decode())


def say(text: str) -> None:
    """Tell the person at the terminal something that is no data."""
    from kb.quoting import clean

    sys.stderr.write(f"{clean(text)}\n")
    sys.stderr.flush()


def failure(path: str, code: str, message: str) -> str:
    """Return a line for a file that could not be read; many messages begin with its name."""
    reason = message.removeprefix(f"{path}: ").removeprefix(f"{PurePath(path).name}: ")
    return f"failed: {shown(path)}: {shown(reason)} ({code})"


def counted(count: int, what: str) -> str:
    """Return how many of a thing there are, as in "1 board" and "2 boards"."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def console() -> Console:
    """Return a console on stdout: colours and wrapped lines only where a person looks."""
    from rich.console import Console

    width = None if sys.stdout.isatty() else _WIDE
    return Console(highlight=False, markup=False, emoji=False, width=width)


def shown(text: str) -> str:
    """Return words from a board so that a terminal prints them and does nothing else."""
    from kb.quoting import clean

    return clean(text).replace("\t", " ")


def put_error(error: KBError, *, as_json: bool) -> None:
    """Print an error in the one shape: an object on stdout, or words on stderr."""
    if as_json:
        put_json(error.as_dict())
        return
    say(f"kb: {error.message}")
    if error.hint:
        say(f"    {error.hint}")
