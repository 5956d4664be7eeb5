"""/v1/search and /v1/ask."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from api.filters import check_named, filters_from
from api.http.documented import answer, body, errors
from api.http.events import MEDIA_TYPE, begun, event_stream, sse
from api.http.scope import StoreOf, Workspace
from api.http.shapes import EXAMPLES, AskBody, SearchBody
from kb.evidence import Answer, Event, Filters, SearchResult

router = APIRouter(prefix="/v1", tags=["answers"])

_SEARCH = {**errors(), **answer("search", "Evidence, grouped by board")}


@router.get("/search", responses=_SEARCH)
def search(
    store: StoreOf,
    workspace: Workspace,
    q: Annotated[str, Query(examples=["what happens when stock is low"])],
    k: int = 10,
    unit: Annotated[list[str], Query()] = [],  # noqa: B006 - FastAPI copies it
    kind: Annotated[list[str], Query()] = [],  # noqa: B006
    tag: Annotated[list[str], Query()] = [],  # noqa: B006
    color: Annotated[list[str], Query()] = [],  # noqa: B006
    since: datetime | None = None,
    until: datetime | None = None,
    source: str = "",
    board: Annotated[list[str], Query()] = [],  # noqa: B006
) -> SearchResult:
    """Find places on boards. Repeat a filter for "any of"."""
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
    return _find(store, workspace, q, k, filters)


@router.post("/search", responses={**_SEARCH, **errors(write=True)})
def search_by_body(
    store: StoreOf,
    workspace: Workspace,
    body: Annotated[SearchBody, Body(openapi_examples=body("search_body"))],
) -> SearchResult:
    """Find places on boards, with the filters in a body."""
    filters = filters_from(**body.filters.model_dump())
    return _find(store, workspace, body.query, body.k, filters)


@router.post(
    "/ask",
    response_model=Answer,
    responses={
        **errors(write=True),
        200: {
            "description": "The answer, or that none; with `stream`, server-sent events",
            "content": {
                "application/json": {"example": EXAMPLES["ask"]},
                MEDIA_TYPE: {"example": sse(EXAMPLES["ask_event"], "text")},
            },
        },
    },
)
async def ask(
    store: StoreOf,
    workspace: Workspace,
    body: Annotated[AskBody, Body(openapi_examples=body("ask_body"))],
) -> Answer | Response:
    """Answer a question from the boards, with numbered citations.

    With `stream`: an event `evidence`, events `text` whose citations are checked, and the whole
    `answer`; an `error` where something breaks on the way.
    """
    from kb.answer import ask_async, ask_stream_async

    base = await run_in_threadpool(lambda: store.base)
    asked: dict[str, Any] = {"workspace": workspace, "k": body.k, "history": body.history}
    if not body.stream:
        return await ask_async(base, body.question, **asked)
    events = await begun(ask_stream_async(base, body.question, **asked))
    return event_stream(_lines(events))


async def _lines(events: AsyncIterator[Event]) -> AsyncIterator[str]:
    async for event in events:
        yield sse(event.model_dump(mode="json"), event.event)


def _find(store: StoreOf, workspace: str, query: str, k: int, filters: Filters) -> SearchResult:
    from kb.search import search as find

    base = store.base
    check_named(base, workspace, filters)
    return find(base, query, workspace=workspace, filters=filters, k=k)
