"""Answers that name boards: where a thing is mentioned."""

from __future__ import annotations

from kb.answer.room import Room
from kb.answer.words import words_of
from kb.evidence import Evidence
from kb.quoting import quoted

MAX_BOARDS = 20
HELD = 0.8  # share of the thing's words, by rarity, that one place on a board must hold


def mentions(room: Room) -> str | None:
    """Name the boards on which the thing stands, each with the place; None where none does."""
    wanted = words_of(room.question.x)
    room.match.prepare(wanted, [evidence.text for evidence in room.found])
    best: dict[str, tuple[float, Evidence]] = {}
    for evidence in room.found:  # nodes before the boards that repeat them
        held = room.match.share(wanted, evidence.text)
        held -= 0.1 * (evidence.unit == "board")
        known = best.get(evidence.board.id)
        if held >= HELD and (known is None or held > known[0]):
            best[evidence.board.id] = (held, evidence)
    if not best:
        return None
    told = [
        f"“{quoted(e.board.title or e.board.source)}” {room.notes.cite(e)}"
        for _, e in list(best.values())[:MAX_BOARDS]
    ]
    listed = ("、" if room.zh else ", ").join(told)
    return f"提到“{quoted(room.question.x)}”的白板：{listed}。" if room.zh else f"On {listed}."
