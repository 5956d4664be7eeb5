"""Answers that tell what changed between two versions of the board that a question names."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from kb.answer.collection import board_cited
from kb.answer.notebook import MAX_QUOTE
from kb.answer.room import SURE_LINK, Room
from kb.answer.words import words_of
from kb.catalog import BoardRow
from kb.compare import SceneDiff, compare_scenes
from kb.compare.shapes import Edge
from kb.evidence import Evidence
from kb.graph import Step
from kb.links.history import joined
from kb.query.asides import without_asides, without_versions
from kb.query.dates import Span
from kb.quoting import quoted
from kb.reading import label_of
from kb.scene import Node, Scene
from kb.text import key_of
from kb.timeline.words import Words

MAX_NAMED = 50  # boards that a topic may mean, those that hold most of it first
MAX_TOLD = 8  # things of one kind
JUST_SO = 0.99  # likeness from which a board is called just what the question says


@dataclass(frozen=True)
class _Version:
    """A board of a history, drawn at `at`, in Unix seconds."""

    id: str
    at: float

    @property
    def day(self) -> date:
        return datetime.fromtimestamp(self.at).date()


_Pair = tuple[_Version, _Version]


def changes(room: Room) -> str | None:
    """Tell what differs between two versions of the board named; None where it has no versions.

    Of the last two, or of the first and the last that were drawn when the question says.
    """
    pair = _pair_named(room)
    if pair is None:
        return None
    rows = [room.notes.session.get_one(BoardRow, one.id) for one in pair]
    old, new = (Scene.model_validate_json(row.scene) for row in rows)
    told = _Teller(room, pair, compare_scenes(old, new)).told()
    if not told:
        same = [f"{board_cited(room, one.id)} ({one.day})" for one in pair]
        if not room.notes.cited:
            return None
        between = (" 和 " if room.zh else " and ").join(same)
        return f"{between}没有明显不同。" if room.zh else f"Nothing differs for sure: {between}."
    titles = [f"“{quoted(room.notes.board(one.id).title)}” ({one.day})" for one in pair]
    if room.zh:
        return f"从{titles[0]}到{titles[1]}：{'；'.join(told)}。"
    return f"From {titles[0]} to {titles[1]}: {'; '.join(told)}."


def _pair_named(room: Room) -> _Pair | None:
    """Return the two versions that are asked about, where the question names one board's.

    What reads as a time may be a word of the title ("Q3 goals"), which then says no time.
    """
    whole = without_versions(room.question.x)
    timeless = without_asides(whole)
    if whole != timeless and (pair := _pair_called(room, whole, ())):
        return pair
    return _pair_called(room, timeless, room.hints.spans)


def _pair_called(room: Room, phrase: str, spans: Sequence[Span]) -> _Pair | None:
    """Return two versions of the one board that is called `phrase`, None where several may be."""
    held = {
        board: share
        for board, title in room.words.titles.items()
        if (share := room.match.share(words_of(phrase), title)) > 0
    }
    named = sorted(held, key=lambda board: (-held[board], board))[:MAX_NAMED]
    found: dict[_Pair, tuple[float, float]] = {}
    for history in joined(room.notes.session, room.workspace, named):
        likeness = _likeness(room, phrase, history)
        if likeness[0] >= SURE_LINK and (pair := _pair(room, history, spans)):
            found[pair] = likeness
        elif len(history) == 1 and min(likeness) > JUST_SO:
            return None  # just the board that is named, and it has no versions
    top = max(found.values(), default=None)
    best = [pair for pair, likeness in found.items() if likeness == top]
    return best[0] if len(best) == 1 else None


def _likeness(room: Room, phrase: str, history: Collection[str]) -> tuple[float, float]:
    """Return how much of `phrase` titles and paths of a history hold, and how much of a title it.

    "The draft and the final version of the plan" are the titles of two versions.
    """
    refs = [room.notes.board(board) for board in sorted(history) if board in room.words.titles]
    if not refs:
        return 0.0, 0.0
    around = [words for ref in refs for words in (ref.title, ref.source)]
    own = max(room.match.share(words_of(ref.title), phrase) for ref in refs)
    return room.match.share(words_of(phrase), *around), own


def _pair(room: Room, history: Collection[str], spans: Sequence[Span]) -> _Pair | None:
    """Return the older and the newer version; two photos of one day only where there is no other.

    With `spans`, the first and the last of the latest in which any was drawn.
    """
    statement = (
        select(BoardRow.id, BoardRow.drawn_at)
        .where(BoardRow.id.in_(history), BoardRow.state != "deleting")
        .order_by(BoardRow.drawn_at, BoardRow.id)
    )
    drawn = [_Version(*row) for row in room.notes.session.execute(statement)]
    within = drawn
    if spans:
        timely = [[one for one in drawn if span.holds(one.at)] for span in spans]
        within = next(filter(None, timely), [])
    if not within:
        return None
    last = within[-1]
    earlier = [one for one in drawn if one.at <= last.at and one.id != last.id]
    former = [one for one in earlier if one.day < last.day] or earlier
    if spans or room.hints.earliest:
        former = [one for one in former if one in within][:1] or former
    return (former[-1], last) if former else None


@dataclass(frozen=True)
class _Said:
    """A thing that differs, in words, and what shows it."""

    words: str
    shown: tuple[Evidence, ...]


class _Teller:
    """Puts a difference into sentences, each thing cited where it stands, or stood."""

    def __init__(self, room: Room, pair: _Pair, diff: SceneDiff) -> None:
        self._room = room
        self._old, self._new = (one.id for one in pair)
        self._diff = diff
        self._words = Words(zh=room.zh)

    def told(self) -> list[str]:
        """Return what was asked for: what came, or went; where nothing did, all that differs."""
        nodes = self._diff.nodes
        new, gone = ("新增", "不再有") if self._room.zh else ("new: ", "no longer there: ")
        parts = {
            "added": (new, self._nodes(self._new, nodes.added)),
            "removed": (gone, self._nodes(self._old, nodes.removed)),
            "other": ("", self._changed()),
            "joined": ("", self._lines()),
        }
        only = parts.get(self._room.question.intent)
        told = [only] if only and only[1] else parts.values()
        return [self._sentence(lead, said) for lead, said in told if said]

    def _sentence(self, lead: str, said: Sequence[_Said]) -> str:
        """Tell the first MAX_TOLD with their citations, and count the rest."""
        cite = self._room.notes.cite
        told = [f"{one.words} {''.join(map(cite, one.shown))}" for one in said[:MAX_TOLD]]
        if more := len(said) - len(told):
            told.append(f"另有{more}项" if self._room.zh else f"and {more} more")
        return lead + ("、" if self._room.zh else ", ").join(told)

    def _nodes(self, board: str, nodes: Sequence[Node]) -> list[_Said]:
        """Name nodes with words, but for the title."""
        said = [(self._words.name(n.text), self._node(board, n)) for n in nodes if n.text.strip()]
        return [_Said(name, (shown,)) for name, shown in said if not self._is_title(shown)]

    def _changed(self) -> list[_Said]:
        """Tell what became of nodes that stayed, those of other words first."""
        found = []
        for change in self._diff.nodes.changed:
            old, new = self._node(self._old, change.before), self._node(self._new, change.after)
            shown = (new,) if key_of(old.text) == key_of(new.text) else (old, new)
            if not self._is_title(new):
                found += [_Said(said, shown) for said in self._words.changed(change)]
        for move in self._diff.nodes.moved:
            if move.out_of != move.into and move.after.text.strip():
                said = self._words.moved(move)
                found.append(_Said(said, (self._node(self._new, move.after),)))
        return sorted(found, key=lambda one: -len(one.shown))

    def _lines(self) -> list[_Said]:
        """Tell the lines that went and came between nodes that stayed."""
        lines, pairs = self._diff.relations, self._diff.pairs
        turned = [one for one in (*lines.changed, *lines.rewired) if one.how != ("kind",)]
        went = [*lines.removed, *(one.before for one in turned)]
        came = [*lines.added, *(one.after for one in turned)]
        return [
            self._line(board, edge, sign)
            for board, edges, sign, stayed in (
                (self._old, went, "-", set(pairs)),
                (self._new, came, "", set(pairs.values())),
            )
            for edge in edges
            if edge.source_text and edge.target_text and {edge.source, edge.target} <= stayed
        ]

    def _line(self, board: str, edge: Edge, sign: str) -> _Said:
        words = self._words.say(
            sign + ("to" if edge.directed else "with"),
            it=self._words.name(edge.source_text),
            other=self._words.name(edge.target_text),
            label=self._words.label(label_of(edge.label)),
        )
        ends = (board, edge.source), (board, edge.target)
        step = Step(*ends, edge.id, edge.label, edge.directed)
        notes = self._room.notes
        return _Said(words, (notes.of_trail((step,), self._room.graph.things(ends)),))

    def _node(self, board: str, node: Node) -> Evidence:
        return Evidence(
            board=self._room.notes.board(board),
            unit="node",
            nodes=(node.id,),
            region=node.bbox,
            text=node.text.strip()[:MAX_QUOTE],
            score=1.0,
        )

    def _is_title(self, shown: Evidence) -> bool:
        return label_of(shown.text) == label_of(shown.board.title)
