"""Uploads: what comes in, what is refused, and that nobody waits who needn't."""

from __future__ import annotations

import io
import threading
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from api.http.upload import MAX_NAME, safe_name
from tests.api.conftest import Connect, code_of
from tests.boardfiles import canvas
from tests.stores import contents, open_store

FLOW = canvas(["Open the shop", "Sell tea"], [(0, 1)])


def upload(client: TestClient, *files: tuple[str, bytes], **options: Any) -> Any:
    return client.post("/v1/boards", files=[("file", file) for file in files], **options)


def test_new_then_known_then_removed_leaves_nothing(connect: Connect, home: Path) -> None:
    with open_store(home) as base:
        before = contents(base)
    client = connect(jobs=1)
    first = upload(client, ("tea.canvas", FLOW))
    assert first.status_code == 201
    (board,) = first.json()["boards"]
    assert (board["source"], board["state"]) == ("tea.canvas", "ready")
    assert first.json()["added"] == ["tea.canvas"]
    found = client.get("/v1/search", params={"q": "sell tea", "k": 1}).json()["evidence"]
    assert found[0]["board"]["id"] == board["id"]

    again = upload(client, ("other name.canvas", FLOW))
    assert again.status_code == 200
    assert again.json()["unchanged"] == ["other name.canvas"]
    assert again.json()["boards"] == [board]

    removed = client.delete(f"/v1/boards/{board['id']}")
    assert removed.json() == {"removed": [board["id"]]}
    client.app.state.store.close()  # type: ignore[attr-defined]  # FastAPI's state is untyped
    with open_store(home) as base:
        assert contents(base) == before


def test_a_zip_becomes_its_boards(connect: Connect) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a/one.canvas", FLOW)
        archive.writestr("two.canvas", canvas(["Second"]))
        archive.writestr("../out.canvas", canvas(["Outside"]))
    client = connect(jobs=1)
    told = upload(client, ("many.zip", buffer.getvalue())).json()
    assert sorted(told["added"]) == ["many.zip/a/one.canvas", "many.zip/two.canvas"]
    assert [failure["code"] for failure in told["failed"]] == ["unsafe_path"]
    assert len(told["boards"]) == 2
    again = upload(client, ("many.zip", buffer.getvalue())).json()
    assert len(again["unchanged"]) == 2
    assert again["boards"] == told["boards"]


def test_one_bad_file_among_good_ones(connect: Connect) -> None:
    response = upload(connect(jobs=1), ("tea.canvas", FLOW), ("notes.docx", b"no board"))
    assert response.status_code == 201
    assert response.json()["added"] == ["tea.canvas"]
    (failure,) = response.json()["failed"]
    assert (failure["source"], failure["code"]) == ("notes.docx", "unsupported_format")


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("notes.docx", b"no board", "unsupported_format"),
        ("cut.png", b"\x89PNG\r\n\x1a\n", "corrupt"),
        ("empty.canvas", b"", "empty"),
    ],
)
def test_nothing_but_bad_files(connect: Connect, name: str, data: bytes, code: str) -> None:
    response = upload(connect(jobs=1), (name, data))
    assert (response.status_code, code_of(response)) == (422, code)
    assert name in response.json()["error"]["message"]


def test_no_form_and_no_file(connect: Connect) -> None:
    client = connect()
    assert code_of(client.post("/v1/boards", json={})) == "not_multipart"
    assert code_of(client.post("/v1/boards", data={"a": "b"}, files={})) == "not_multipart"
    broken = client.post(
        "/v1/boards", content=b"--x\r\n", headers={"Content-Type": "multipart/form-data"}
    )
    assert broken.status_code == 400
    assert code_of(broken) == "bad_request"
    fields = client.post("/v1/boards", files={"note": (None, "just words")})
    assert code_of(fields) == "no_file"


def test_too_large_is_told_before_it_is_read(connect: Connect) -> None:
    response = upload(connect(max_source_mb=1), ("big.png", b"\0" * (3 * 2**20)))
    assert (response.status_code, code_of(response)) == (413, "too_large")


def test_too_large_without_a_length_is_cut_while_it_streams(connect: Connect) -> None:
    sent = 0

    def form() -> Iterator[bytes]:
        nonlocal sent
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
        for _ in range(64):
            sent += 1
            yield b"\0" * 2**18
        yield b"\r\n--b--\r\n"

    response = connect(max_source_mb=1).post(
        "/v1/boards", content=form(), headers={"Content-Type": "multipart/form-data; boundary=b"}
    )
    assert (response.status_code, code_of(response)) == (413, "too_large")


def test_two_at_once_both_arrive(connect: Connect) -> None:
    client = connect(jobs=1)
    boards = [canvas([f"Board {n}"]) for n in range(2)]
    with ThreadPoolExecutor(4) as pool:
        jobs = [
            pool.submit(upload, client, (f"{n}.canvas", data))
            for n, data in [*enumerate(boards), *enumerate(boards)]
        ]
        told = [job.result() for job in jobs]
    assert sorted(response.status_code for response in told) == [200, 200, 201, 201]
    assert client.get("/v1/boards").json()["total"] == 3


def test_a_search_does_not_wait_for_an_upload(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside, go = threading.Event(), threading.Event()

    def slow(*_: object) -> None:
        inside.set()
        assert go.wait(60)
        raise RuntimeError("enough")

    monkeypatch.setattr("api.http.boards.ingest_upload", slow)
    client = connect(lock_wait_s=0.2)
    with ThreadPoolExecutor(1) as pool:
        job = pool.submit(upload, client, ("tea.canvas", FLOW))
        try:
            assert inside.wait(30)
            assert client.get("/v1/search", params={"q": "stock"}).json()["evidence"]
            second = upload(client, ("more.canvas", FLOW))
            assert (second.status_code, code_of(second)) == (503, "store_held")
        finally:
            go.set()
        failed = job.result()
    assert (failed.status_code, code_of(failed)) == (500, "bug")
    assert "enough" not in failed.text


@pytest.mark.parametrize(
    ("given_name", "expected"),
    [
        ("board.png", "board.png"),
        ("../../etc/passwd.png", "passwd.png"),
        ("C:\\Users\\me\\board.png", "board.png"),
        ("a\x00b\n.png", "ab.png"),
        ("\u202egnp.exe.png", "gnp.exe.png"),
        ("..", "upload"),
        ("", "upload"),
        (None, "upload"),
        ("看板 一.excalidraw", "看板 一.excalidraw"),
        ("/", "upload"),
    ],
)
def test_names_of_uploads(given_name: str | None, expected: str) -> None:
    assert safe_name(given_name) == expected


@given(st.text(max_size=300))
def test_any_name_is_safe(name: str) -> None:
    safe = safe_name(name)
    assert 0 < len(safe.encode()) <= MAX_NAME
    assert safe not in (".", "..")
    assert safe.isprintable()
    assert not set(safe) & {"/", "\\", "\0"}
    assert safe_name(safe) == safe


def test_a_hostile_name_becomes_a_plain_one(connect: Connect) -> None:
    told = upload(connect(jobs=1), ("..%2f../../tmp/x\u202e.canvas", FLOW)).json()
    assert told["boards"][0]["source"] == "x.canvas"
