"""Reading over HTTP: boards, pictures, search and ask."""

from __future__ import annotations

import io
import time
from pathlib import Path

import pytest
from PIL import Image, ImageChops
from starlette.testclient import TestClient

from kb.answer.selection import weights
from kb.evidence import Answer, SearchResult
from kb.minutes import Minutes
from kb.scene import Scene
from tests.api.conftest import Connect, board_of, code_of
from tests.kb.answer.selection.untaught import carried, untaught


def wait_until_ready(client: TestClient) -> None:
    deadline = time.monotonic() + 30
    while client.get("/readyz").status_code != 200:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_alive_and_ready(reader: Connect) -> None:
    client = reader()
    assert client.get("/healthz").json() == {"status": "ok"}
    starting = client.get("/readyz")
    assert (starting.status_code, code_of(starting)) == (503, "starting")
    client.app.state.store.warm_up()  # type: ignore[attr-defined]  # FastAPI's state is untyped
    wait_until_ready(client)


def test_all_that_selects_is_loaded_beforehand(
    reader: Connect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.embedding.HashedWords.taught", True)
    weights.selector_net.cache_clear()
    client = reader()
    with carried(untaught(), tmp_path / "upper.safetensors"):
        client.app.state.store.warm_up()  # type: ignore[attr-defined]
        wait_until_ready(client)
        loaded = (weights.selector_net, weights._upper)
        assert [one.cache_info().currsize for one in loaded] == [1, 1]


def test_not_ready_while_the_embedder_cannot_load(
    reader: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_self: object, _text: str) -> None:
        raise RuntimeError("weights are gone from /secret/place")

    monkeypatch.setattr("tests.embedding.HashedWords.query", broken)
    client = reader()
    client.app.state.store.warm_up()  # type: ignore[attr-defined]  # FastAPI's state is untyped
    deadline = time.monotonic() + 10
    while code_of(client.get("/readyz")) == "starting":
        assert time.monotonic() < deadline
        time.sleep(0.05)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert "secret" not in response.text
    assert client.get("/healthz").status_code == 200


def test_list_and_get(reader: Connect) -> None:
    client = reader()
    page = client.get("/v1/boards").json()
    assert (page["total"], page["limit"], page["offset"]) == (1, 50, 0)
    (board,) = page["boards"]
    assert board["source"] == "alpha.canvas"
    assert client.get(f"/v1/boards/{board['id']}").json() == board
    assert client.get("/v1/boards", params={"offset": 1}).json()["boards"] == []


def test_picture_is_a_picture_that_may_be_kept(reader: Connect) -> None:
    client = reader()
    board = board_of(client, "alpha")
    shown = client.get(f"/v1/boards/{board}").json()
    response = client.get(f"/v1/boards/{board}/picture")
    assert response.headers["content-type"] == "image/png"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "immutable" in response.headers["cache-control"]
    assert response.headers["etag"] == f'"{shown["picture"]}"'
    assert Image.open(io.BytesIO(response.content)).size == (shown["width"], shown["height"])
    again = client.get(
        f"/v1/boards/{board}/picture", headers={"If-None-Match": response.headers["etag"]}
    )
    assert (again.status_code, again.content) == (304, b"")


def test_places_marked_on_a_picture(reader: Connect) -> None:
    client = reader()
    board = board_of(client, "alpha")
    plain = client.get(f"/v1/boards/{board}/picture")
    x0, y0, x1, y1 = client.get(f"/v1/boards/{board}/scene").json()["nodes"][0]["bbox"]
    for places in ({"region": f"{x0},{y0},{x1},{y1}"}, {"node": "n0"}):
        response = client.get(f"/v1/boards/{board}/picture", params=places)
        with (
            Image.open(io.BytesIO(response.content)) as marked,
            Image.open(io.BytesIO(plain.content)) as unmarked,
        ):
            changed = ImageChops.difference(marked, unmarked.convert("RGB")).getbbox()
        assert changed is not None
        assert abs(changed[0] - x0) < 30
        assert abs(changed[3] - y1) < 30
    wrong = client.get(f"/v1/boards/{board}/picture", params={"region": "1,2"})
    assert (wrong.status_code, code_of(wrong)) == (400, "bad_region")
    missing = client.get(f"/v1/boards/{board}/picture", params={"node": "n99"})
    assert (missing.status_code, code_of(missing)) == (404, "no_such_node")


def test_scene_and_exports(reader: Connect) -> None:
    client = reader()
    board = board_of(client, "alpha")
    scene = Scene.model_validate(client.get(f"/v1/boards/{board}/scene").json())
    assert "Check stock" in [node.text for node in scene.nodes]
    for name, kind, start in (
        ("json", "application/json", "{"),
        ("markdown", "text/markdown", "#"),
        ("mermaid", "text/vnd.mermaid", ""),
    ):
        response = client.get(f"/v1/boards/{board}/export", params={"format": name})
        assert response.headers["content-type"].startswith(kind)
        assert response.text.startswith(start)
        assert "Check stock" in response.text


def test_search_by_address_and_by_body_agree(reader: Connect) -> None:
    client = reader()
    by_address = client.get("/v1/search", params={"q": "supplier late", "tag": "risk", "k": 3})
    by_body = client.post(
        "/v1/search", json={"query": "supplier late", "k": 3, "filters": {"tags": ["risk"]}}
    )
    assert by_address.json() == by_body.json()
    found = SearchResult.model_validate(by_body.json())
    assert found.evidence[0].text == "Risk: supplier late"
    assert found.evidence[0].board.source == "alpha.canvas"
    none = client.get("/v1/search", params={"q": "supplier", "tag": "goal"})
    assert none.json()["evidence"] == []


def test_ask_cites(reader: Connect) -> None:
    client = reader()
    answer = Answer.model_validate(
        client.post("/v1/ask", json={"question": "What follows Pack the order?"}).json()
    )
    assert answer.answered
    assert "Ship" in answer.answer
    assert answer.citations[0].board.source == "alpha.canvas"


def test_unanswerable_is_no_error(reader: Connect) -> None:
    response = reader().post("/v1/ask", json={"question": "Who won the 1998 world cup?"})
    assert response.status_code == 200
    assert response.json()["answered"] is False


def test_headers_on_everything(reader: Connect) -> None:
    client = reader()
    for path in ("/healthz", "/v1/boards", "/nowhere", "/v1/boards/x/picture"):
        headers = client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert "access-control-allow-origin" not in headers
        assert headers["cache-control"] == "no-store"


def test_minutes(reader: Connect) -> None:
    client = reader()
    board = board_of(client, "alpha")
    made = Minutes.model_validate(client.get("/v1/minutes", params={"board": board}).json())
    assert [ref.id for ref in made.boards] == [board]
    text = client.get("/v1/minutes", params={"board": board, "format": "markdown"})
    assert text.headers["content-type"].startswith("text/markdown")
    assert "Check stock → Pack the order" in text.text
    other = board_of(client, "beta")
    assert client.get("/v1/minutes", params={"board": [board, other]}).status_code == 404
    assert client.get("/v1/minutes").status_code == 422
