"""/v1/diff and /v1/timeline: what changed, and when."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.comparing import changes_picture, compare
from api.http.documented import answer, errors, file_answer
from api.http.scope import StoreOf, Workspace
from kb.compare.shapes import Diff
from kb.timeline.shapes import Timeline

router = APIRouter(prefix="/v1", tags=["changes"])

Before = Annotated[str, Query(description="Id of the earlier board, or of the only one")]
After = Annotated[str, Query(description="Id of the later board; else the former version counts")]


@router.get("/diff", responses={**errors(), **answer("diff", "What changed")})
def diff(store: StoreOf, workspace: Workspace, before: Before, after: After = "") -> Diff:
    """Tell what changed between two boards, or from a board's former version to it."""
    return compare(store.base, workspace, before, after)


@router.get(
    "/diff/picture",
    response_class=Response,
    responses={**errors(), **file_answer("The later board, changes marked", image_png=None)},
)
def diff_picture(
    store: StoreOf, workspace: Workspace, before: Before, after: After = ""
) -> Response:
    """Return the later board's picture as PNG, with the changes marked in colours."""
    base = store.base
    found = compare(base, workspace, before, after)
    return Response(changes_picture(base, workspace, found), media_type="image/png")


@router.get("/timeline", responses={**errors(), **answer("timeline", "What happened, and when")})
def timeline(
    store: StoreOf,
    workspace: Workspace,
    thing: Annotated[str, Query(description="What it is called on a board", examples=["stock"])],
) -> Timeline:
    """Tell what happened to a thing over all boards, oldest first, with citations."""
    from kb.timeline import timeline_of

    return timeline_of(store.base, thing, workspace=workspace)
