"""`kb serve`: the HTTP API."""

from __future__ import annotations

import socket
from ipaddress import ip_address
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.common import settings_for
from api.cli.output import say

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


def check_exposure(settings: Settings) -> None:
    """Refuse to listen to others without a key. Raises `WrongUse`."""
    from kb.errors import WrongUse

    if not is_loopback(settings.api_host) and not settings.api_key.get_secret_value():
        raise WrongUse(
            f"{settings.api_host} can be reached by others, and no key is set",
            hint="set KB_API_KEY, or listen on 127.0.0.1",
            code="key_needed",
        )


def is_loopback(host: str) -> bool:
    """Tell whether only this machine can reach `host`."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


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
