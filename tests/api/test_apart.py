"""Boards of one title are told apart alike by the `kb` command, the API and the chat API."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.scene import ExtractorInfo, Node, Scene
from tests.api.conftest import Connect, Kb
from tests.kb.links.filling import put
from tests.stores import open_store

QUESTION = "Which boards mention the lantern deposit?"


@pytest.fixture
def twins(home: Path) -> None:
    with open_store(home) as base:
        row = base.catalog.boards("alpha")[0]
        for folder, text in (("fair", "Lantern deposit paid"), ("club", "Lantern deposit open")):
            node = Node(id="a", kind="box", text=text, bbox=(0, 0, 90, 40))
            told = Scene(
                title="Money", width=100, height=100, nodes=(node,), relations=(),
                extractor=ExtractorInfo(name="native"),
            )  # fmt: skip
            put(base, f"{folder}/money.canvas", told, workspace="alpha", picture=row.picture)


@pytest.mark.usefixtures("twins")
def test_cited_boards_of_one_title_are_told_apart(connect: Connect, kb: Kb) -> None:
    names = {"Money (fair)", "Money (club)"}
    client = connect()
    told = client.post("/v1/ask", json={"question": QUESTION}).json()
    assert {one["name"] for one in told["citations"]} == names
    assert {one["board"]["title"] for one in told["citations"]} == {"Money"}
    chat = {"model": "kb", "messages": [{"role": "user", "content": QUESTION}]}
    said = client.post("/v1/chat/completions", json=chat).json()
    content = said["choices"][0]["message"]["content"]
    assert all(f"“{name}” [" in content for name in names)
    assert said["kb"]["citations"] == told["citations"]
    printed = kb("ask", QUESTION).out
    assert all(f"“{name}” [" in printed for name in names)
    assert all(
        f"{folder}/money.canvas · Money ({folder})" in printed for folder in ("fair", "club")
    )


@pytest.mark.usefixtures("twins")
def test_a_title_that_stands_alone_has_nothing_beside_it(kb: Kb) -> None:
    told = kb("ask", "Which boards mention lantern deposit paid?", "--json").json()
    assert [one["name"] for one in told["citations"]] == ["Money"]
