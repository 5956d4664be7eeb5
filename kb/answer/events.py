"""What a streamed answer is made of, in this order: `Found`, any number of `Said`, one `Done`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from kb.evidence import Answer, Citation, Evidence, Shape


class Found(Shape):
    """The evidence, before anything is said about it."""

    event: Literal["evidence"] = "evidence"
    evidence: tuple[Evidence, ...]


class Said(Shape):
    """A piece of the answer whose citations are checked; all pieces joined are the answer.

    `citations` are those that this piece is the first to use.
    """

    event: Literal["text"] = "text"
    text: str
    citations: tuple[Citation, ...] = ()


class Done(Shape):
    """The whole answer, last."""

    event: Literal["answer"] = "answer"
    answer: Answer


Event = Found | Said | Done


def told(answer: Answer) -> Iterable[Event]:
    """Give an answer that is already whole as events."""
    yield Said(text=answer.answer, citations=answer.citations)
    yield Done(answer=answer)
