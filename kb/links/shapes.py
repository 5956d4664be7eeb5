"""Links and versions as they are shown: in Python, on the command line and over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from kb.compare.shapes import BoardAt
from kb.evidence import BoardRef
from kb.scene import Box

State = Literal["suggested", "accepted", "rejected"]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Decision(_Shape):
    """Who accepted or rejected a suggestion, when, and in their words why."""

    by: str
    at: datetime
    note: str


class Place(_Shape):
    """A node that has a name."""

    board: BoardRef
    node: str
    region: Box
    text: str


class Name(_Shape):
    """A name as it is written, and the first nodes that have it, of `count`."""

    text: str
    count: int
    places: tuple[Place, ...]


class Link(_Shape):
    """Two names that may be one thing.

    Attributes:
        id: names the link in commands.
        score: how likely, by the two names alone; `signals` are the likenesses that speak for it:
            ``words``, ``spelling``, ``meaning``.
        neighbours: pairs of names beside them that are one thing as well.
        strength: the score with what the neighbours add.
        joined: whether answers go from one to the other.
    """

    id: str
    names: tuple[Name, Name]
    score: float
    signals: dict[str, float]
    neighbours: tuple[tuple[str, str], ...]
    strength: float
    state: State
    joined: bool
    decision: Decision | None


class LinkPage(_Shape):
    """Some of the links of a workspace, the strongest names first; `more` if there are others."""

    links: tuple[Link, ...]
    more: bool


class Version(_Shape):
    """A board that may be the one asked about at another time.

    `score` and `signals` are of these two boards, or 0 where a third one joins them.
    """

    at: BoardAt
    score: float
    signals: dict[str, float]
    state: State
    decision: Decision | None


class Versions(_Shape):
    """A board and its versions in time order, the oldest first; and what is said to be none."""

    board: BoardAt
    earlier: tuple[Version, ...]
    later: tuple[Version, ...]
    rejected: tuple[Version, ...]
