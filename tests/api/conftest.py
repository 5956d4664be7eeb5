"""A store with two workspaces, made once, and clients of an application over a copy of it."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from starlette.testclient import TestClient

from api.cli.main import run
from ingest.pipeline import ingest
from kb.settings import load_settings
from tests.boardfiles import canvas
from tests.embedding import HashedWords
from tests.stores import open_store

ALPHA = ["Check stock", "Pack the order", "Ship", "Risk: supplier late"]
BETA = ["熔断降级", "限流", "Secret plan"]

Connect = Callable[..., TestClient]


class Ran(NamedTuple):
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        return json.loads(self.out)


Kb = Callable[..., Ran]


@pytest.fixture(scope="package")
def made_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("boards")
    home = tmp_path_factory.mktemp("made")
    for name, labels in (("alpha", ALPHA), ("beta", BETA)):
        (folder / name).mkdir()
        links = [(i, i + 1) for i in range(len(labels) - 1)]
        (folder / name / f"{name}.canvas").write_bytes(canvas(labels, links))
    with open_store(home) as base:
        for name in ("alpha", "beta"):
            summary = ingest(base, [folder / name], workspace=name, jobs=1)
            assert summary.added == [f"{name}.canvas"]
    return home


@pytest.fixture(scope="package")
def quiet() -> Iterator[pytest.MonkeyPatch]:
    """No settings of whoever runs the tests, and the quick embedder."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [n for n in os.environ if n.startswith("KB_") and "TEST" not in n]:
            patch.delenv(name)
        patch.setenv("KB_CONFIG", "/nonexistent/config.toml")
        patch.setenv("KB_WORKSPACE", "alpha")
        patch.setattr("kb.embed.open_embedder", lambda _settings: HashedWords())
        yield patch


@pytest.fixture
def home(
    made_home: Path, tmp_path: Path, quiet: pytest.MonkeyPatch, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A store of this test's own, which the `kb` command finds."""
    del quiet
    place = tmp_path / "home"
    shutil.copytree(made_home, place)
    monkeypatch.setenv("KB_HOME", str(place))
    return place


@pytest.fixture
def reading(made_home: Path, quiet: pytest.MonkeyPatch, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The store that all tests share, for those that change nothing."""
    del quiet
    monkeypatch.setenv("KB_HOME", str(made_home))
    return made_home


@pytest.fixture
def kb(capsys: pytest.CaptureFixture[str]) -> Kb:
    """The `kb` command, run in this process."""

    def call(*arguments: str) -> Ran:
        capsys.readouterr()
        code = run(list(arguments))
        return Ran(code, *capsys.readouterr())

    return call


@pytest.fixture
def connect(home: Path) -> Iterator[Connect]:
    """Make clients of applications over this test's own store."""
    with _clients(home) as make:
        yield make


@pytest.fixture
def reader(reading: Path) -> Iterator[Connect]:
    """Make clients of applications over the shared store."""
    with _clients(reading) as make:
        yield make


@contextmanager
def _clients(home: Path) -> Iterator[Connect]:
    from api.http.app import create_app

    with ExitStack() as stack:

        def make(headers: dict[str, str] | None = None, **settings: Any) -> TestClient:
            app = create_app(load_settings(home=home, **settings), warm=False)
            client = TestClient(
                app, base_url="http://127.0.0.1", headers=headers, raise_server_exceptions=False
            )
            return stack.enter_context(client)

        yield make


def board_of(client: TestClient, workspace: str) -> str:
    """Return the id of the first board of a workspace."""
    page = client.get("/v1/boards", params={"workspace": workspace}).json()
    return str(page["boards"][0]["id"])


def code_of(response: Any) -> str:
    """Return the code of an error response, which must have the one shape and nothing else."""
    body = response.json()
    assert list(body) == ["error"]
    assert sorted(body["error"]) == ["code", "hint", "message"]
    assert all(isinstance(value, str) for value in body["error"].values())
    assert body["error"]["message"]
    return str(body["error"]["code"])
