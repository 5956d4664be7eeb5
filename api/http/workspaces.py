"""/v1/workspaces: which there are. The one key opens all of them."""

from __future__ import annotations

from fastapi import APIRouter

from api.boards import Workspaces, workspaces_of
from api.http.documented import answer, errors
from api.http.scope import StoreOf

router = APIRouter(prefix="/v1", tags=["boards"])


@router.get("/workspaces", responses={**errors(), **answer("workspaces", "Those with boards")})
def list_workspaces(store: StoreOf) -> Workspaces:
    """List the workspaces that hold boards, and how many."""
    return workspaces_of(store.base)
