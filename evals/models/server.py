"""A real SGLang on this machine's CPU, started by the product's own command."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

NAME = "tiny"
_STARTS_WITHIN_S = 900.0  # 45 s on an idle machine, many times that on a busy one
_STOPS_WITHIN_S = 20.0


class SglangServer:
    """A server process; as a context manager it runs inside the block.

    Attributes:
        url: where it listens, the same after every restart.
        started_s: how long the last start took until it answered.
    """

    def __init__(
        self, checkpoint: Path, python: Path, log: Path, *, options: tuple[str, ...] = ()
    ) -> None:
        """Start nothing yet.

        Args:
            checkpoint: folder of the model.
            python: interpreter of the environment that holds SGLang (`make sglang`).
            log: file that gets what the server prints.
            options: further ones of `kb model serve`.
        """
        self._checkpoint = checkpoint
        self._python = python
        self._log = log
        self._options = options
        self._port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"http://127.0.0.1:{self._port}"
        self.started_s = 0.0

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start and wait until it answers. Raises `RuntimeError` with the log's end."""
        began = time.monotonic()
        words = [sys.executable, "-m", "api.cli.main", "model", "serve", str(self._checkpoint)]
        words += ["--gpus", "0", "--python", str(self._python), "--name", NAME]
        words += ["--port", str(self._port), *self._options, "--run"]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own command
                words, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True
            )
        while not self._healthy():
            late = time.monotonic() - began > _STARTS_WITHIN_S
            if late or self._process.poll() is not None:
                self.kill()
                why = "didn't answer in time" if late else "ended"
                raise RuntimeError(f"SGLang {why}; the end of its log:\n{self._tail()}")
            time.sleep(0.5)
        self.started_s = time.monotonic() - began

    def stop(self) -> None:
        """End it in good order, or by force where it doesn't listen."""
        if self._process is not None:
            self._send(self._process, signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(_STOPS_WITHIN_S)
            self.kill()

    def kill(self) -> None:
        """Kill it and its helpers at once, as a crash or a pulled plug does."""
        if self._process is not None:
            self._send(self._process, signal.SIGKILL)
            self._process.wait()
            self._process = None

    @staticmethod
    def _send(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
        """Send a signal to the whole group: SGLang is several processes."""
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)

    def _healthy(self) -> bool:
        try:
            return httpx.get(f"{self.url}/health", timeout=5.0, trust_env=False).is_success
        except httpx.HTTPError:
            return False

    def _tail(self) -> str:
        return self._log.read_text("utf-8", "replace")[-4000:]


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
