"""Server-sent events: one JSON object each, errors in the one shape."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from typing import Any

from starlette.responses import StreamingResponse

from api.errors import as_kb_error

_log = logging.getLogger(__name__)

MEDIA_TYPE = "text/event-stream"


async def begun(events: AsyncIterator[Any]) -> AsyncIterator[Any]:
    """Return `events` once the first is there, so that what is wrong at once is a plain error."""
    first = await anext(events)

    async def all_events() -> AsyncIterator[Any]:
        yield first
        async for event in events:
            yield event

    return all_events()


def event_stream(lines: AsyncIterator[str]) -> StreamingResponse:
    """Return a response of `lines`; an error on the way is told and ends it."""

    async def safe() -> AsyncIterator[str]:
        try:
            async for line in lines:
                yield line
        except Exception as error:
            known = as_kb_error(error, reveal=False)
            if known.code == "bug":
                _log.exception("a stream failed")
            yield sse(known.as_dict(), "error")

    return StreamingResponse(safe(), media_type=MEDIA_TYPE)


def sse(value: dict[str, Any], name: str = "") -> str:
    """Return one event. JSON holds no raw line ends, so nothing in it can begin another."""
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {json.dumps(value, ensure_ascii=False)}\n\n"
