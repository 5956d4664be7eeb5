"""A proxy before a real model server that can turn bad: it stalls, cuts, or garbles."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

ACTS = ("pass", "stall", "cut", "garble")
_PIECE = 65_536


class Proxy:
    """Passes bytes on; `act` tells what happens to connections made from then on.

    "stall": the request goes on, no answer comes back. "cut": the answer ends in its middle with
    the connection. "garble": the bytes of the answer's body are replaced by others.
    """

    def __init__(self, target: str) -> None:
        parts = urlsplit(target)
        self._target = (parts.hostname, parts.port)
        self.act = "pass"
        self.harmed = 0
        self.url = ""

    async def serve(self, ready: threading.Event, stop: asyncio.Event) -> None:
        server = await asyncio.start_server(self._join, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        ready.set()
        await stop.wait()
        server.close()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection(*self._target)
        except OSError:
            writer.close()
            return
        there = asyncio.create_task(_pass(reader, far_writer))
        back = asyncio.create_task(self._answer(far_reader, writer))
        try:
            await asyncio.wait({there, back}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (there, back):
                task.cancel()
            for end in (writer, far_writer):
                end.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(_PIECE):
                if self.act != "pass":
                    self.harmed += 1
                if self.act == "stall":
                    await asyncio.Event().wait()
                writer.write(self._harmed(data))
                await writer.drain()
                if self.act == "cut":
                    return

    def _harmed(self, data: bytes) -> bytes:
        if self.act == "cut":
            return data[: len(data) // 2]
        head, gap, body = data.partition(b"\r\n\r\n")
        if self.act == "garble" and gap:
            return head + gap + b"\xff" * len(body)
        return b"\xff" * len(data) if self.act == "garble" else data


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(_PIECE):
            writer.write(data)
            await writer.drain()


@contextmanager
def proxy_before(target: str) -> Iterator[Proxy]:
    """Run a proxy before `target` while the block runs."""
    proxy = Proxy(target)
    loop = asyncio.new_event_loop()
    ready = threading.Event()
    stop = asyncio.Event()
    thread = threading.Thread(
        target=lambda: loop.run_until_complete(proxy.serve(ready, stop)), daemon=True
    )
    thread.start()
    assert ready.wait(10)
    try:
        yield proxy
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        _end(loop)


def _end(loop: asyncio.AbstractEventLoop) -> None:
    """Let open connections go, then close the loop."""
    left = asyncio.all_tasks(loop)
    for task in left:
        task.cancel()
    loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
    loop.close()
