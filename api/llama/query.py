"""Answers from the boards as a LlamaIndex query engine."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.response.schema import (
    RESPONSE_TYPE,
    AsyncStreamingResponse,
    Response,
    StreamingResponse,
)
from llama_index.core.callbacks.base import CallbackManager
from llama_index.core.schema import NodeWithScore, QueryBundle

from api.llama.nodes import metadata_of, nodes_of
from api.llama.retriever import BoardRetriever
from kb.answer import ask, ask_async, ask_stream, ask_stream_async
from kb.evidence import Done, Event, Found, Said

if TYPE_CHECKING:
    from kb.base import KnowledgeBase


class BoardQueryEngine(BaseQueryEngine):
    """Answers questions from the boards of one workspace.

    The response's `source_nodes` are the evidence; its `metadata` have `answered`, `citations` (as
    in the answer of `kb ask --json`), `note` and `model`. A streaming response has its metadata
    once its text is read to the end; every piece of text is checked before it comes.

    Args:
        base: the open knowledge base.
        workspace: whose boards are asked.
        k: most pieces of evidence.
        streaming: give responses that come piece by piece.
        callback_manager: LlamaIndex's.
    """

    def __init__(
        self,
        base: KnowledgeBase,
        workspace: str,
        *,
        k: int = 10,
        streaming: bool = False,
        callback_manager: CallbackManager | None = None,
    ) -> None:
        self._base, self._k, self._streaming = base, k, streaming
        self._workspace = workspace
        super().__init__(callback_manager)

    def retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        """Return the evidence alone."""
        return BoardRetriever(self._base, self._workspace, k=self._k).retrieve(query_bundle)

    def _get_prompt_modules(self) -> dict[str, Any]:
        return {}

    def _query(self, query_bundle: QueryBundle) -> RESPONSE_TYPE:
        asked = query_bundle.query_str
        if not self._streaming:
            answer = ask(self._base, asked, workspace=self._workspace, k=self._k)
            return Response(answer.answer, nodes_of(answer.evidence), metadata_of(answer))
        events = ask_stream(self._base, asked, workspace=self._workspace, k=self._k)
        metadata: dict[str, Any] = {}
        sources = _sources(next(events))
        return StreamingResponse(_texts(events, metadata), sources, metadata)

    async def _aquery(self, query_bundle: QueryBundle) -> RESPONSE_TYPE:
        asked = query_bundle.query_str
        if not self._streaming:
            answer = await ask_async(self._base, asked, workspace=self._workspace, k=self._k)
            return Response(answer.answer, nodes_of(answer.evidence), metadata_of(answer))
        events = ask_stream_async(self._base, asked, workspace=self._workspace, k=self._k)
        metadata: dict[str, Any] = {}
        sources = _sources(await anext(events))
        return AsyncStreamingResponse(_texts_async(events, metadata), sources, metadata)


def _sources(first: Event) -> list[NodeWithScore]:
    return nodes_of(first.evidence) if isinstance(first, Found) else []


def _texts(events: Iterator[Event], metadata: dict[str, Any]) -> Any:
    for event in events:
        if isinstance(event, Said):
            yield event.text
        elif isinstance(event, Done):
            metadata.update(metadata_of(event.answer))


async def _texts_async(events: AsyncIterator[Event], metadata: dict[str, Any]) -> Any:
    async for event in events:
        if isinstance(event, Said):
            yield event.text
        elif isinstance(event, Done):
            metadata.update(metadata_of(event.answer))
