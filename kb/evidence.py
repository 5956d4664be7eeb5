"""What search and ask return: the same objects in Python, on the command line and over HTTP."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from kb.scene import Box, NodeKind, RelationKind, Tag

UnitKind = Literal["node", "relation", "board"]


class Shape(BaseModel):
    """Base of all results: frozen, no further fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class BoardRef(Shape):
    """Names a board in a result; `source` is the path as it was ingested."""

    id: str
    source: str
    title: str = ""


class Filters(Shape):
    """Narrows a search. Empty fields don't filter; several values of one field mean "any of"."""

    units: tuple[UnitKind, ...] = ()
    kinds: tuple[Literal[NodeKind, RelationKind], ...] = ()
    tags: tuple[Tag, ...] = ()
    colors: tuple[str, ...] = ()  # ink or fill
    since: datetime | None = None  # board drawn (`kb.drawn`) at or after
    until: datetime | None = None
    source: str = ""  # a path, or a folder of paths
    boards: tuple[str, ...] = ()


class Evidence(Shape):
    """A unit found for a question: where it stands, its words as written, and how well it fits."""

    board: BoardRef
    unit: UnitKind
    nodes: tuple[str, ...]
    region: Box
    text: str  # verbatim: the words of the node, "A → B: label" for a relation
    score: float


class SearchResult(Shape):
    """The answer to a search: evidence grouped by board, best board first."""

    query: str
    evidence: tuple[Evidence, ...]


class Citation(Shape):
    """Evidence that an answer uses, numbered as in the answer's ``[n]``.

    `name` is what the board is called: its title, with what tells it from others of that title
    (`kb.apart`).
    """

    n: Annotated[int, Field(ge=1)]
    board: BoardRef
    nodes: tuple[str, ...]
    region: Box
    text: str
    name: str = ""


class Turn(Shape):
    """A question that was asked before, and what was answered."""

    question: str
    answer: str


class Answer(Shape):
    """The answer to a question. Not `answered`: the boards don't hold it, and `answer` says so.

    `model` is the served model that wrote it, "" where it is composed of quotes; `note` tells
    where it is less than was hoped for, as when the served model doesn't answer,
    that the workspace holds no boards, or what else tells of changes.
    """

    question: str
    answered: bool
    answer: str
    citations: tuple[Citation, ...]
    evidence: tuple[Evidence, ...]
    model: str = ""
    note: str = ""


class Found(Shape):
    """Begins a streamed answer: the evidence, before anything is said about it."""

    event: Literal["evidence"] = "evidence"
    evidence: tuple[Evidence, ...]


class Said(Shape):
    """A piece of a streamed answer whose citations are checked; all pieces joined are the answer.

    `citations` are those that this piece is the first to use.
    """

    event: Literal["text"] = "text"
    text: str
    citations: tuple[Citation, ...] = ()


class Done(Shape):
    """Ends a streamed answer: all of it."""

    event: Literal["answer"] = "answer"
    answer: Answer


Event = Found | Said | Done


def told(answer: Answer) -> Iterable[Event]:
    """Give an answer that is already whole as the events after the evidence."""
    yield Said(text=answer.answer, citations=answer.citations)
    yield Done(answer=answer)
