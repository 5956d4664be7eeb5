"""The HTTP application."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from api.errors import as_kb_error
from api.exposure import is_loopback
from api.http import answers, boards, changes, chat, links, minutes, workspaces
from api.http.documented import answer, errors
from api.http.guard import Guard, error_response, host_name
from api.http.scope import StoreOf
from api.http.shapes import Health
from api.http.store import Store
from kb.errors import KBError, WrongUse

if TYPE_CHECKING:
    from kb.settings import Settings

_log = logging.getLogger(__name__)

_WORDS = {404: ("not_found", "there is nothing here"), 405: ("method_not_allowed", "not this way")}


def create_app(settings: Settings, *, warm: bool = True) -> FastAPI:
    """Return the application for a store; `warm` loads the embedder as soon as it starts."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        store = Store(settings)
        app.state.store = store
        if warm:
            store.warm_up()
        yield
        store.close()

    app = FastAPI(
        title="Whiteboard knowledge base",
        version=_version(),
        description="Boards in, cited answers out. Every error has one shape.",
        lifespan=lifespan,
        docs_url=None,  # their pages load scripts from elsewhere
        redoc_url=None,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )
    for part in (boards, workspaces, answers, chat, links, changes, minutes):
        app.include_router(part.router)
    app.get("/healthz", tags=["server"], responses=answer("health", "Alive"))(healthz)
    app.get(
        "/readyz",
        tags=["server"],
        responses={**errors(), **answer("health", "Ready for questions")},
    )(readyz)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_middleware(
        Guard,
        key=settings.api_key.get_secret_value(),
        hosts=_hosts(settings.api_host),
        max_upload=settings.max_source_mb * 2**20,
    )
    return app


async def healthz() -> Health:
    """Tell that the process is alive. Needs no key."""
    return Health()


def readyz(store: StoreOf) -> Response:
    """Tell that catalog, index and embedder answer; whatever is the matter, it is a 503."""
    try:
        store.check_ready()
    except Exception as error:
        known = as_kb_error(error, reveal=False)
        if known.code == "bug":
            _log.exception("not ready")
        return error_response(_error_of(503, known.message, known.code, known.hint))
    return JSONResponse(Health().model_dump())


def _hosts(host: str) -> frozenset[str] | None:
    """Return the names of a server on loopback; elsewhere the key is what guards it."""
    if not is_loopback(host):
        return None
    return frozenset({"localhost", "127.0.0.1", "::1", host_name(host) or host})


def _version() -> str:
    from importlib.metadata import version

    return version("whiteboard-kb")


async def _on_http(_request: Request, error: Exception) -> Response:
    """Render what the framework says no to, and what the guard found while a body was read."""
    cause = error.__cause__
    if isinstance(cause, KBError):
        return error_response(cause)
    status, detail = getattr(error, "status_code", 500), str(getattr(error, "detail", ""))
    code, message = _WORDS.get(status, ("bad_request", detail or "the request makes no sense"))
    known = _error_of(status, message, code)
    response = error_response(known)
    for name, value in (getattr(error, "headers", None) or {}).items():
        response.headers[name] = value
    return response


async def _on_invalid(_request: Request, error: Exception) -> Response:
    """Render a value of the wrong form: where it stands and what is wrong with it."""
    found: list[dict[str, Any]] = list(getattr(error, "errors", list)())
    first = found[0] if found else {"loc": ("request",), "msg": "is not valid"}
    where = ".".join(str(part) for part in first["loc"])
    return error_response(_error_of(422, f"{where}: {first['msg']}", "invalid_request"))


def _error_of(status: int, message: str, code: str, hint: str = "") -> KBError:
    error = WrongUse(message, code=code, hint=hint)
    error.http_status = status
    return error
