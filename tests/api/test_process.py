"""`kb` as a process of its own: what it loads, what it writes under LANG=C, how it serves."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

HEAVY = ("torch", "llama_index", "sqlalchemy", "cv2", "onnxruntime", "fastapi", "qdrant_client")
KB = (sys.executable, "-m", "api.cli.main")


@pytest.mark.parametrize(
    "code",
    [
        "import kb",
        "import kb.scene, kb.evidence, kb.errors, kb.base",
        "from api.cli.main import run; run(['--help'])",
        "from api.cli.main import run; run(['boards', 'show', '--help'])",
    ],
)
def test_light_to_load(code: str) -> None:
    told = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print('\\n', *sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(told.stdout.splitlines()[-1].split())
    assert "kb" in loaded or "api" in loaded
    assert not loaded & set(HEAVY)


def test_utf8_whatever_the_locale_says(reading: Path) -> None:
    del reading
    plain = {
        **os.environ,
        "LANG": "C",
        "LC_ALL": "C",
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
    }
    plain.pop("PYTHONIOENCODING", None)
    for arguments in (["--json"], []):
        told = subprocess.run(
            [*KB, "boards", "list", "--workspace", "beta", *arguments],
            capture_output=True,
            env=plain,
            check=True,
        )
        assert "beta.canvas" in told.stdout.decode("utf-8")
    listed = json.loads(
        subprocess.run(
            [*KB, "boards", "list", "-w", "beta", "--json"], capture_output=True, check=True
        ).stdout
    )
    board = listed["boards"][0]["id"]
    shown = subprocess.run(
        [*KB, "boards", "show", board, "-w", "beta"], capture_output=True, env=plain, check=True
    )
    assert "熔断降级" in shown.stdout.decode("utf-8")


def test_a_closed_pipe_is_no_error(reading: Path) -> None:
    del reading
    with subprocess.Popen(
        [*KB, "schema"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(30) == 141


def test_serve(home: Path) -> None:
    del home
    with subprocess.Popen(
        [*KB, "serve", "--port", "0"], stderr=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stderr is not None
            match = re.search(r"http://\S+", server.stderr.readline())
            assert match is not None
            with urllib.request.urlopen(f"{match[0]}/healthz", timeout=60) as response:  # noqa: S310
                assert json.load(response) == {"status": "ok"}
            with urllib.request.urlopen(f"{match[0]}/v1/boards", timeout=60) as response:  # noqa: S310
                assert json.load(response)["total"] == 1
        finally:
            server.send_signal(signal.SIGINT)
        server.stderr.read()
        assert server.wait(60) in (0, 130, -signal.SIGINT)
