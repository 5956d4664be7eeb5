"""Links, versions, differences and timelines: by the `kb` command and over HTTP, the same."""

from __future__ import annotations

import io
import shutil
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from kb.scene import Scene
from tests.api.conftest import Connect, Kb, code_of
from tests.kb.compare.scenes import renamed
from tests.kb.links.filling import put
from tests.stores import open_store


@pytest.fixture(scope="module")
def grown_home(made_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store with a later version of its board: a word misspelt, one new, one line elsewhere."""
    place = tmp_path_factory.mktemp("grown") / "home"
    shutil.copytree(made_home, place)
    with open_store(place) as base:
        (row,) = base.catalog.boards("alpha")
        told = Scene.model_validate_json(row.scene)
        texts = {"Pack the order": "Pack the orders", "Check stock": "Chek stock"}
        nodes = [n.model_copy(update={"text": texts.get(n.text, n.text)}) for n in told.nodes]
        new = nodes[0].model_copy(
            update={"id": "new", "text": "Call the customer", "bbox": (0.0, 0.0, 60.0, 40.0)}
        )
        lines = list(told.relations)
        lines[-1] = lines[-1].model_copy(update={"source": nodes[0].id})
        later = told.model_copy(update={"nodes": (*nodes, new), "relations": tuple(lines)})
        put(
            base, "alpha-2031-01-01.canvas", renamed(later, "x"),
            workspace="alpha", picture=row.picture,
        )  # fmt: skip
    return place


@pytest.fixture
def home(grown_home: Path, tmp_path: Path, quiet: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    del quiet
    place = tmp_path / "home"
    shutil.copytree(grown_home, place)
    monkeypatch.setenv("KB_HOME", str(place))
    return place


@pytest.fixture
def boards(home: Path, kb: Kb) -> list[str]:
    """The two versions, the older one first."""
    del home
    page = kb("boards", "list", "--json").json()["boards"]
    return [one["id"] for one in sorted(page, key=lambda one: str(one["source"]), reverse=True)]


def test_versions(boards: list[str], kb: Kb) -> None:
    old, new = boards
    told = kb("versions", "list", old, "--json").json()
    assert [one["at"]["board"]["id"] for one in told["later"]] == [new]
    assert told["later"][0]["at"]["dated"] == "name"
    assert f"later version: 2031-01-01 12:00 (name)  {new}" in kb("boards", "show", old).err
    shown = kb("versions", "list", new).out.splitlines()
    assert [line.split("  ")[1] for line in shown] == [old, new]
    gone = kb("versions", "reject", old, new, "--note", "two boards", "--json").json()
    assert (gone["earlier"], gone["later"], len(gone["rejected"])) == ([], [], 1)
    assert gone["rejected"][0]["decision"]["note"] == "two boards"
    assert len(kb("versions", "undo", old, new, "--json").json()["later"]) == 1
    assert kb("versions", "accept", old, new).out.count("accepted") == 1
    assert kb("versions", "accept", old, "nope").code == 2


def test_diff_in_words_json_and_colours(boards: list[str], kb: Kb, tmp_path: Path) -> None:
    old, new = boards
    shown = kb("diff", old, new)
    assert shown.code == 0
    lines = shown.out.splitlines()
    assert lines[0].startswith("--- alpha.canvas")
    assert any(line.startswith("+ “Call the customer”") for line in lines)
    assert "~ “Check stock”: now “Chek stock”" in lines
    assert any(line.startswith("> “Ship” →") for line in lines)
    told = kb("diff", new, "--json").json()  # from its former version
    assert told["before"]["board"]["id"] == old
    assert [node["text"] for node in told["nodes"]["added"]] == ["Call the customer"]
    picture = tmp_path / "changed.png"
    assert kb("diff", old, new, "--picture", str(picture)).code == 0
    with Image.open(picture) as drawn:
        assert drawn.format == "PNG"
    assert kb("diff", old, "--json").json()["error"]["code"] == "no_version"
    assert kb("diff", old, "nope").code == 2
    assert kb("diff", old, new, "--workspace", "beta").code == 2


def test_timeline(boards: list[str], kb: Kb) -> None:
    old, new = boards
    told = kb("timeline", "check stock", "--json").json()
    assert [event["what"] for event in told["events"]][:2] == ["appeared", "changed"]
    assert [event["citation"]["board"]["id"] for event in told["events"]][:2] == [old, new]
    shown = kb("timeline", "check stock")
    assert "“Check stock” is now “Chek stock” [2]" in shown.out
    assert f"board {new}" in shown.out
    assert kb("timeline", "quantum", "--json").json()["error"]["code"] == "no_such_thing"
    assert kb("timeline", "secret plan").code == 2  # it stands in another workspace


def test_links(boards: list[str], kb: Kb) -> None:
    del boards
    listed = kb("links", "list", "--json").json()
    (link,) = [one for one in listed["links"] if one["names"][1]["text"] == "Chek stock"]
    assert link["state"] == "suggested"
    assert link["id"] in kb("links", "list").out
    told = kb("links", "accept", link["id"], "--note", "a slip", "--json").json()["link"]
    assert (told["state"], told["joined"], told["decision"]["note"]) == ("accepted", True, "a slip")
    rejected = kb("links", "reject", "Check stock", "chek STOCK!", "--json").json()["link"]
    assert (rejected["id"], rejected["joined"]) == (link["id"], False)
    assert len(kb("links", "list", "--state", "rejected", "--json").json()["links"]) == 1
    assert kb("links", "undo", link["id"], "--json").json()["link"]["state"] == "suggested"
    alias = kb("links", "accept", "Ship", "Call the customer", "--json").json()["link"]
    assert (alias["score"], alias["signals"]) == (0.0, {})
    assert "a user said so" in kb("links", "list", "--name", "ship").out
    assert kb("links", "undo", "Ship", "Call the customer", "--json").json() == {"link": None}
    for wrong in (["accept", "one"], ["accept", "a", "b", "c"], ["list", "--state", "x"]):
        assert kb("links", *wrong).code == 2
    assert kb("links", "accept", "Ship", "Secret plan").code == 2
    assert kb("links", "suggest", "--json").json() == {"boards": 0}


def test_over_http(boards: list[str], home: Path, connect: Connect) -> None:
    del home
    old, new = boards
    client = connect()
    assert client.get("/v1/diff", params={"before": new}).json()["before"]["board"]["id"] == old
    drawn = client.get("/v1/diff/picture", params={"before": old, "after": new})
    assert drawn.headers["content-type"] == "image/png"
    assert Image.open(io.BytesIO(drawn.content)).format == "PNG"
    events = client.get("/v1/timeline", params={"thing": "stock"}).json()["events"]
    assert events[0]["what"] == "appeared"
    (link,) = client.get("/v1/links", params={"name": "Chek stock"}).json()["links"]
    names = [name["text"] for name in link["names"]]
    body = {"names": names, "state": "accepted", "by": "Aisha"}
    assert client.post("/v1/links", json=body).json()["link"]["decision"]["by"] == "Aisha"
    versions = client.get(f"/v1/boards/{old}/versions").json()
    assert len(versions["later"]) == 1
    said = client.post(f"/v1/boards/{old}/versions", json={"other": new, "state": "rejected"})
    assert len(said.json()["rejected"]) == 1
    assert code_of(client.get("/v1/diff", params={"before": new})) == "no_version"


def test_http_keeps_workspaces_apart(boards: list[str], home: Path, connect: Connect) -> None:
    del home
    old, new = boards
    beta = connect({"X-Workspace": "beta"})
    assert code_of(beta.get("/v1/diff", params={"before": old, "after": new})) == "not_found"
    picture = beta.get("/v1/diff/picture", params={"before": old, "after": new})
    assert code_of(picture) == "not_found"
    assert code_of(beta.get(f"/v1/boards/{old}/versions")) == "not_found"
    assert code_of(beta.get("/v1/timeline", params={"thing": "check stock"})) == "no_such_thing"
    assert beta.get("/v1/links").json() == {"links": [], "more": False}
    body = {"names": ["Check stock", "Chek stock"], "state": "accepted"}
    assert code_of(beta.post("/v1/links", json=body)) == "no_such_name"
    other = {"other": new, "state": "accepted"}
    assert code_of(beta.post(f"/v1/boards/{old}/versions", json=other)) == "not_found"
    foreign = beta.post("/v1/links", json=body, headers={"Origin": "http://evil.example"})
    assert code_of(foreign) == "foreign_origin"
    bad = beta.post("/v1/links", json={"names": ["a"], "state": "x"})
    assert code_of(bad) == "invalid_request"
