"""Answers about the collection itself: how many boards there are, which, and the newest of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from kb.answer.mentions import MAX_BOARDS, boards_told
from kb.answer.room import SURE_LINK, Room
from kb.answer.words import words_of
from kb.apart import names_apart
from kb.catalog import BoardRow
from kb.evidence import Evidence
from kb.quoting import quoted
from kb.scene import Scene
from kb.units import board_unit

_LANGUAGES = {
    "chinese": "zh", "中文": "zh", "汉语": "zh", "english": "en", "英文": "en", "英语": "en",
}  # fmt: skip


@dataclass(frozen=True)
class _Board:
    """A board as the catalog lists it; `drawn_at` in Unix seconds."""

    id: str
    language: str
    drawn_at: float


def boards(room: Room) -> str | None:
    """Count and name the boards of a language, a title or a time, or the newest or the oldest.

    None where there are none, or where none of them has words that could be cited.
    """
    found = _asked_for(room)
    if room.hints.latest or room.hints.earliest:
        return _newest(room, found)
    names = names_apart(room.notes.board(board.id) for board in found[:MAX_BOARDS])
    shown = [board_cited(room, board, called) for board, called in names.items()]
    if not room.notes.cited:
        return None
    named = boards_told(room, shown, len(found))
    if room.zh:
        return f"白板（{len(found)}块）：{named}。"
    return f"{len(found)} board{'s' if len(found) > 1 else ''}: {named}."


def _asked_for(room: Room) -> list[_Board]:
    """Return the boards that fit all that the question says, the newest first."""
    statement = (
        select(BoardRow.id, BoardRow.language, BoardRow.drawn_at)
        .where(BoardRow.workspace == room.workspace, BoardRow.state != "deleting")
        .order_by(BoardRow.drawn_at.desc(), BoardRow.id)
    )
    found = [_Board(*row) for row in room.notes.session.execute(statement)]
    timely = room.of_time(board.id for board in found)
    language = _LANGUAGES.get(room.question.y.lower(), "")
    title = words_of(room.question.x)
    return [
        board
        for board in found
        if board.id in timely
        and (not language or board.language == language)
        and (not title or _is_called(room, board))
    ]


def _is_called(room: Room, board: _Board) -> bool:
    title = room.words.titles.get(board.id, "")
    return room.match.share(words_of(room.question.x), title, meant=False) >= SURE_LINK


def _newest(room: Room, found: Sequence[_Board]) -> str | None:
    """Tell the board that was drawn last, or first, and its day."""
    if not found:
        return None
    board = found[0] if room.hints.latest else found[-1]
    cited = board_cited(room, board.id)
    if not room.notes.cited:
        return None
    day = datetime.fromtimestamp(board.drawn_at).date().isoformat()
    return f"{cited}（{day}）。" if room.zh else f"{cited} ({day})."


def board_cited(room: Room, board: str, called: str = "") -> str:
    """Return a board's name, or what it is `called`, with the mark of its words if it has any."""
    scene = Scene.model_validate_json(
        room.notes.session.scalars(select(BoardRow.scene).where(BoardRow.id == board)).one()
    )
    ref, unit = room.notes.board(board), board_unit(scene)
    name = f"“{quoted(called or ref.title or ref.source)}”"
    if unit is None:
        return name
    evidence = Evidence(
        board=ref, unit="board", nodes=unit.nodes, region=unit.region, text=unit.quote, score=1.0
    )
    return f"{name} {room.notes.cite(evidence)}"
