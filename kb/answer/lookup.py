"""Answers by quotation, and the judgement whether the boards hold an answer at all."""

from __future__ import annotations

import re
import statistics
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath

from sqlalchemy import select

from kb.answer.lists import describe_thing
from kb.answer.matching import pool_of
from kb.answer.room import Room
from kb.answer.words import words_of
from kb.catalog import NodeRow
from kb.evidence import Evidence
from kb.graph import Ref, Thing
from kb.query.patterns import FIGURE, NUMBER, TAG_SYNONYMS
from kb.quoting import quoted
from kb.reading import label_of

ENOUGH = 0.55  # judgement from which evidence answers the question
SAYS_SO = 0.7  # share of a yes-or-no question's words that one place must hold
BAND = 0.1  # evidence this close to the best is quoted too
MAX_QUOTED = 3
ELSEWHERE = 0.5  # what a word is worth that stands elsewhere on the same board
REPEATS = 0.6  # share of known words from which evidence only repeats the question
MEANING = 0.05  # what one standard deviation of nearness in meaning is worth

_FRAME = pool_of(
    "board whiteboard diagram picture drawing mention talk say write something "
    "白板 看板 画板 提到 说到 地方 东西 处理 事情"
).terms  # words that speak of boards and of saying, in any question


_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Judged:
    """Evidence with how well it answers: about 0 … 1, more where the meaning is very near.

    Attributes:
        held: share of the question's words that it and its surroundings hold, by rarity.
        near: nearness in meaning over that of the other hits, in standard deviations.
        adds: much of what it says is not in the question.
        more: something of what it says is not.
    """

    evidence: Evidence
    held: float
    near: float
    adds: bool
    more: bool

    @property
    def worth(self) -> float:
        """Both measures in one."""
        return self.held + MEANING * max(0.0, self.near)


def lookup(room: Room, enough: float = ENOUGH) -> str | None:
    """Quote the evidence that answers best; None where none is worth `enough`."""
    judged = judge(room)
    if not judged or judged[0].worth < enough:
        return None
    told = [
        said
        for j in judged[:MAX_QUOTED]
        if j.worth >= judged[0].worth - BAND and (said := _tell(room, j))
    ]
    if not told:
        return None
    return "；".join(told) + "。" if room.zh else "; ".join(told) + "."


def judge(room: Room) -> list[Judged]:
    """Return the evidence found, best first.

    Board and container may supply words, but something must stand in the evidence itself.
    """
    match, asked = room.match, room.question
    wanted = [w for w in words_of(NUMBER.sub(" ", asked.text)) if not w.terms <= _FRAME]
    key = words_of(asked.y) if asked.intent == "attribute" else ()
    things = room.graph.things((e.board.id, node) for e in room.found for node in e.nodes)
    holders = room.graph.things((t.ref[0], t.parent) for t in things.values() if t.parent)
    match.prepare(wanted, [evidence.text for evidence in room.found])
    judged = []
    for evidence, near in zip(room.found, _nearness(room), strict=True):
        own = match.degrees(wanted, evidence.text)
        if not any(own) or evidence.unit == "board" or not _has_figure(room, evidence):
            continue
        more = 1.0 - match.share(words_of(evidence.text), asked.text, meant=False)
        if asked.intent == "owner" and not _may_name(evidence, more, things):
            continue  # where a thing stands does not say who has it
        around = _around(evidence, things, holders)
        if key and not any(match.degrees(key, f"{evidence.text}\n{around}")):
            continue
        here = [max(pair) for pair in zip(own, match.degrees(wanted, around), strict=True)]
        if asked.yes_no and match.weighed(wanted, here) < SAYS_SO:
            continue  # words from elsewhere on the board don't say whether it is so
        if any(w.figure and not held for w, held in zip(wanted, here, strict=True)):
            continue  # of sprint 12, where sprint 13 was asked for; of another time of the day
        far = match.degrees(wanted, _elsewhere(room, evidence.board.id), meant=False)
        if any(w.name and not max(pair) for w, *pair in zip(wanted, here, far, strict=True)):
            continue  # of Berlin, which this board does not know
        held = match.weighed(
            wanted, [max(h, ELSEWHERE * f) for h, f in zip(here, far, strict=True)]
        )
        judged.append(Judged(evidence, held, near, more > 1.0 - REPEATS, more > 0))
    return sorted(judged, key=lambda j: (-j.worth, -j.evidence.score))


def _nearness(room: Room) -> list[float]:
    """Return how much nearer in meaning each hit is than the hits are on average."""
    hits = room.hits[: len(room.found)]
    cosines = [hit.dense for hit in hits if hit.dense is not None]
    if len(cosines) < 3:
        return [0.0] * len(hits)
    mean, deviation = statistics.fmean(cosines), statistics.pstdev(cosines) or 1.0
    return [0.0 if h.dense is None else (h.dense - mean) / deviation for h in hits]


def _tell(room: Room, judged: Judged) -> str:
    """Quote; but words that only repeat the question are told with what hangs on them."""
    evidence = judged.evidence
    if judged.adds or room.question.yes_no or evidence.unit != "node":
        return f"“{quoted(evidence.text)}” {room.notes.cite(evidence)}"
    refs = [(evidence.board.id, node) for node in evidence.nodes]
    things = room.graph.things(refs)
    told = describe_thing(room, things[refs[0]], must_add=True) if refs[0] in things else ""
    if told or not judged.more:
        return told
    return f"“{quoted(evidence.text)}” {room.notes.cite(evidence)}"


def _has_figure(room: Room, evidence: Evidence) -> bool:
    wanted = room.question.number or room.question.intent == "date"
    return not wanted or bool(FIGURE.search(evidence.text))


def _may_name(evidence: Evidence, more: float, things: Mapping[Ref, Thing]) -> bool:
    """Say whether evidence may name somebody: other words than asked, or a line to an owner."""
    if evidence.unit == "node":
        return more > 0
    ends = (things.get((evidence.board.id, node)) for node in evidence.nodes)
    return any(end is not None and "owner" in end.tags for end in ends)


def _around(evidence: Evidence, things: Mapping[Ref, Thing], holders: Mapping[Ref, Thing]) -> str:
    """Return the words that surround evidence: of its board, its containers and its tags."""
    # The date in a file's name is no figure of the board's.
    words = [evidence.board.title, _DIGITS.sub(" ", PurePath(evidence.board.source).stem)]
    for node in evidence.nodes:
        thing = things.get((evidence.board.id, node))
        if thing is None:
            continue
        words += (TAG_SYNONYMS.get(tag, "") for tag in thing.tags)
        holder = holders.get((evidence.board.id, thing.parent or ""))
        words.append(label_of(holder.text) if holder else "")
    return "\n".join(dict.fromkeys(words))


def _elsewhere(room: Room, board: str) -> str:
    if board not in room.board_texts:
        texts = room.notes.session.scalars(
            select(NodeRow.text).where(
                NodeRow.board_id == board, NodeRow.workspace == room.workspace, NodeRow.text != ""
            )
        )
        room.board_texts[board] = "\n".join(texts)
    return room.board_texts[board]
