"""The served language model, through LlamaIndex's OpenAI-like client, within bounds.

Whatever the server does (hang, break off, send nonsense, never end) becomes `ModelTrouble` or a
stream that ends.
"""

from __future__ import annotations

import logging
import ssl
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    import httpx
    from llama_index.core.base.llms.types import ChatMessage
    from llama_index.core.llms import LLM

    from kb.settings import Settings

_log = logging.getLogger(__name__)

MAX_BYTES = 4 * 2**20  # of one reply as it comes over the wire
CONNECT_S = 5.0


class ModelTrouble(Exception):
    """The server gave no whole reply; the message says why."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a reply. `ended` is True on the piece after which the model had said all."""

    text: str
    ended: bool = False


def reply(settings: Settings, messages: list[tuple[str, str]]) -> Generator[Piece, None, None]:
    """Stream the model's reply to ``(role, text)`` messages.

    Closing the iterator ends the request. Raises `ModelTrouble`.
    """
    from llama_index.core.base.llms.types import ChatMessage

    chat: list[ChatMessage] = [ChatMessage(role=role, content=text) for role, text in messages]
    with _model(settings) as model:
        try:
            for chunk in model.stream_chat(chat):
                yield Piece(chunk.delta or "", _finish_reason(chunk.raw) == "stop")
        except Exception as error:  # the client raises many kinds of error, some by accident
            reason = f"{type(error).__name__}: {str(error)[:200]}"
            _log.warning("the language model at %s failed: %s", settings.llm_url, reason)
            raise ModelTrouble(reason) from error


def whole_reply(settings: Settings, messages: list[tuple[str, str]]) -> str:
    """Return a reply at once; "" where it broke off. Raises `ModelTrouble`."""
    pieces = list(reply(settings, messages))
    ended = any(piece.ended for piece in pieces)
    return "".join(piece.text for piece in pieces) if ended else ""


def base_url(url: str) -> str:
    """Return the address that the client wants: with the ``/v1`` of OpenAI's API."""
    return url if urlsplit(url).path.strip("/") else f"{url.rstrip('/')}/v1"


@contextmanager
def _model(settings: Settings) -> Iterator[LLM]:
    import httpx
    from llama_index.llms.openai_like import OpenAILike

    timeout = settings.llm_timeout_s
    with httpx.Client(
        transport=bounded_transport(settings.llm_url, timeout),
        timeout=httpx.Timeout(timeout, connect=min(CONNECT_S, timeout)),
        follow_redirects=False,
    ) as http:
        yield OpenAILike(
            model=settings.llm_model,
            api_base=base_url(settings.llm_url),
            # An empty key would be replaced by OPENAI_API_KEY, which is none of this server's.
            api_key=settings.llm_api_key.get_secret_value() or "none",
            is_chat_model=True,
            context_window=settings.llm_context_tokens,
            max_tokens=settings.llm_max_tokens,
            temperature=0.0,
            additional_kwargs={"extra_body": settings.llm_extra} if settings.llm_extra else {},
            max_retries=0,
            timeout=timeout,
            http_client=http,
        )


def _finish_reason(raw: Any) -> str | None:
    choices = getattr(raw, "choices", None)
    return getattr(choices[0], "finish_reason", None) if choices else None


def bounded_transport(url: str, seconds: float) -> httpx.BaseTransport:
    """Return a transport that ends a response after MAX_BYTES or `seconds`, whichever is first.

    Timeouts of the client hold for each read; a server that sends a byte now and then passes them.
    """
    import httpx

    class Bounded(httpx.SyncByteStream):
        def __init__(self, stream: httpx.SyncByteStream, deadline: float) -> None:
            self._stream, self._deadline = stream, deadline

        def __iter__(self) -> Iterator[bytes]:
            taken = 0
            for piece in self._stream:
                taken += len(piece)
                if taken > MAX_BYTES:
                    raise httpx.ReadError(f"the reply is larger than {MAX_BYTES} bytes")
                if time.monotonic() > self._deadline:
                    raise httpx.ReadTimeout(f"the reply took longer than {seconds:g} s")
                yield piece

        def close(self) -> None:
            self._stream.close()

    class BoundedTransport(httpx.HTTPTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            deadline = time.monotonic() + seconds
            response = super().handle_request(request)
            if isinstance(response.stream, httpx.SyncByteStream):
                response.stream = Bounded(response.stream, deadline)
            return response

    return BoundedTransport(verify=_trusted() if url.startswith("https") else False)


@lru_cache(maxsize=1)
def _trusted() -> ssl.SSLContext:
    return ssl.create_default_context()
