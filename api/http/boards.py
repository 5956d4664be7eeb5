"""/v1/boards: upload, list, get, picture, scene, export, delete."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from api.boards import BoardPage, BoardSummary, board_page, summaries
from api.http.documented import UPLOAD_FORM, answer, errors, file_answer
from api.http.scope import StoreOf, Workspace
from api.http.shapes import SCENE, Removed, UploadResult
from api.http.upload import ingest_upload, received
from api.marking import marked, marks_for, parse_regions
from kb.scene import Scene

router = APIRouter(prefix="/v1/boards", tags=["boards"])

MAX_MARKS = 100  # of each kind on one picture
_KEEP = {
    "Cache-Control": "private, max-age=31536000, immutable",
    "Vary": "Authorization, X-API-Key, X-Workspace",
}
_TYPES = {
    "json": "application/json",
    "markdown": "text/markdown; charset=utf-8",
    "mermaid": "text/vnd.mermaid; charset=utf-8",
}


@router.post(
    "",
    status_code=201,
    response_model=UploadResult,
    openapi_extra=UPLOAD_FORM,
    responses={
        **errors(write=True),
        **answer("upload", "At least one file is new", 201),
        **answer("upload", "All files were there already"),
    },
)
async def upload(request: Request, store: StoreOf, workspace: Workspace) -> JSONResponse:
    """Take in boards from a multipart form; all files together up to KB_MAX_SOURCE_MB."""
    async with received(request) as files, store.writing():
        done = await run_in_threadpool(lambda: ingest_upload(store.base, workspace, files))
    result = UploadResult(**done.summary.as_dict(), boards=done.boards)
    status = 201 if result.added else 200
    return JSONResponse(result.model_dump(mode="json"), status)


@router.get("", responses={**errors(), **answer("page", "Boards, newest first")})
def list_boards(
    store: StoreOf,
    workspace: Workspace,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    offset: Annotated[int, Query(ge=0, le=10**9)] = 0,
) -> BoardPage:
    """List the boards of a workspace."""
    return board_page(store.base, workspace, limit=limit, offset=offset)


@router.get("/{board_id}", responses={**errors(), **answer("board", "The board")})
def get_board(store: StoreOf, workspace: Workspace, board_id: str) -> BoardSummary:
    """Tell about one board."""
    base = store.base
    return summaries(base, [base.catalog.board(workspace, board_id)])[0]


@router.delete(
    "/{board_id}",
    responses={**errors(write=True), **answer("removed", "The boards that went")},
)
async def delete_board(store: StoreOf, workspace: Workspace, board_id: str) -> Removed:
    """Remove the source of a board, with all its boards: the inverse of the upload."""
    from kb.removal import remove_board

    async with store.writing():
        removed = await run_in_threadpool(lambda: remove_board(store.base, workspace, board_id))
    return Removed(removed=removed)


@router.get(
    "/{board_id}/picture",
    response_class=Response,
    responses={
        **errors(),
        **file_answer("The picture", image_png=None, image_jpeg=None, image_webp=None),
        304: {"description": "The caller's copy is still right"},
    },
)
def get_picture(
    request: Request,
    store: StoreOf,
    workspace: Workspace,
    board_id: str,
    node: Annotated[list[str], Query(max_length=MAX_MARKS)] = [],  # noqa: B006 - FastAPI copies it
    region: Annotated[list[str], Query(max_length=MAX_MARKS)] = [],  # noqa: B006
) -> Response:
    """Return the upright picture of a board, or a PNG with nodes and regions marked on it."""
    base = store.base
    row = base.catalog.board(workspace, board_id)
    if node or region:
        marks = marks_for(Scene.model_validate_json(row.scene), node, parse_regions(region))
        data = marked(base.blobs.get(row.picture), marks)
        return Response(data, media_type="image/png", headers=_KEEP)
    tag = f'"{row.picture}"'
    headers = {"ETag": tag, **_KEEP}
    if tag in [given.strip() for given in request.headers.get("if-none-match", "").split(",")]:
        return Response(status_code=304, headers=headers)
    return Response(base.blobs.get(row.picture), media_type=row.picture_type, headers=headers)


@router.get(
    "/{board_id}/scene",
    response_model=Scene,
    responses={**errors(), **answer("scene", "The scene: docs/scene.schema.json")},
)
def get_scene(store: StoreOf, workspace: Workspace, board_id: str) -> Response:
    """Return what is on a board, as it is stored."""
    row = store.base.catalog.board(workspace, board_id)
    return Response(row.scene, media_type="application/json")


@router.get(
    "/{board_id}/export",
    response_class=Response,
    responses={
        **errors(),
        **file_answer(
            "The board",
            text_markdown="# Order flow\n",
            application_json=SCENE,
            **{"text_vnd.mermaid": "flowchart LR\n"},
        ),
    },
)
def export_board(
    store: StoreOf,
    workspace: Workspace,
    board_id: str,
    format_name: Annotated[Literal["json", "markdown", "mermaid"], Query(alias="format")] = "json",
) -> Response:
    """Return a board in the format of another program."""
    from kb.export import export_scene

    row = store.base.catalog.board(workspace, board_id)
    text = export_scene(Scene.model_validate_json(row.scene), format_name)
    return Response(text, media_type=_TYPES[format_name])
