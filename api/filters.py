"""Filters as callers write them: checked words, local times, a bare day as an end included."""

from __future__ import annotations

from datetime import datetime, time
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from kb.errors import NotFound, WrongUse
from kb.evidence import Filters

if TYPE_CHECKING:
    from kb.base import KnowledgeBase


def filters_from(**fields: Any) -> Filters:
    """Build `Filters`; empty fields don't filter. Raises `WrongUse` naming the wrong field.

    A time without a zone is local time. An end that is exactly midnight, as a bare day is read,
    counts to the end of that day.
    """
    until = fields.get("until")
    if isinstance(until, datetime) and until.time() == time(0):
        fields["until"] = until.replace(hour=23, minute=59, second=59, microsecond=999_999)
    for name in ("since", "until"):
        if isinstance(fields.get(name), datetime) and fields[name].tzinfo is None:
            fields[name] = fields[name].astimezone()
    try:
        return Filters(**{name: value for name, value in fields.items() if value})
    except ValidationError as error:
        first = error.errors()[0]
        raise WrongUse(f"filter {first['loc'][0]}: {first['msg']}", code="bad_filter") from error


def check_named(base: KnowledgeBase, workspace: str, filters: Filters) -> None:
    """Raise `NotFound` where `filters` name a board or a path that the workspace doesn't have."""
    for board in filters.boards:
        base.catalog.board(workspace, board)
    if filters.source and not base.index.count(
        workspace=workspace, filters=Filters(source=filters.source)
    ):
        raise NotFound(
            f"no board of workspace {workspace!r} came from {filters.source!r}",
            hint="`kb boards list` shows the boards",
        )
