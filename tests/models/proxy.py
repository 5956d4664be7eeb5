"""A proxy before a real model server that can turn bad: it stalls, cuts, or garbles."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

_PIECE = 65_536


class Proxy:
    """Passes bytes on, and harms answers as told."""

    def __init__(self, target: str) -> None:
        parts = urlsplit(target)
        self._target = (parts.hostname, parts.port)
        self._act = ""
        self._times = 0
        self.asked = 0  # pieces of requests that went on to the server
        self.harmed = 0
        self.url = ""

    def harm(self, act: str, times: int = 1_000_000) -> None:
        """Harm the next `times` answers: "stall", "cut" or "garble"; "" harms none.

        A stalled answer never comes; a cut one ends in its middle, with the connection; of a
        garbled one the body is other bytes.
        """
        self._act, self._times = act, times if act else 0

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
        ways = {
            asyncio.create_task(self._ask(reader, far_writer)),
            asyncio.create_task(self._answer(far_reader, writer)),
        }
        try:
            with suppress(asyncio.CancelledError):  # the proxy ends
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            for end in (writer, far_writer):
                end.close()

    async def _ask(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(_PIECE):
                self.asked += 1
                writer.write(data)
                await writer.drain()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(_PIECE):
                act = self._next(data)
                if act == "stall":
                    await asyncio.Event().wait()
                writer.write(harmed(data, act))
                await writer.drain()
                if act == "cut":
                    return

    def _next(self, data: bytes) -> str:
        if not self._times or (self._act == "garble" and data.endswith(b"\r\n\r\n")):
            return ""  # headers alone have no body to garble
        self._times -= 1
        self.harmed += 1
        return self._act


def harmed(data: bytes, act: str) -> bytes:
    """Return a piece of an answer as it is passed on."""
    if act == "cut":
        return data[: len(data) // 2]
    if act == "garble":
        head, gap, body = data.partition(b"\r\n\r\n")
        return head + gap + b"\xff" * len(body) if gap else b"\xff" * len(data)
    return data


@contextmanager
def proxy_before(target: str) -> Iterator[Proxy]:
    """Run a proxy before `target` while the block runs."""
    proxy = Proxy(target)
    loop = asyncio.new_event_loop()
    ready = threading.Event()
    stop = asyncio.Event()
    thread = threading.Thread(
        target=lambda: loop.run_until_complete(_until(stop, proxy, ready)), daemon=True
    )
    thread.start()
    assert ready.wait(60)
    try:
        yield proxy
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()


async def _until(stop: asyncio.Event, proxy: Proxy, ready: threading.Event) -> None:
    """Run `proxy` until `stop` is set; let its open connections go."""
    await proxy.serve(ready, stop)
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
