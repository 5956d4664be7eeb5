"""/v1/links and the versions of boards: what is suggested, and a user's word on it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Query
from starlette.concurrency import run_in_threadpool

from api.http.documented import answer, body, errors
from api.http.scope import StoreOf, Workspace
from api.http.shapes import LinkBody, LinkResult, VersionBody
from kb.links.shapes import LinkPage, State, Versions

router = APIRouter(prefix="/v1", tags=["links"])


@router.get("/links", responses={**errors(), **answer("links", "Links, the most likely first")})
def list_links(
    store: StoreOf,
    workspace: Workspace,
    state: State | None = None,
    name: str = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    offset: Annotated[int, Query(ge=0, le=10**9)] = 0,
) -> LinkPage:
    """List names on several boards that may mean one thing, with what speaks for it."""
    from kb.links import links_of

    return links_of(store.base, workspace, state=state, name=name, limit=limit, offset=offset)


@router.post("/links", responses={**errors(write=True), **answer("link", "The link as it is now")})
async def decide_link(
    store: StoreOf,
    workspace: Workspace,
    body: Annotated[LinkBody, Body(openapi_examples=body("link_body"))],
) -> LinkResult:
    """Say that two names mean one thing or two, or take that back; suggested or not."""
    from kb import links

    def decide() -> LinkResult:
        names = links.decide_link(
            store.base, body.names, body.state, workspace=workspace, by=body.by, note=body.note
        )
        return LinkResult(link=links.link_between(store.base, workspace, *names))

    async with store.writing():
        return await run_in_threadpool(decide)


@router.get(
    "/boards/{board_id}/versions", responses={**errors(), **answer("versions", "Its versions")}
)
def list_versions(store: StoreOf, workspace: Workspace, board_id: str) -> Versions:
    """List the boards that are, or may be, this one at other times."""
    from kb.links import versions_of

    return versions_of(store.base, workspace, board_id)


@router.post(
    "/boards/{board_id}/versions",
    responses={**errors(write=True), **answer("versions", "Its versions as they are now")},
)
async def decide_version(
    store: StoreOf,
    workspace: Workspace,
    board_id: str,
    body: Annotated[VersionBody, Body(openapi_examples=body("version_body"))],
) -> Versions:
    """Say that two boards are one at two times or two boards, or take that back."""
    from kb import links

    def decide() -> Versions:
        pair = (board_id, body.other)
        links.decide_version(
            store.base, pair, body.state, workspace=workspace, by=body.by, note=body.note
        )
        return links.versions_of(store.base, workspace, board_id)

    async with store.writing():
        return await run_in_threadpool(decide)
