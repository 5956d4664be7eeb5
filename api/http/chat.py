"""OpenAI's chat API, answered from the boards: /v1/chat/completions and /v1/models.

The last message is the question, the user's and assistant's messages before it are the turns
before. System messages are not read: what an answer may say is no caller's choice. Settings of a
language model (temperature and the like) are taken and mean nothing.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import AsyncIterator, Sequence
from itertools import pairwise
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from api.http.documented import answer, body, errors
from api.http.events import MEDIA_TYPE, begun, event_stream, sse
from api.http.scope import StoreOf, Workspace
from api.http.shapes import EXAMPLES
from kb.errors import WrongUse
from kb.evidence import Citation, Done, Event, Said, Turn

router = APIRouter(prefix="/v1", tags=["chat"])

MODEL = "whiteboards"
MAX_MESSAGES = 200


class _Message(BaseModel):
    model_config = ConfigDict(extra="ignore")


class TextPart(_Message):
    """A part of a message."""

    type: str
    text: str = ""


class ChatMessage(_Message):
    """A message of a conversation."""

    role: str
    content: str | list[TextPart] | None = None

    def text(self) -> str:
        """Return its words; parts that are no text are left out."""
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content if part.type == "text")
        return self.content or ""


class ChatBody(_Message):
    """A conversation whose last message is a question."""

    messages: Annotated[list[ChatMessage], Field(min_length=1, max_length=MAX_MESSAGES)]
    model: str = MODEL
    stream: bool = False


class Told(BaseModel):
    """What OpenAI's shape has no place for."""

    answered: bool
    citations: tuple[Citation, ...]
    note: str


class ChatChoice(BaseModel):
    """The one answer."""

    index: int = 0
    message: dict[str, str]
    finish_reason: Literal["stop"] = "stop"


class ChatCompletion(BaseModel):
    """An answer in OpenAI's shape; `kb` has its citations."""

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str = MODEL
    choices: tuple[ChatChoice, ...]
    kb: Told


class ModelList(BaseModel):
    """The models that can be asked."""

    object: Literal["list"] = "list"
    data: tuple[dict[str, Any], ...]


@router.get("/models", responses={**errors(), **answer("models", "The one model there is")})
def list_models(_store: StoreOf) -> ModelList:
    """List the models, as clients of OpenAI's API ask first."""
    return ModelList(data=({"id": MODEL, "object": "model", "created": 0, "owned_by": "kb"},))


@router.post(
    "/chat/completions",
    response_model=ChatCompletion,
    responses={
        **errors(write=True),
        200: {
            "description": "The answer; with `stream`, its pieces as server-sent events",
            "content": {
                "application/json": {"example": EXAMPLES["chat"]},
                MEDIA_TYPE: {"example": sse(EXAMPLES["chat_chunk"]) + "data: [DONE]\n\n"},
            },
        },
    },
)
async def complete(
    store: StoreOf,
    workspace: Workspace,
    body: Annotated[ChatBody, Body(openapi_examples=body("chat_body"))],
) -> ChatCompletion | Response:
    """Answer the last message from the boards, as a chat model would."""
    from kb.answer import ask_async, ask_stream_async

    question, history = conversation(body.messages)
    base = await run_in_threadpool(lambda: store.base)
    head: dict[str, Any] = {"id": f"chatcmpl-{secrets.token_hex(12)}", "created": int(time.time())}
    if body.stream:
        events = ask_stream_async(base, question, workspace=workspace, history=history)
        return event_stream(_chunks(await begun(events), head))
    told = await ask_async(base, question, workspace=workspace, history=history)
    return ChatCompletion(
        **head,
        choices=(ChatChoice(message={"role": "assistant", "content": told.answer}),),
        kb=Told(answered=told.answered, citations=told.citations, note=told.note),
    )


def conversation(messages: Sequence[ChatMessage]) -> tuple[str, tuple[Turn, ...]]:
    """Return the question and the turns before it. Raises `WrongUse` where nobody asks."""
    said = [m for m in messages if m.role in ("user", "assistant")]
    if not said or said[-1].role != "user":
        raise WrongUse("the last message is no user's", code="no_question")
    turns = [
        Turn(question=one.text(), answer=two.text())
        for one, two in pairwise(said)
        if (one.role, two.role) == ("user", "assistant")
    ]
    return said[-1].text(), tuple(turns)


async def _chunks(events: AsyncIterator[Event], head: dict[str, Any]) -> AsyncIterator[str]:
    yield _chunk(head, {"role": "assistant", "content": ""})
    async for event in events:
        if isinstance(event, Said):
            told = {"citations": [c.model_dump(mode="json") for c in event.citations]}
            yield _chunk(head, {"content": event.text}, told)
        elif isinstance(event, Done):
            end = Told(**event.answer.model_dump(include={"answered", "citations", "note"}))
            yield _chunk(head, {}, end.model_dump(mode="json"), reason="stop")
    yield "data: [DONE]\n\n"


def _chunk(
    head: dict[str, Any],
    delta: dict[str, str],
    told: dict[str, Any] | None = None,
    reason: str | None = None,
) -> str:
    choice = {"index": 0, "delta": delta, "finish_reason": reason}
    chunk = {**head, "object": "chat.completion.chunk", "model": MODEL, "choices": [choice]}
    return sse(chunk if told is None else {**chunk, "kb": told})
