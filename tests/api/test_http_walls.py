"""What HTTP lets nobody do: no key, another workspace, another site, another host, too much."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from api.http.app import create_app
from kb.settings import Settings, load_settings
from tests.api.conftest import Connect, board_of, code_of
from tests.boardfiles import canvas

KEY = "a-long-secret"
FILES = {"file": ("new.canvas", canvas(["New"]), "application/json")}


def operations() -> list[tuple[str, str]]:
    paths = create_app(Settings(), warm=False).openapi()["paths"]
    return [(method.upper(), path) for path, methods in paths.items() for method in methods]


def chat(question: str, **options: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": question}], **options}


def call(client: TestClient, method: str, path: str, board: str = "x", **options: Any) -> Any:
    """Make a request that would work, if the caller may."""
    bodies: dict[tuple[str, str], dict[str, Any]] = {
        ("POST", "/v1/boards"): {"files": FILES},
        ("POST", "/v1/search"): {"json": {"query": "plan"}},
        ("POST", "/v1/ask"): {"json": {"question": "What follows Check stock?"}},
        ("POST", "/v1/chat/completions"): {"json": chat("What follows Check stock?")},
        ("POST", "/v1/boards/{board_id}/versions"): {
            "json": {"other": "1" * 16, "state": "accepted"}
        },
        ("POST", "/v1/links"): {"json": {"names": ["限流", "limit"], "state": "accepted"}},
    }
    options = {**bodies.get((method, path), {}), **options}
    if (method, path) == ("GET", "/v1/search"):
        options["params"] = {"q": "plan", **options.get("params", {})}
    return client.request(method, path.replace("{board_id}", board), **options)


@pytest.mark.parametrize(("method", "path"), operations())
def test_every_endpoint_needs_the_key(reader: Connect, method: str, path: str) -> None:
    response = call(reader(api_key=KEY), method, path)
    if path == "/healthz":
        assert response.status_code == 200
        return
    assert response.status_code == 401
    assert code_of(response) == "refused"
    assert response.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("path", ["/openapi.json", "/nowhere", "/healthz/", "//healthz", "/docs"])
def test_what_is_no_endpoint_needs_the_key_too(reader: Connect, path: str) -> None:
    assert reader(api_key=KEY).get(path, follow_redirects=False).status_code == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Authorization": f"Bearer {KEY}"}, 200),
        ({"authorization": f"bearer {KEY}"}, 200),
        ({"X-API-Key": KEY}, 200),
        ({"Authorization": f"Basic {KEY}"}, 401),
        ({"Authorization": f"Bearer {KEY}x"}, 401),
        ({"Authorization": "Bearer "}, 401),
        ({"X-API-Key": ""}, 401),
        ({"X-API-Key": "ключ".encode()}, 401),
    ],
)
def test_keys(reader: Connect, headers: dict[str, Any], status: int) -> None:
    assert reader(headers, api_key=KEY).get("/v1/boards").status_code == status


WALLED = [
    ("GET", "/v1/boards/{board_id}"),
    ("GET", "/v1/boards/{board_id}/picture"),
    ("GET", "/v1/boards/{board_id}/scene"),
    ("GET", "/v1/boards/{board_id}/export"),
    ("GET", "/v1/boards/{board_id}/versions"),
    ("POST", "/v1/boards/{board_id}/versions"),
    ("DELETE", "/v1/boards/{board_id}"),
]


@pytest.mark.parametrize(("method", "path"), WALLED)
def test_a_board_of_another_workspace_is_not_there(reader: Connect, method: str, path: str) -> None:
    client = reader()
    board = board_of(client, "beta")
    foreign = call(client, method, path, board, headers={"X-Workspace": "alpha"})
    unknown = call(client, method, path, "0" * 16, headers={"X-Workspace": "alpha"})
    assert foreign.status_code == unknown.status_code == 404
    assert (
        foreign.json()["error"]["message"].replace(board, "0" * 16)
        == (unknown.json()["error"]["message"])
    )
    assert call(client, "GET", path, board, params={"workspace": "beta"}).status_code == 200


def test_every_endpoint_with_a_board_is_walled() -> None:
    assert {pair for pair in operations() if "{" in pair[1]} == set(WALLED)


def test_lists_searches_and_answers_stay_in_their_workspace(reader: Connect) -> None:
    client = reader()
    foreign = board_of(client, "beta")
    assert board_of(client, "alpha") != foreign
    for workspace in ("alpha", "nobody"):
        scope = {"X-Workspace": workspace}
        seen = [
            client.get("/v1/boards", headers=scope).text,
            client.get("/v1/search", params={"q": "Secret plan", "k": 50}, headers=scope).text,
            client.post("/v1/search", json={"query": "熔断降级"}, headers=scope).text,
            client.post(
                "/v1/search",
                json={"query": "plan", "filters": {"boards": [board_of(client, "beta")]}},
                headers=scope,
            ).text,
            client.get("/v1/links", headers=scope).text,
            client.get("/v1/timeline", params={"thing": "限流"}, headers=scope).text,
            client.get(
                "/v1/diff", params={"before": foreign, "after": foreign}, headers=scope
            ).text,
            client.get("/v1/minutes", params={"board": foreign}, headers=scope).text,
            client.post("/v1/ask", json={"question": "What follows 限流?"}, headers=scope).text,
            client.post(
                "/v1/ask", json={"question": "Secret plan?", "stream": True}, headers=scope
            ).text,
            client.post("/v1/chat/completions", json=chat("限流?"), headers=scope).text,
            client.post(
                "/v1/chat/completions", json=chat("Secret plan?", stream=True), headers=scope
            ).text,
        ]
        assert not any("beta.canvas" in text for text in seen)
    assert "beta.canvas" in client.get("/v1/search?q=plan&workspace=beta").text


@pytest.mark.parametrize("name", ["", "a b", "a/b", "../x", "x" * 65, "a\u0000", "工作"])
def test_workspace_names_are_checked(reader: Connect, name: str) -> None:
    response = reader().get("/v1/boards", params={"workspace": name})
    assert (response.status_code, code_of(response)) == (422, "invalid_request")


def test_two_workspaces_in_one_request_make_no_sense(reader: Connect) -> None:
    response = reader().get("/v1/boards?workspace=alpha", headers={"X-Workspace": "beta"})
    assert (response.status_code, code_of(response)) == (400, "bad_workspace")


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1", 200),
        ("127.0.0.1:8040", 200),
        ("localhost:1", 200),
        ("[::1]:8040", 200),
        ("LOCALHOST", 200),
        ("evil.example", 400),
        ("127.0.0.1.evil.example", 400),
        ("localhost@evil.example:80", 400),
        ("[::1", 400),
        ("", 400),
    ],
)
def test_other_names_for_a_loopback_server(reader: Connect, host: str, status: int) -> None:
    response = reader().get("/v1/boards", headers={"Host": host})
    assert response.status_code == status
    if status == 400:
        assert code_of(response) == "bad_host"


def test_a_page_of_another_site_can_change_nothing(reader: Connect) -> None:
    client = reader()
    board = board_of(client, "alpha")
    for origin in ("https://evil.example", "null", "http://127.0.0.1:9", "https://127.0.0.1.evil"):
        upload = client.post("/v1/boards", files=FILES, headers={"Origin": origin})
        removal = client.delete(f"/v1/boards/{board}", headers={"Origin": origin})
        assert upload.status_code == removal.status_code == 403
        assert code_of(upload) == "foreign_origin"
    assert client.get(f"/v1/boards/{board}").status_code == 200
    own = client.post("/v1/search", json={"query": "x"}, headers={"Origin": "http://127.0.0.1"})
    assert own.status_code == 200


def test_bodies_are_bounded(reader: Connect) -> None:
    client = reader()
    big = {"query": "x" * 300_000}
    response = client.post("/v1/search", json=big)
    assert (response.status_code, code_of(response)) == (413, "too_large")

    def pieces() -> Iterator[bytes]:
        yield b'{"query": "'
        for _ in range(300):
            yield b"x" * 1024
        yield b'"}'

    unannounced = client.post(
        "/v1/search", content=pieces(), headers={"Content-Type": "application/json"}
    )
    assert (unannounced.status_code, code_of(unannounced)) == (413, "too_large")


def test_web_sockets_are_refused(reader: Connect) -> None:
    client = reader()
    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/v1/search"):
        pass


def test_settings_of_the_server_reach_no_caller(reader: Connect) -> None:
    client = reader({"X-API-Key": KEY}, api_key=KEY)
    texts = [client.get(path).text for path in ("/openapi.json", "/readyz", "/v1/boards")]
    home = str(load_settings().home)
    assert not any(KEY in text or home in text for text in texts)
