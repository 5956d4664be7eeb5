"""Answers by quotation, and the judgement whether the boards hold an answer at all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePath

from kb.answer.matching import covered, share, terms
from kb.answer.room import Room
from kb.evidence import Evidence
from kb.quoting import quoted
from kb.reading import label_of

ENOUGH = 0.6  # share of the question's content, by weight, that evidence must hold
BAND = 0.1  # evidence this close to the best is quoted too
MAX_QUOTED = 3

_FRAME = frozenset(
    ("board", "boards", "whiteboard", "diagram", "picture", "drawing", "白板", "看板", "画板")
)
_FIGURE = re.compile(r"\d|[一二三四五六七八九十百千万两]")


@dataclass(frozen=True, slots=True)
class Judged:
    """Evidence with the share of the question that it holds."""

    evidence: Evidence
    held: float


def lookup(room: Room) -> str | None:
    """Quote the evidence that holds most of the question; None where none holds enough."""
    judged = judge(room)
    if not judged or judged[0].held < ENOUGH:
        return None
    best = judged[0].held
    told = [
        f"“{quoted(j.evidence.text)}” {room.notes.cite(j.evidence)}"
        for j in judged[:MAX_QUOTED]
        if j.held >= best - BAND
    ]
    return "；".join(told) + "。" if room.zh else "; ".join(told) + "."


def judge(room: Room) -> list[Judged]:
    """Return the evidence found with the share of the question it holds, best first.

    Board and container may supply words, but something must stand in the evidence itself.
    """
    wanted = terms(room.question.text) - _FRAME
    judged = []
    for evidence in room.found:
        own = covered(wanted, terms(evidence.text))
        if not own or evidence.unit == "board" or not _has_figure(room, evidence):
            continue
        around = covered(wanted - own, _around(room, evidence))
        judged.append(Judged(evidence, share(wanted, own | around, room.words.weight)))
    return sorted(judged, key=lambda j: (-j.held, -j.evidence.score))


def _has_figure(room: Room, evidence: Evidence) -> bool:
    return not room.question.number or bool(_FIGURE.search(evidence.text))


def _around(room: Room, evidence: Evidence) -> set[str]:
    words = terms(evidence.board.title) | terms(PurePath(evidence.board.source).stem)
    refs = [(evidence.board.id, node) for node in evidence.nodes]
    things = room.graph.things(refs)
    holders = room.graph.things((t.ref[0], t.parent) for t in things.values() if t.parent)
    for holder in holders.values():
        words |= terms(label_of(holder.text))
    return words
