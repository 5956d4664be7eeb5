"""A model server of real sockets that answers by script, and misbehaves by script."""

from __future__ import annotations

import base64
import io
import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from PIL import Image

Body = dict[str, Any]


@dataclass
class Reply:
    """What is sent back. `act`: instead of an answer, "reset", "stall" or "half" of one."""

    text: str = ""
    finish: str = "stop"
    status: int = 200
    act: str = ""
    raw: bytes | None = None  # instead of a completion
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    wait_s: float = 0.0


Script = Callable[[int, Body], Reply]
"""Gets the number of the request, from 0, and its body."""


class ModelServer:
    """Counts requests and how many were at the server at once."""

    def __init__(self, script: Script, owner: str = "sglang") -> None:
        self.script = script
        self.owner = owner
        self.bodies: list[Body] = []
        self.headers: list[dict[str, str]] = []
        self.most_at_once = 0
        self.models = ["tiny"]
        self.weights: dict[str, str] | None = None  # told at /model_info; None: no such path
        self.stall_s = 1.0
        self._here = 0
        self._lock = threading.Lock()
        self.url = ""

    @property
    def asked(self) -> int:
        return len(self.bodies)

    def enter(self, body: Body, headers: dict[str, str]) -> int:
        with self._lock:
            self._here += 1
            self.most_at_once = max(self.most_at_once, self._here)
            self.bodies.append(body)
            self.headers.append(headers)
            return len(self.bodies) - 1

    def leave(self) -> None:
        with self._lock:
            self._here -= 1


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, *_: Any) -> None: ...

    def do_GET(self) -> None:
        if self.path == "/model_info":
            told = self.server.model.weights
            self._send(404 if told is None else 200, json.dumps(told).encode(), {})
            return
        rows = [
            {"id": name, "owned_by": self.server.model.owner, "root": f"/{name}"}
            for name in self.server.model.models
        ]
        self._send(200, json.dumps({"object": "list", "data": rows}).encode(), {})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        model = self.server.model
        number = model.enter(body, dict(self.headers))
        try:
            self._reply(model.script(number, body))
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
        finally:
            model.leave()

    def _reply(self, reply: Reply) -> None:
        time.sleep(reply.wait_s)
        data = reply.raw if reply.raw is not None else completion(reply)
        if reply.act:
            self.close_connection = True
        if reply.act == "reset":
            linger = struct.pack("ii", 1, 0)  # close sends RST
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.connection.close()
        elif reply.act == "stall":
            time.sleep(self.server.model.stall_s)
        elif reply.act == "half":
            self._send(200, data[: len(data) // 2], {"Content-Length": str(len(data))})
        else:
            headers = {"Content-Type": reply.content_type, **reply.headers}
            self._send(reply.status, data, headers)

    def _send(self, status: int, data: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(data)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def finish(self) -> None:
        with suppress(OSError, ValueError):  # after a reset
            super().finish()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    block_on_close = False
    model: ModelServer

    def handle_error(self, *_: Any) -> None: ...


@contextmanager
def model_server(script: Script, owner: str = "sglang", port: int = 0) -> Iterator[ModelServer]:
    """Serve on loopback while the block runs."""
    server = _Server(("127.0.0.1", port), _Handler)
    server.model = ModelServer(script, owner)
    server.model.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server.model
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def completion(reply: Reply) -> bytes:
    """Return a chat completion around the text of `reply`."""
    return json.dumps(
        {
            "object": "chat.completion",
            "model": "tiny",
            "choices": [
                {
                    "index": 0,
                    "message": {"role": "assistant", "content": reply.text},
                    "finish_reason": reply.finish,
                }
            ],
            "usage": {"prompt_tokens": 100, "completion_tokens": 50, "total_tokens": 150},
        }
    ).encode()


def picture_of(body: Body) -> Image.Image:
    """Return the picture that a request carries, from its ``data:`` URL."""
    parts = body["messages"][-1]["content"]
    url = next(part["image_url"]["url"] for part in parts if part["type"] == "image_url")
    assert url.startswith("data:image/jpeg;base64,")
    return Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2])))


def words_of(body: Body) -> str:
    """Return all words of a request."""
    said = [body["messages"][0]["content"]]
    said += [part["text"] for part in body["messages"][-1]["content"] if part["type"] == "text"]
    return "\n".join(said)
