"""The one way to ask: by the served model where one is set, else from the boards' words alone.

Both give the same events and the same `Answer`. The asynchronous ways run on threads of their own,
so that waiting for a model takes no thread from anything else.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from functools import lru_cache
from typing import TYPE_CHECKING

from kb.answer.extractive import extractive
from kb.emptiness import emptiness_of
from kb.evidence import Answer, Done, Event, Found, Turn, told
from kb.simplified import simplified

if TYPE_CHECKING:
    from kb.base import KnowledgeBase

CHANGES = "`kb diff A B` compares two boards, `kb diff BOARD` a board with its version before"
_ASKS_CHANGES = re.compile(
    r"\bwhat(?:'s| is| has| have| was)? (?:changed|different|new)\b|\b(?:changes|differences?)\b"
    r"|\bhow (?:do|does|did|has|have)\b.*\b(?:differ|changed?)\b"
    r"|(?:有|做)了?(?:什么|哪些)(?:变化|变动|改动|不同|区别)|(?:改|变)了(?:什么|哪些|多少)|区别是什么",
    re.IGNORECASE,
)
AT_ONCE = 32  # asynchronous questions of a process that are worked on; others wait their turn


def ask(
    base: KnowledgeBase,
    question: str,
    *,
    workspace: str,
    k: int = 10,
    history: Sequence[Turn] = (),
) -> Answer:
    """Answer `question` from the boards of `workspace`, in the question's language.

    Every statement carries a citation ``[n]`` of stored nodes. Where the boards don't hold the
    answer, `answered` is False, there are no citations, and `evidence` is the nearest there is.
    `history` holds the turns before, oldest first, for questions like "and who owns it?"; the
    answer's `question` is then the whole question that was understood.

    Raises:
        WrongUse: the question is empty or too long, or `k` makes no sense.
    """
    if not base.settings.llm_url:
        return _composed(base, question, workspace=workspace, k=k, history=history)
    for event in ask_stream(base, question, workspace=workspace, k=k, history=history):
        if isinstance(event, Done):
            return event.answer
    raise AssertionError("a stream without an answer")


def ask_stream(
    base: KnowledgeBase,
    question: str,
    *,
    workspace: str,
    k: int = 10,
    history: Sequence[Turn] = (),
) -> Generator[Event, None, None]:
    """Answer as `ask` does, piece by piece. Raises at the first event."""
    if base.settings.llm_url and base.catalog.has_board(workspace):
        from kb.answer.served import stream

        yield from stream(base, question, workspace=workspace, k=k, history=history)
        return
    answer = _composed(base, question, workspace=workspace, k=k, history=history)
    yield Found(evidence=answer.evidence)
    yield from told(answer)


def _composed(
    base: KnowledgeBase, question: str, *, workspace: str, k: int, history: Sequence[Turn]
) -> Answer:
    """Compose an answer of the boards' words; its note says what to do where there is none."""
    answer = extractive(base, question, workspace=workspace, k=k, history=history)
    if answer.answered:
        return answer
    note = emptiness_of(base, workspace) or _elsewhere(answer.question)
    return answer.model_copy(update={"note": note}) if note else answer


def _elsewhere(question: str) -> str:
    """Return the words for what tells changes, "" for other questions."""
    return CHANGES if _ASKS_CHANGES.search(simplified(question)) else ""


async def ask_async(
    base: KnowledgeBase,
    question: str,
    *,
    workspace: str,
    k: int = 10,
    history: Sequence[Turn] = (),
) -> Answer:
    """Answer as `ask` does, without blocking the event loop."""
    return await asyncio.get_running_loop().run_in_executor(
        _threads(), lambda: ask(base, question, workspace=workspace, k=k, history=history)
    )


async def ask_stream_async(
    base: KnowledgeBase,
    question: str,
    *,
    workspace: str,
    k: int = 10,
    history: Sequence[Turn] = (),
) -> AsyncIterator[Event]:
    """Stream as `ask_stream` does, without blocking the event loop."""
    events = ask_stream(base, question, workspace=workspace, k=k, history=history)
    context = copy_context()  # one for all steps, whichever thread takes them
    step: Future[Event | None] | None = None
    try:
        while True:
            step = _threads().submit(context.run, _next, events)
            event = await asyncio.shield(asyncio.wrap_future(step))
            if event is None:
                return
            yield event
    finally:
        # A caller who leaves ends the request to the model, as soon as its step is over.
        if step is not None:
            step.add_done_callback(lambda _: context.run(events.close))


def _next(events: Iterator[Event]) -> Event | None:
    return next(events, None)


@lru_cache(maxsize=1)
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(AT_ONCE, thread_name_prefix="answer")
