"""/v1/minutes."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from api.http.documented import answer, errors, file_answer
from api.http.scope import StoreOf, Workspace
from api.http.shapes import EXAMPLES
from kb.minutes import MAX_BOARDS, Minutes, minutes_of, page

router = APIRouter(prefix="/v1", tags=["minutes"])

_RESPONSES = {**errors(), **answer("minutes", "The minutes")}
_RESPONSES[200]["content"] |= file_answer("The minutes", text_markdown="# Minutes: Order flow\n")[
    200
]["content"]


@router.get("/minutes", response_model=Minutes, responses=_RESPONSES)
def get_minutes(
    store: StoreOf,
    workspace: Workspace,
    board: Annotated[
        list[str],
        Query(min_length=1, max_length=MAX_BOARDS, examples=[[EXAMPLES["board"]["id"]]]),
    ],
    format_name: Annotated[Literal["json", "markdown"], Query(alias="format")] = "json",
) -> Response:
    """Return the minutes of a board, or of all boards of a meeting: repeat `board`."""
    made = minutes_of(store.base, board, workspace=workspace)
    if format_name == "markdown":
        return Response(page(made), media_type="text/markdown; charset=utf-8")
    return Response(made.model_dump_json(), media_type="application/json")
