"""Which workspace a request speaks of, and the store that it reads."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import Depends, Header, Query, Request

from api.http.store import Store
from kb.errors import WrongUse

_PATTERN = r"^[A-Za-z0-9._-]{1,64}$"
_NAMED = "Workspace; the setting KB_WORKSPACE where neither query nor header names one"


def store_of(request: Request) -> Store:
    """Return the store of the application."""
    return cast("Store", request.app.state.store)


def workspace_of(
    request: Request,
    workspace: Annotated[str | None, Query(pattern=_PATTERN, description=_NAMED)] = None,
    x_workspace: Annotated[str | None, Header(pattern=_PATTERN, description=_NAMED)] = None,
) -> str:
    """Return the workspace that query or header names, else the usual one."""
    if workspace and x_workspace and workspace != x_workspace:
        raise WrongUse("query and header name different workspaces", code="bad_workspace")
    return workspace or x_workspace or store_of(request).settings.workspace


StoreOf = Annotated[Store, Depends(store_of)]
Workspace = Annotated[str, Depends(workspace_of)]
