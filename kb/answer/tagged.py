"""Answers that list what carries a tag: within a topic, of a time, a colour, open or done."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import String, cast, or_, select

from kb.answer.matching import Matcher, pool_of
from kb.answer.notebook import name
from kb.answer.room import Room
from kb.answer.versions import Told, cited, told_once
from kb.answer.words import Word, words_of
from kb.catalog import BoardRow, NodeRow
from kb.evidence import Evidence
from kb.graph import Ref, Thing
from kb.query.asides import State
from kb.query.dates import Span, spans_of
from kb.query.patterns import TAG_WORDS
from kb.scene import Scene, Tag
from kb.simplified import simplified
from kb.timeline.states import finished

MAX_LISTED = 20
MAX_TAGGED = 2_000
TOPIC_BAND = 0.1  # things that hold this much less than the best are about something else
TOPIC_SHARE = 0.6  # of a topic's words that a thing, its board and its container must hold

_GENERIC = pool_of(
    """
    open current main all list any board boards whiteboard diagram picture top known key biggest
    remain exist make made take taken mention note written item thing team still left total number
    due deadline start begin end finish go happen new add added come raise face
    白板 所有 主要 当前 目前 存在 看板 全部 列出 记录 提到 未解决 图 上面 开始 结束 完成 截止
    还有 其他 其它 别的 新 新增 增加 最近 提出
    """
).terms
TAG_NAMES: dict[Tag, tuple[str, str, str]] = {
    "todo": ("to-do", "to-dos", "待办"),
    "risk": ("risk", "risks", "风险"),
    "decision": ("decision", "decisions", "决定"),
    "question": ("question", "questions", "问题"),
    "goal": ("goal", "goals", "目标"),
    "owner": ("owner", "owners", "负责人"),
    "date": ("date", "dates", "日期"),
}
STATES: dict[State, tuple[str, str]] = {
    "": ("", ""),
    "open": ("open ", "未了结的"),
    "done": ("done ", "已了结的"),
    "late": ("overdue ", "逾期的"),
}


def tagged(room: Room) -> str | None:
    """List or count what carries each tag asked for, within the topic that the question names."""
    asked_for = {tag: told_once(room, _asked_for(room, tag)) for tag in room.question.tags}
    told = [_told(room, tag, things) for tag, things in asked_for.items() if things]
    return ("" if room.zh else " ").join(told) or None


def _told(room: Room, tag: Tag, things: Sequence[Told]) -> str:
    one, many, zh = TAG_NAMES[tag]
    state, state_zh = STATES[room.question.state]
    if room.zh:
        return f"{state_zh}{zh}（{len(things)}项）：{listed(room, things, '；')}。"
    what = f"{state}{one if len(things) == 1 else many}"
    return f"{len(things)} {what}: {listed(room, things, '; ')}."


def listed(room: Room, things: Sequence[Told], mark: str) -> str:
    """Name the first MAX_LISTED things with their citations, and tell how many more there are."""
    told = mark.join(f"{name(t[0])} {cited(room, t)}" for t in things[:MAX_LISTED])
    more = len(things) - MAX_LISTED
    if more <= 0:
        return told
    return f"{told}等（另有{more}项）" if room.zh else f"{told}{mark}and {more} more"


def _asked_for(room: Room, tag: Tag) -> list[Thing]:
    """Return what carries `tag` and fits all that the question says."""
    asked = room.question
    things = _in_state(room, tagged_things(room, tag, room.hints.colors), asked.state)
    things = _of_time(room, things)
    found = _newest(room, about(room, things, topic_of(asked.x)))
    worded = topic_of(asked.worded)
    if found or not worded:
        return found
    # What reads as a time or a colour may be words of the board ("Red team"), as they are written.
    plain = replace(room, match=Matcher(None, room.match.weight))
    things = _in_state(room, tagged_things(room, tag), asked.state)
    return about(plain, things, worded)


def tagged_things(room: Room, tag: Tag, colors: Collection[str] = ()) -> list[Thing]:
    """Return the nodes with words that carry `tag`, newest board first, then from the top.

    With `colors`, only those whose ink or fill has one of them.
    """
    statement = (
        select(NodeRow.board_id, NodeRow.node_id)
        .join(BoardRow, BoardRow.id == NodeRow.board_id)
        .where(NodeRow.workspace == room.workspace, BoardRow.state != "deleting")
        .where(cast(NodeRow.tags, String).like(f'%"{tag}"%'), NodeRow.text != "")
        .order_by(BoardRow.drawn_at.desc(), NodeRow.board_id, NodeRow.y0, NodeRow.x0)
        .limit(MAX_TAGGED)
    )
    if colors:
        statement = statement.where(or_(NodeRow.color.in_(colors), NodeRow.fill.in_(colors)))
    refs = [(board, node) for board, node in room.notes.session.execute(statement)]
    things = room.graph.things(refs)
    return [things[ref] for ref in refs if ref in things]


def _in_state(room: Room, things: list[Thing], state: State) -> list[Thing]:
    """Keep the things that are still open, those that are done, or those that are late.

    What versions of a board repeat is as the newest of them has it.
    """
    if not state:
        return things
    nodes: dict[str, set[str]] = {}
    for board, node in (t.ref for t in things):
        nodes.setdefault(board, set()).add(node)
    scenes = select(BoardRow.id, BoardRow.scene).where(BoardRow.id.in_(nodes))
    done: set[Ref] = set()
    for board, scene in room.notes.session.execute(scenes):
        ended = finished(Scene.model_validate_json(scene), nodes[board])
        done.update((board, node.id) for node in ended)
    done = {one.ref for told in told_once(room, things) if told[0].ref in done for one in told}
    kept = [t for t in things if (t.ref in done) == (state == "done")]
    if state != "late":
        return kept
    moments = room.moments(t.ref[0] for t in kept)
    return [t for t in kept if _is_late(t, moments[t.ref[0]], room.now)]


def _is_late(thing: Thing, moment: float, now: datetime) -> bool:
    """Say whether the day that a thing names has passed, read as of the day it was drawn on."""
    drawn = datetime.fromtimestamp(moment).astimezone()
    due = spans_of(thing.text, drawn)
    if len(due) > 1:  # a day without a year is the next one, where a plan names it
        due = spans_of(thing.text, drawn + timedelta(364))
    return bool(due) and due[0].until is not None and due[0].until <= now


def _of_time(room: Room, things: list[Thing]) -> list[Thing]:
    """Keep the things of boards drawn when the question says, or that name such a time themselves.

    Where no year is told, those of the latest year that has any.
    """
    if not room.hints.spans or not things:
        return things
    moments = room.moments(t.ref[0] for t in things)
    holders = room.graph.things((t.ref[0], t.parent) for t in things if t.parent)
    named = {
        t.ref: [*spans_of(t.text, room.now), *spans_of(room.around(t, holders), room.now)]
        for t in things
    }
    for span in room.hints.spans:
        kept = [
            t
            for t in things
            if span.holds(moments[t.ref[0]]) or any(_within(own, span) for own in named[t.ref])
        ]
        if kept:
            return kept
    return []


def _within(own: Span, span: Span) -> bool:
    ends = [own.since, own.until - timedelta(seconds=1) if own.until else None]
    return all(span.holds(end.timestamp()) for end in ends if end is not None)


def _newest(room: Room, things: list[Thing]) -> list[Thing]:
    """Keep what was drawn on the last day of all, or the first, where the question wants that."""
    if not things or not (room.hints.latest or room.hints.earliest):
        return things
    days = {
        board: datetime.fromtimestamp(at).date()
        for board, at in room.moments(t.ref[0] for t in things).items()
    }
    day = max(days.values()) if room.hints.latest else min(days.values())
    return [t for t in things if days[t.ref[0]] == day]


def about(
    room: Room, things: Iterable[Thing], topic: Sequence[Word], *, own: bool = False
) -> list[Thing]:
    """Keep the things that speak of `topic`: by themselves or, unless `own`, by what is around."""
    kept = list(things)
    if not topic:
        return kept
    holders = room.graph.things((t.ref[0], t.parent) for t in kept if t.parent)
    room.match.prepare(topic, [thing.text for thing in kept])
    shares: list[float] = []
    for thing in kept:
        texts = [thing.text]
        if not own:
            texts += [room.around(thing, holders), room.notes.board(thing.ref[0]).source]
        shares.append(room.match.share(topic, *texts))
    least = max(TOPIC_SHARE, max(shares, default=0.0) - TOPIC_BAND)
    return [thing for thing, held in zip(kept, shares, strict=True) if held >= least]


def any_tagged(room: Room, told: Iterable[Evidence]) -> bool:
    """Say whether any of what is told carries a tag asked for, or its name there or around it."""
    refs = [(one.board.id, node) for one in told for node in one.nodes]
    things = room.graph.things(refs).values()
    holders = room.graph.things((t.ref[0], t.parent) for t in things if t.parent)
    for thing in things:
        text = simplified(f"{thing.text}\n{room.around(thing, holders)}")
        if any(tag in thing.tags or TAG_WORDS[tag].search(text) for tag in room.question.tags):
            return True
    return False


def topic_of(phrase: str) -> tuple[Word, ...]:
    """Return the words of `phrase` that name a topic."""
    return tuple(word for word in words_of(phrase) if not word.terms <= _GENERIC)
