"""Who can reach the server, and what that asks for."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING

from kb.errors import WrongUse

if TYPE_CHECKING:
    from kb.settings import Settings


def check_exposure(settings: Settings) -> None:
    """Refuse to listen to others without a key. Raises `WrongUse`."""
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
