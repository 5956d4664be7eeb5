"""`kb serve`: the HTTP API."""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.common import settings_for
from api.cli.output import say
from api.exposure import check_exposure

if TYPE_CHECKING:
    from kb.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("serve")(serve)


def serve(
    *,
    host: Annotated[str | None, typer.Option("--host", help="Address to listen on.")] = None,
    port: Annotated[
        int | None, typer.Option("--port", help="Port; 0: any free one.", min=0, max=65535)
    ] = None,
) -> None:
    """Serve the HTTP API; elsewhere than on loopback only with a key (KB_API_KEY)."""
    settings = settings_for(api_host=host)
    check_exposure(settings)
    listener = _listen(settings.api_host, settings.api_port if port is None else port)
    address, number = listener.getsockname()[:2]
    shown = f"[{address}]" if ":" in address else address
    say(f"listening on http://{shown}:{number}")
    run(settings, listener)


def run(settings: Settings, listener: socket.socket) -> None:
    """Serve on a bound socket until a signal says stop."""
    import uvicorn

    from api.http.app import create_app

    config = uvicorn.Config(
        create_app(settings),
        log_level=settings.log_level,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=10,
    )
    with suppress(KeyboardInterrupt):  # how a server is stopped
        uvicorn.Server(config).run(sockets=[listener])


def _listen(host: str, port: int) -> socket.socket:
    from kb.errors import WrongUse

    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(address[:2], family=family)
    except (OSError, UnicodeError) as error:
        raise WrongUse(
            f"can't listen on {host} port {port}: {error}",
            hint="another program may listen there: try --port",
            code="address_unusable",
        ) from error
