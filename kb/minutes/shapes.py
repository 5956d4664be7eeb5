"""What minutes are: the same objects in Python, on the command line and over HTTP."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from kb.evidence import BoardRef, Citation

SectionName = Literal[
    "goals", "modules", "flow", "decisions", "todos", "questions", "risks", "notes"
]
SECTIONS: tuple[SectionName, ...] = get_args(SectionName)

Numbers = Annotated[tuple[Annotated[int, Field(ge=1)], ...], Field(min_length=1)]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Line(_Shape):
    """One line of the minutes: what the board says, and the numbers of its citations.

    `owner`, `due` and `done` belong to to-dos; "" and False where the board doesn't say.
    `suggestions` are ours, not the board's.
    """

    text: str
    cites: Numbers
    depth: Annotated[int, Field(ge=0)] = 0  # a member of a module stands below its name
    owner: str = ""
    due: str = ""
    done: bool = False
    suggestions: tuple[str, ...] = ()


class Section(_Shape):
    """Lines of one kind; `more` counts those that were left out."""

    name: SectionName
    lines: tuple[Line, ...]
    more: Annotated[int, Field(ge=0)] = 0


class Diagram(_Shape):
    """A board as a Mermaid flowchart."""

    board: BoardRef
    mermaid: str


class Minutes(_Shape):
    """The minutes of one meeting: its boards, what they say by section, diagrams, citations."""

    title: str
    language: Literal["en", "zh"]
    boards: tuple[BoardRef, ...]
    sections: tuple[Section, ...]
    diagrams: tuple[Diagram, ...]
    citations: tuple[Citation, ...]
