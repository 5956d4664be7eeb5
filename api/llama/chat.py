"""Conversations with the boards as a LlamaIndex chat engine."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from llama_index.core.base.llms.types import ChatMessage, ChatResponse, MessageRole
from llama_index.core.chat_engine.types import (
    AgentChatResponse,
    BaseChatEngine,
    StreamingAgentChatResponse,
)

from api.llama.nodes import metadata_of, nodes_of
from kb.answer import ask, ask_async, ask_stream, ask_stream_async
from kb.evidence import Answer, Done, Event, Found, Said, Turn

if TYPE_CHECKING:
    from kb.base import KnowledgeBase


@dataclass
class StreamingBoardResponse(StreamingAgentChatResponse):
    """A streaming response with metadata, complete once its text is read to the end."""

    metadata: dict[str, Any] | None = None


class BoardChatEngine(BaseChatEngine):
    """Answers questions from the boards of one workspace, the turns before in mind.

    Responses carry the same `source_nodes` and `metadata` as those of `BoardQueryEngine`. A
    streamed turn joins the history once its text is read to the end.

    Args:
        base: the open knowledge base.
        workspace: whose boards are asked.
        k: most pieces of evidence.
        chat_history: what was said before.
    """

    def __init__(
        self,
        base: KnowledgeBase,
        workspace: str,
        *,
        k: int = 10,
        chat_history: Sequence[ChatMessage] = (),
    ) -> None:
        self._base = base
        self._options: dict[str, Any] = {"workspace": workspace, "k": k}
        self._history = list(chat_history)

    @property
    def chat_history(self) -> list[ChatMessage]:
        """What was said so far."""
        return list(self._history)

    def reset(self) -> None:
        """Forget what was said."""
        self._history.clear()

    def chat(
        self, message: str, chat_history: list[ChatMessage] | None = None
    ) -> AgentChatResponse:
        """Answer; `chat_history` replaces what was said before."""
        history = self._begin(chat_history)
        return self._end(message, ask(self._base, message, history=history, **self._options))

    async def achat(
        self, message: str, chat_history: list[ChatMessage] | None = None
    ) -> AgentChatResponse:
        """Answer without blocking the event loop."""
        history = self._begin(chat_history)
        answer = await ask_async(self._base, message, history=history, **self._options)
        return self._end(message, answer)

    def stream_chat(
        self, message: str, chat_history: list[ChatMessage] | None = None
    ) -> StreamingBoardResponse:
        """Answer piece by piece; every piece is checked before it comes."""
        history = self._begin(chat_history)
        events = ask_stream(self._base, message, history=history, **self._options)
        response = _streaming(next(events))

        def pieces() -> Iterator[ChatResponse]:
            for event in events:
                yield from self._told(event, message, response)

        response.chat_stream = pieces()  # type: ignore[assignment]  # a generator, as it wants
        return response

    async def astream_chat(
        self, message: str, chat_history: list[ChatMessage] | None = None
    ) -> StreamingBoardResponse:
        """Answer piece by piece without blocking the event loop."""
        history = self._begin(chat_history)
        events = ask_stream_async(self._base, message, history=history, **self._options)
        response = _streaming(await anext(events))

        async def pieces() -> AsyncIterator[ChatResponse]:
            async for event in events:
                for piece in self._told(event, message, response):
                    yield piece

        response.achat_stream = pieces()  # type: ignore[assignment]  # a generator, as it wants
        return response

    def _begin(self, chat_history: list[ChatMessage] | None) -> list[Turn]:
        if chat_history is not None:
            self._history = list(chat_history)
        return turns_of(self._history)

    def _end(self, message: str, answer: Answer) -> AgentChatResponse:
        self._remember(message, answer)
        return AgentChatResponse(
            response=answer.answer,
            source_nodes=nodes_of(answer.evidence),
            metadata=metadata_of(answer),
        )

    def _told(
        self, event: Event, message: str, response: StreamingBoardResponse
    ) -> Iterator[ChatResponse]:
        if isinstance(event, Said):
            yield ChatResponse(message=_said(event.text), delta=event.text)
        elif isinstance(event, Done):
            self._remember(message, event.answer)
            response.metadata = metadata_of(event.answer)

    def _remember(self, message: str, answer: Answer) -> None:
        asked = ChatMessage(role=MessageRole.USER, content=message)
        self._history += [asked, _said(answer.answer)]


def turns_of(messages: Sequence[ChatMessage]) -> list[Turn]:
    """Return the questions with their answers; other messages are left out."""
    said = [m for m in messages if m.role in (MessageRole.USER, MessageRole.ASSISTANT)]
    return [
        Turn(question=one.content or "", answer=two.content or "")
        for one, two in pairwise(said)
        if (one.role, two.role) == (MessageRole.USER, MessageRole.ASSISTANT)
    ]


def _said(text: str) -> ChatMessage:
    return ChatMessage(role=MessageRole.ASSISTANT, content=text)


def _streaming(first: Event) -> StreamingBoardResponse:
    sources = nodes_of(first.evidence) if isinstance(first, Found) else []
    return StreamingBoardResponse(source_nodes=sources, is_writing_to_memory=False)
