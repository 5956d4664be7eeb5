"""What happened to a thing: the same object in Python, on the command line and over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from kb.evidence import Citation

What = Literal[
    "appeared", "changed", "moved", "connected", "disconnected", "decided", "finished", "gone"
]


class Event(BaseModel):
    """One thing that happened, told in a sentence and cited.

    `dated` tells where the moment comes from (`kb.moments`). What is gone is cited where it was.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    when: datetime
    dated: str
    what: What
    text: str
    citation: Citation


class Timeline(BaseModel):
    """A thing over all boards, oldest first; `names` are the names under which it was found."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    thing: str
    names: tuple[str, ...]
    events: tuple[Event, ...]
