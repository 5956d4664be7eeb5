"""The boards in LlamaIndex programs."""

from __future__ import annotations

import asyncio
import contextlib
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from llama_index.core import Document, VectorStoreIndex
from llama_index.core.base.llms.types import ChatMessage
from llama_index.core.schema import NodeWithScore

from api.llama import (
    BoardChatEngine,
    BoardEmbedding,
    BoardQueryEngine,
    BoardReader,
    BoardRetriever,
)
from kb.answer import ask
from kb.base import KnowledgeBase
from kb.errors import NotFound, WrongUse
from kb.evidence import Filters
from kb.search import search
from tests.llm import ScriptedModel, Wire, offered, says
from tests.stores import open_store

QUESTION = "What follows Pack the order?"
DOC = Path(__file__).resolve().parents[3] / "docs" / "llama-index.md"


@pytest.fixture
def base(reading: Path) -> Iterator[KnowledgeBase]:
    with open_store(reading) as base:
        yield base


def places(nodes: list[NodeWithScore]) -> list[tuple[Any, ...]]:
    return [(n.metadata["board"], n.metadata["nodes"], n.text, n.score) for n in nodes]


def test_the_retriever_finds_what_search_finds(base: KnowledgeBase) -> None:
    found = search(base, "supplier late", workspace="alpha", k=4).evidence
    retriever = BoardRetriever(base, "alpha", k=4)
    nodes = retriever.retrieve("supplier late")
    assert places(nodes) == [(e.board.id, list(e.nodes), e.text, e.score) for e in found]
    assert nodes[0].metadata["source"] == "alpha.canvas"
    assert len(nodes[0].metadata["region"]) == 4
    assert nodes[0].node.ref_doc_id == found[0].board.id
    assert "region" not in nodes[0].node.get_content("llm")
    assert places(asyncio.run(retriever.aretrieve("supplier late"))) == places(nodes)
    assert [n.node_id for n in retriever.retrieve("supplier late")] == [n.node_id for n in nodes]


def test_the_retriever_stays_in_its_workspace_and_filters(base: KnowledgeBase) -> None:
    assert BoardRetriever(base, "nobody").retrieve("plan") == []
    risks = BoardRetriever(base, "alpha", filters=Filters(tags=("risk",))).retrieve("order")
    assert {n.text for n in risks} == {"Risk: supplier late"}
    with pytest.raises(WrongUse):
        BoardRetriever(base, "alpha").retrieve("")


@pytest.mark.parametrize("question", [QUESTION, "Who is the landlord of the Berlin office?"])
def test_the_query_engine_answers_as_ask_does(base: KnowledgeBase, question: str) -> None:
    answer = ask(base, question, workspace="alpha")
    plain, streaming = (
        BoardQueryEngine(base, "alpha"),
        BoardQueryEngine(base, "alpha", streaming=True),
    )

    async def asynchronous() -> tuple[Any, str, Any]:
        whole = await plain.aquery(question)
        pieces = await streaming.aquery(question)
        return whole, "".join([t async for t in pieces.response_gen]), pieces

    whole, text, pieces = asyncio.run(asynchronous())
    stream = streaming.query(question)
    assert "".join(stream.response_gen) == text == str(plain.query(question)) == answer.answer
    for response in (plain.query(question), whole, pieces, stream):
        assert response.metadata == {
            "answered": answer.answered,
            "citations": [c.model_dump(mode="json") for c in answer.citations],
            "note": "",
            "model": "",
        }
        assert [n.text for n in response.source_nodes] == [e.text for e in answer.evidence]
    assert [n.text for n in plain.retrieve(_bundle(question))]


def _bundle(question: str) -> Any:
    from llama_index.core.schema import QueryBundle

    return QueryBundle(question)


