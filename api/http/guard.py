"""What stands before every endpoint: host, origin, key, body size, headers, the error shape."""

from __future__ import annotations

import hmac
import logging
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from api.errors import as_kb_error, status_of
from kb.errors import BadSource, KBError, Refused, WrongUse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_log = logging.getLogger(__name__)

OPEN_PATHS = {"/healthz"}  # everything else needs the key, also what doesn't exist
UPLOAD_PATH = "/v1/boards"
MAX_BODY = 256 * 1024  # bytes of any request that is no upload
_MULTIPART_SLACK = 1024 * 1024  # bytes of boundaries and part headers of an upload
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class PayloadTooLarge(HTTPException):
    """The body outgrew its cap while it was read (FastAPI passes its own exceptions on)."""


def error_response(error: KBError) -> JSONResponse:
    """Return an error in the one shape."""
    status = status_of(error)
    headers = {401: {"WWW-Authenticate": "Bearer"}, 503: {"Retry-After": "5"}}.get(status)
    return JSONResponse(error.as_dict(), status, headers)


def too_large(limit: int) -> BadSource:
    """Return the error of a body above `limit` bytes."""
    return BadSource(
        f"the request is larger than {limit:,} bytes",
        code="too_large",
        hint="KB_MAX_SOURCE_MB is the cap of one upload, all its files together",
    )


class Guard:
    """ASGI middleware around the whole application; what it lets through may still be a 404.

    Args:
        app: the application.
        key: that callers must send; "" for none.
        hosts: names that a request may give for this server, or None for any.
        max_upload: bytes of all files of one upload.
    """

    def __init__(
        self, app: ASGIApp, *, key: str, hosts: frozenset[str] | None, max_upload: int
    ) -> None:
        self._app = app
        self._key = key.encode()
        self._hosts = hosts
        self._max_upload = max_upload + _MULTIPART_SLACK

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or pass on one request."""
        if scope["type"] == "websocket":  # there are none
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def send_safely(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        try:
            limit = self._limit(scope)
            self._check(scope, limit)
            await self._app(scope, _capped(receive, limit), send_safely)
        except Exception as error:
            known = as_kb_error(error, reveal=False)
            if known.code == "bug":
                _log.exception("%s %s failed", scope["method"], scope["path"])
            if started:
                raise
            await error_response(known)(scope, receive, send_safely)

    def _check(self, scope: Scope, limit: int) -> None:
        headers = Headers(scope=scope)
        if self._hosts is not None and host_name(headers.get("host", "")) not in self._hosts:
            raise WrongUse(
                "this server has another name", code="bad_host", hint="use http://127.0.0.1"
            )
        if scope["method"] not in ("GET", "HEAD") and not _same_origin(headers):
            raise Refused("pages of other sites may not do this", code="foreign_origin")
        if self._key and scope["path"] not in OPEN_PATHS and not self._has_key(headers):
            raise Refused(
                "no key, or a wrong one",
                hint="send it as `Authorization: Bearer …` or `X-API-Key: …`",
            )
        length = headers.get("content-length", "0")
        if not (length.isascii() and length.isdigit()) or int(length) > limit:
            raise too_large(limit)

    def _limit(self, scope: Scope) -> int:
        upload = scope["method"] == "POST" and scope["path"] == UPLOAD_PATH
        return self._max_upload if upload else MAX_BODY

    def _has_key(self, headers: Headers) -> bool:
        scheme, _, given = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            given = headers.get("x-api-key", "")
        return hmac.compare_digest(given.strip().encode(), self._key)


def host_name(host: str) -> str:
    """Return the name in a Host header without its port; "" where it makes no sense."""
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port
    except ValueError:
        return ""
    return parts.hostname or ""


def _same_origin(headers: Headers) -> bool:
    """Tell a program or our own page from a page of another site in somebody's browser."""
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host")


def _capped(receive: Receive, limit: int) -> Receive:
    taken = 0

    async def receive_capped() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > limit:
            raise PayloadTooLarge(413) from too_large(limit)
        return message

    return receive_capped
