"""What the commands share: options, settings, the open store."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from kb.base import KnowledgeBase
    from kb.settings import Settings

WORKSPACE_HELP = "Workspace to work in (default: setting KB_WORKSPACE)."

WorkspaceOption = Annotated[str | None, typer.Option("--workspace", "-w", help=WORKSPACE_HELP)]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")]

SOME_FAILED = 3  # exit code: the rest went well


def settings_for(workspace: str | None = None, **overrides: Any) -> Settings:
    """Read the settings, with the options of a command in front, and set up logging."""
    from kb.settings import load_settings

    options = {**overrides, "workspace": workspace}
    settings = load_settings(**{name: v for name, v in options.items() if v is not None})
    logging.basicConfig(
        level=settings.log_level.upper(), format="%(levelname)s %(name)s: %(message)s"
    )
    if not settings.embedding_model:
        # The bundled model is on this disk: nothing needs to be asked for elsewhere.
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
    return settings


@contextmanager
def open_base(workspace: str | None = None, **overrides: Any) -> Iterator[KnowledgeBase]:
    """Open the store that settings and options name, and close it again."""
    from kb.base import KnowledgeBase

    with KnowledgeBase.open(settings_for(workspace, **overrides)) as base:
        yield base