def test_a_served_model_writes_through_all_engines(reading: Path) -> None:
    def script(request: dict[str, Any], wire: Wire) -> None:
        if "rewrite" in request["messages"][0]["content"]:
            says(QUESTION)(request, wire)
            return
        n = next(e["id"] for e in offered(request) if "Pack the order → Ship" in e["text"])
        says(f"After the order is packed comes “Ship” [{n}]. Made up [99].")(request, wire)

    shown = "After the order is packed comes “Ship” [1]."
    with ScriptedModel(script) as model, open_store(reading, llm_url=model.url) as base:
        chat = BoardChatEngine(base, "alpha")
        assert str(BoardQueryEngine(base, "alpha").query(QUESTION)) == shown
        assert str(chat.chat("What follows Check stock?")) == shown
        assert len(model.requests) == 2
        stream = chat.stream_chat("And what follows that?")
        assert "".join(stream.response_gen) == shown == stream.response
        assert len(model.requests) == 4  # the question made whole, then answered
        assert stream.metadata is not None
        assert stream.metadata["citations"][0]["text"] == "Pack the order → Ship"

        async def on() -> tuple[str, str]:
            streamed = await chat.astream_chat("And then?")
            text = "".join([t async for t in streamed.async_response_gen()])
            return text, str(await chat.achat("And then?"))

        assert asyncio.run(on()) == (shown, shown)
        assert [m.role.value for m in chat.chat_history] == ["user", "assistant"] * 4


def test_the_chat_engine_keeps_and_forgets(base: KnowledgeBase) -> None:
    chat = BoardChatEngine(base, "alpha")
    told = chat.chat(QUESTION)
    assert told.metadata is not None
    assert told.metadata["citations"][0]["board"]["source"] == "alpha.canvas"
    assert [m.content for m in chat.chat_history] == [QUESTION, str(told)]
    other = [ChatMessage(role="user", content="Hi"), ChatMessage(role="assistant", content="Hello")]
    chat.chat(QUESTION, chat_history=other)
    assert [m.content for m in chat.chat_history] == ["Hi", "Hello", QUESTION, str(told)]
    chat.reset()
    assert chat.chat_history == []
    left = chat.stream_chat(QUESTION)
    del left  # unread: it was never said
    assert chat.chat_history == []


def test_the_reader_gives_each_board_once(base: KnowledgeBase) -> None:
    documents = BoardReader(base, "beta").load_data()
    assert [d.metadata["source"] for d in documents] == ["beta.canvas"]
    assert "熔断降级" in documents[0].text
    board = documents[0].metadata["board"]
    assert documents[0].id_ == board
    assert [d.text for d in BoardReader(base, "beta").load_data(boards=[board])] == [
        documents[0].text
    ]
    assert BoardReader(base, "beta").load_data(boards=[]) == []
    assert BoardReader(base, "nobody").load_data() == []
    with pytest.raises(NotFound):
        BoardReader(base, "alpha").load_data(boards=[board])


def test_boards_and_documents_in_one_index(base: KnowledgeBase) -> None:
    embedding = BoardEmbedding(base.embedder)
    documents = [*BoardReader(base, "alpha").load_data(), Document(text="The canteen opens at ten")]
    retriever = VectorStoreIndex.from_documents(documents, embed_model=embedding).as_retriever(
        similarity_top_k=1
    )
    assert retriever.retrieve("canteen opens")[0].text == "The canteen opens at ten"
    found = asyncio.run(retriever.aretrieve("Check stock supplier late"))
    assert found[0].metadata["source"] == "alpha.canvas"
    assert len(embedding.get_text_embedding("x")) == base.embedder.dim


def test_the_page_runs(reading: Path) -> None:
    del reading  # it names the store that the page opens
    from llama_index.core import Settings

    code = "\n".join(re.findall(r"^```python\n(.*?)^```", DOC.read_text("utf-8"), re.M | re.S))
    before = Settings._llm, Settings._embed_model
    out, names = io.StringIO(), {"__name__": "page"}
    try:
        with contextlib.redirect_stdout(out):
            exec(compile(code, str(DOC), "exec"), names)  # noqa: S102 - our own page
    finally:
        Settings._llm, Settings._embed_model = before
        names["base"].close()  # type: ignore[attr-defined]  # the page opens it
    printed = out.getvalue()
    assert "'Parcels are shipped within two working days of payment.' handbook" in printed
    assert re.search(r"^'.*' \[[\d., ]+\]$", printed, re.M)
    assert "The canteen is open" in printed
    assert "“Ship”" in printed
    assert re.search(r"^1 alpha\.canvas \[", printed, re.M)
