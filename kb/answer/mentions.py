"""Answers that name boards: where a thing is mentioned."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from kb.answer.room import Room
from kb.answer.words import Word, words_of
from kb.answer.written import lines_with, nodes_with
from kb.apart import names_apart
from kb.evidence import Evidence
from kb.graph import Ref, Step
from kb.quoting import quoted
from kb.simplified import original_of

MAX_BOARDS = 20
HELD = 0.8  # share of the thing's words, by rarity, that one place on a board must hold

Place = tuple[str, float, Callable[[], Evidence]]
"""A board, how much of the thing's words a place on it holds, and that place."""


def mentions(room: Room) -> str | None:
    """Name the boards on which the thing stands, each with the place; None where none does.

    By meaning too among what was found; as written, on all boards of the workspace.
    """
    wanted = words_of(room.question.x)
    best: dict[str, tuple[float, Callable[[], Evidence]]] = {}
    for places in (_found, _nodes, _lines):
        for board, held, evidence in places(room, wanted):
            if held >= HELD and (board not in best or held > best[board][0]):
                best[board] = (held, evidence)
    timely = room.of_time(best)
    best = {board: place for board, place in best.items() if board in timely}
    if not best:
        return None
    shown = [evidence() for _, evidence in list(best.values())[:MAX_BOARDS]]
    names = names_apart(e.board for e in shown)
    told = [f"“{quoted(names[e.board.id])}” {room.notes.cite(e)}" for e in shown]
    named = boards_told(room, told, len(best))
    said = original_of(room.question.x, room.question.asked)
    return f"提到“{quoted(said)}”的白板：{named}。" if room.zh else f"On {named}."


def boards_told(room: Room, told: Sequence[str], count: int) -> str:
    """Return the boards that are named in a row, and how many of all `count` are left out."""
    more = count - len(told)
    if room.zh:
        return "、".join(told) + (f"等（另有{more}块）" if more else "")
    return ", ".join(told) + (f", and {more} more" if more else "")


def _found(room: Room, wanted: tuple[Word, ...]) -> Iterator[Place]:
    room.match.prepare(wanted, [evidence.text for evidence in room.found])
    for evidence in room.found:  # nodes before the boards that repeat them
        held = room.match.share(wanted, evidence.text) - 0.1 * (evidence.unit == "board")
        yield evidence.board.id, held, partial(_itself, evidence)


def _nodes(room: Room, wanted: tuple[Word, ...]) -> Iterator[Place]:
    full: set[str] = set()  # boards of which no node can hold more
    for ref, text in nodes_with(room, wanted, HELD):
        if ref[0] not in full:
            held = room.match.share(wanted, text, meant=False)
            full |= {ref[0]} if held >= 1.0 else set()
            yield ref[0], held, partial(_node, room, ref)


def _lines(room: Room, wanted: tuple[Word, ...]) -> Iterator[Place]:
    for step, text in lines_with(room, wanted, HELD):
        held = room.match.share(wanted, text, meant=False)
        yield step.source[0], held, partial(_line, room, step)


def _itself(evidence: Evidence) -> Evidence:
    return evidence


def _node(room: Room, ref: Ref) -> Evidence:
    return room.notes.of_thing(room.graph.things([ref])[ref])


def _line(room: Room, step: Step) -> Evidence:
    return room.notes.of_trail((step,), room.graph.things([step.source, step.target]))
