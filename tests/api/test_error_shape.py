"""One error, one object, whether the command line or HTTP says it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from api.cli.main import run
from tests.api.conftest import Connect, code_of

CASES: list[tuple[str, list[str], int, tuple[str, str, dict[str, Any]], int]] = [
    (
        "not_found",
        ["boards", "show", "0000000000000000"],
        2,
        ("GET", "/v1/boards/0000000000000000", {}),
        404,
    ),
    ("bad_query", ["search", "   "], 2, ("GET", "/v1/search", {"params": {"q": "   "}}), 400),
    (
        "bad_k",
        ["search", "stock", "-k", "100000"],
        2,
        ("POST", "/v1/search", {"json": {"query": "stock", "k": 100_000}}),
        400,
    ),
    (
        "bad_filter",
        ["search", "stock", "--unit", "page"],
        2,
        ("GET", "/v1/search", {"params": {"q": "stock", "unit": "page"}}),
        400,
    ),
]


@pytest.mark.parametrize(("code", "arguments", "exit_code", "request_", "status"), CASES)
def test_command_line_and_http_say_the_same(
    reader: Connect,
    capsys: pytest.CaptureFixture[str],
    code: str,
    arguments: list[str],
    exit_code: int,
    request_: tuple[str, str, dict[str, Any]],
    status: int,
) -> None:
    assert run([*arguments, "--json"]) == exit_code
    out, err = capsys.readouterr()
    assert err == ""
    method, path, options = request_
    response = reader().request(method, path, **options)
    assert (response.status_code, code_of(response)) == (status, code)
    assert json.loads(out) == response.json()

    assert run(arguments) == exit_code
    out, err = capsys.readouterr()
    assert out == ""
    assert response.json()["error"]["message"] in err


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not_found"),
        ("GET", "/v1/boards/../../etc/passwd", 404, "not_found"),
        ("PUT", "/v1/boards", 405, "method_not_allowed"),
        ("DELETE", "/v1/search", 405, "method_not_allowed"),
        ("GET", "/v1/search", 422, "invalid_request"),
        ("GET", "/v1/boards?limit=x", 422, "invalid_request"),
        ("GET", "/v1/boards?limit=501", 422, "invalid_request"),
        ("POST", "/v1/ask", 422, "invalid_request"),
        ("GET", "/v1/boards/%00/scene", 404, "not_found"),
    ],
)
def test_what_the_framework_says_has_the_shape_too(
    reader: Connect, method: str, path: str, status: int, code: str
) -> None:
    response = reader().request(method, path)
    assert (response.status_code, code_of(response)) == (status, code)
    if status == 405:
        assert response.headers["allow"]


@pytest.mark.parametrize(
    "content", [b"{", b"[]", b"\xff\xfe", b'{"query": 1}', b'{"x": 1}', b"[" * 9999]
)
def test_broken_bodies(reader: Connect, content: bytes) -> None:
    response = reader().post(
        "/v1/search", content=content, headers={"Content-Type": "application/json"}
    )
    assert response.status_code in (400, 422)
    assert code_of(response) in ("invalid_request", "bad_request")


@pytest.mark.parametrize(
    "arguments", [["nonsense"], ["search", "a", "b"], ["ingest"], ["search", "x", "-k", "zero"]]
)
def test_a_wrong_command_line_has_the_shape(
    capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert run([*arguments, "--json"]) == 2
    out, _ = capsys.readouterr()
    assert sorted(json.loads(out)["error"]) == ["code", "hint", "message"]
    assert json.loads(out)["error"]["code"] == "wrong_use"
