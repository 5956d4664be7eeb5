"""What happened to a thing, over all boards: it came, changed, was joined, decided, finished."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb.timeline.shapes import Event, Timeline

if TYPE_CHECKING:
    from kb.base import KnowledgeBase

__all__ = ["Event", "Timeline", "timeline_of"]


def timeline_of(base: KnowledgeBase, thing: str, *, workspace: str) -> Timeline:
    """Return what the boards of a workspace tell of `thing`, oldest first, each event cited.

    Versions of one board are compared with one another; on another board the thing appears anew,
    and only what joins it to others for the first time is told. In the language of `thing`.

    Raises:
        NotFound: no board has anything called like it.
        WrongUse: it is empty or too long.
    """
    from kb.text import language_of
    from kb.timeline.events import Teller
    from kb.timeline.sightings import histories
    from kb.timeline.things import names_meant
    from kb.timeline.words import Words

    with base.catalog.reading() as session:
        names = names_meant(session, workspace, thing)
        boards = histories(session, workspace, names)
    teller = Teller(Words(zh=language_of(thing) == "zh"))
    for history in boards:
        teller.history(history)
    return Timeline(thing=thing, names=tuple(names), events=teller.events())
