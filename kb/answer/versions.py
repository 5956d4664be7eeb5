"""Photos of one board say a thing once: what its versions repeat is told together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kb.answer.room import Room
from kb.choice import same_words
from kb.graph import Thing
from kb.links.history import joined

Told = list[Thing]
"""What one thing is on a board and on its versions, in the order given."""


def told_once(room: Room, things: Sequence[Thing]) -> list[Told]:
    """Bring together what versions of one board repeat, in the order of the first of each.

    Two notes of the same words on one board stay two.
    """
    boards = {thing.ref[0] for thing in things}
    histories = joined(room.notes.session, room.workspace, boards) if len(boards) > 1 else []
    of = {board: number for number, history in enumerate(histories) for board in history}
    told: list[Told] = []
    by_history: dict[int, list[Told]] = {}
    for thing in things:
        known = by_history.setdefault(of.get(thing.ref[0], 0), [])
        same = _same(thing, known)
        if same is None:
            known.append(same := [])
            told.append(same)
        same.append(thing)
    return told


def cited(room: Room, told: Iterable[Thing]) -> str:
    """Return the marks of a thing, one for each version of its board."""
    return "".join(room.notes.cite(room.notes.of_thing(thing)) for thing in told)


def _same(thing: Thing, known: Iterable[Told]) -> Told | None:
    """Return what other versions say in the same words, rather just so than misread."""
    others = [told for told in known if all(one.ref[0] != thing.ref[0] for one in told)]
    just_so = (told for told in others if told[0].key == thing.key)
    nearly = (told for told in others if same_words(told[0].key, thing.key))
    return next(just_so, None) or next(nearly, None)
