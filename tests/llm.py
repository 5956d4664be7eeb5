"""A model server over real sockets that does whatever its script says, and mostly misbehaves."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

Script = Callable[[dict[str, Any], "Wire"], None]


class Wire:
    """The connection to one caller, as a script sees it."""

    def __init__(self, handler: BaseHTTPRequestHandler) -> None:
        self._handler = handler
        self._begun = False

    def begin(self, status: int = 200, kind: str = "text/event-stream") -> None:
        self._handler.send_response(status)
        self._handler.send_header("Content-Type", kind)
        self._handler.send_header("Connection", "close")
        self._handler.end_headers()
        self._begun = True

    def raw(self, data: bytes) -> None:
        if not self._begun:
            self.begin()
        self._handler.wfile.write(data)
        self._handler.wfile.flush()

    def event(self, value: Any) -> None:
        self.raw(f"data: {json.dumps(value)}\n\n".encode())

    def say(self, text: str) -> None:
        self.event(_chunk({"content": text}))

    def end(self, reason: str | None = "stop") -> None:
        if reason:
            self.event(_chunk({}, reason))
        self.raw(b"data: [DONE]\n\n")

    def drop(self) -> None:
        """Cut the connection with a reset."""
        self._handler.connection.setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00"
        )
        self._handler.connection.close()


def _chunk(delta: dict[str, Any], reason: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": reason}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "scripted",
        "choices": [choice],
    }


class ScriptedModel:
    """The server. `script` may be changed at any time; `requests` holds what was asked."""

    def __init__(self, script: Script | None = None) -> None:
        self.script: Script = script or says("NO_ANSWER")
        self.requests: list[dict[str, Any]] = []
        self.left = threading.Event()  # a caller went away while it was spoken to
        model = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                size = int(self.headers.get("Content-Length", 0))
                request = json.loads(self.rfile.read(size))
                request["_path"], request["_key"] = self.path, self.headers.get("Authorization")
                model.requests.append(request)
                try:
                    model.script(request, Wire(self))
                except OSError:
                    model.left.set()
                self.close_connection = True

            def log_message(self, *_: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False

            def handle_error(self, *_: Any) -> None:
                pass

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        ).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def says(text: str, size: int = 7, reason: str | None = "stop") -> Script:
    """Return a script that says `text` in pieces of `size` characters, and ends."""

    def script(_request: dict[str, Any], wire: Wire) -> None:
        for at in range(0, len(text), size):
            wire.say(text[at : at + size])
        wire.end(reason)

    return script


def forever(pieces: Iterable[str], pause: float = 0.0) -> Script:
    """Return a script that says `pieces` over and over."""
    pieces = list(pieces)

    def script(_request: dict[str, Any], wire: Wire) -> None:
        while True:
            for piece in pieces:
                wire.say(piece)
                time.sleep(pause)

    return script


def offered(request: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the evidence that a request holds, in the order of its ids."""
    message = request["messages"][-1]["content"]
    fence = message.split("\n", 1)[0]
    data = message.split(fence)[1]
    lines = [json.loads(line) for line in data.splitlines() if line.strip()]
    return [line for line in lines if "id" in line]
