"""Answers that list nodes: by container, by owner, by date; and plain descriptions."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from kb.answer.lanes import lane
from kb.answer.matching import pool_of
from kb.answer.notebook import name
from kb.answer.room import SURE_LINK, Room
from kb.answer.tagged import MAX_LISTED, TOPIC_SHARE, about, listed, tagged_things, topic_of
from kb.answer.versions import cited, told_once
from kb.answer.words import words_of
from kb.answer.written import nodes_with
from kb.catalog import BoardRow, NodeRow
from kb.facts import owners_in
from kb.graph import Thing, Trail
from kb.quoting import quoted
from kb.reading import label_of
from kb.scene import Node, Scene, Tag
from kb.tags import column_below

MAX_QUOTED = 5  # that say who or when
DESCRIBED_LINK = 0.7
MAX_BESIDE = 4
# Words by which any list is asked for: they need not stand on it.
_ANYTHING = pool_of(
    "contain hold include consist show shown cover say belong stand list name write content item"
    " everything entry part step card note sticky idea topic task point thing column lane section"
    " board 包含 包括 内容 便签 便利贴 卡片 东西 部分 任务 步骤 事项 条目 要点 写着 列出 白板 栏"
).terms


def holds(room: Room) -> str | None:
    """List what stands inside the container, beside the hub or on the board that is named."""
    asked = room.question
    for phrase in (asked.y, f"{asked.x} {asked.y}", asked.x):
        for link in room.link(phrase):
            inside = members(room, link.thing)
            if inside and link.score >= SURE_LINK and _is_whole(room, link.thing):
                return _contents(room, name(link.thing), inside)
    board = board_named(room, asked.x)
    if board is None or not _covers(room, room.words.titles[board]):
        return None
    rows = room.notes.session.execute(
        select(NodeRow.node_id)
        .where(NodeRow.board_id == board, NodeRow.workspace == room.workspace)
        .where(NodeRow.text != "")
        .order_by(NodeRow.y0, NodeRow.x0)
    )
    things = list(room.graph.things((board, node) for (node,) in rows).values())
    title = room.words.titles[board]
    shown = [t for t in things if label_of(t.text) != label_of(title)]
    return _contents(room, f"“{quoted(title)}”", shown) if shown else None


def _is_whole(room: Room, holder: Thing) -> bool:
    """Say whether all that a holder has is asked for: with what is around it, it says it all."""
    held_by = (holder.ref[0], holder.parent or "")
    return _covers(room, holder.text, room.around(holder, room.graph.things([held_by])))


def _covers(room: Room, *texts: str) -> bool:
    """Say whether texts hold what the question asks about: "good in January" is not all January."""
    about_it = [word for word in topic_of(room.question.text) if not word.terms <= _ANYTHING]
    return not about_it or room.match.share(about_it, *texts) >= SURE_LINK


def members(room: Room, thing: Thing) -> list[Thing]:
    """Return what belongs to `thing`: held by it, in its table row, or hanging on plain lines."""
    held = [t for t in room.graph.held_by(thing.ref) if t.text.strip()]
    if held:
        return held
    if row := _row_of(room, thing) or _column_of(room, thing):
        return row
    asked = pool_of(room.question.text).terms
    lines = [s for s in room.graph.neighbours([thing.ref]) if not s.directed]
    ends = room.graph.things(step.target for step in lines)
    # The hub from which the question comes is no part of its branch.
    return [
        ends[s.target]
        for s in lines
        if s.target in ends and not pool_of(label_of(ends[s.target].text)).terms <= asked
    ]


def _row_of(room: Room, thing: Thing) -> list[Thing]:
    """Return the cells to the right of a table's cell."""
    place = (thing.ref[0], thing.parent or "")
    table = room.graph.things([place]).get(place)
    if table is None or table.kind != "table":
        return []
    cells = [
        cell
        for cell in room.graph.held_by(place)
        if cell.text.strip()
        and cell.region[0] >= thing.region[2]
        and cell.region[1] < (thing.region[1] + thing.region[3]) / 2 < cell.region[3]
    ]
    return sorted(cells, key=lambda cell: cell.region[0])


def _column_of(room: Room, thing: Thing) -> list[Thing]:
    """Return what stands below a heading of few words that nothing else hangs on."""
    if thing.kind not in ("title", "text") or room.graph.neighbours([thing.ref]):
        return []
    row = room.notes.session.get(BoardRow, thing.ref[0])
    if row is None:
        return []
    scene = Scene.model_validate_json(row.scene)
    heading = next((n for n in scene.nodes if n.id == thing.ref[1]), None)
    if heading is None or not _is_heading(heading, scene):
        return []
    below = column_below(heading, scene)
    things = room.graph.things((row.id, n.id) for n in below)
    return [things[row.id, n.id] for n in below if (row.id, n.id) in things]


def _is_heading(node: Node, scene: Scene) -> bool:
    """Say whether words may be what a column hangs under: no item themselves, none above them."""
    if node.kind == "title":
        return True
    if node.tags:
        return False
    height = node.bbox[3] - node.bbox[1]
    return not any(
        other.kind == "text"
        and other.parent == node.parent
        and abs(other.bbox[0] - node.bbox[0]) < height
        and 0 < node.bbox[1] - other.bbox[1] < 2 * height
        for other in scene.nodes
    )


def owner(room: Room) -> str | None:
    """Say who has the thing: words that name an owner, at the thing or beside it, or its lane."""
    # Who approves a refund may stand at "Approve refund": what is done belongs to the thing.
    asked = f"{room.question.y} {room.question.x}".strip()
    return _attribute(room, "owner", asked) or lane(room)


def date(room: Room) -> str | None:
    """Say when: words that hold a date, at the thing or beside it."""
    return _attribute(room, "date", room.question.x)


def owned(room: Room) -> str | None:
    """List what a person or team has; None where nobody of that name has anything."""
    wanted = words_of(room.question.x)
    refs = [ref for ref, _ in nodes_with(room, wanted, TOPIC_SHARE)]
    things = room.graph.things(refs)
    has = [
        thing
        for thing in (things[ref] for ref in refs if ref in things)
        if any(
            room.match.share(wanted, who, meant=False) > TOPIC_SHARE for who in _owners_of(thing)
        )
    ]
    return _quotes(room, has, MAX_LISTED) if has else None


def _owners_of(thing: Thing) -> list[str]:
    """Return who has a thing by its words; what a workspace's convention marks is all owner."""
    return owners_in(thing.text) or ([thing.text] if "owner" in thing.tags else [])


def describe(room: Room) -> str | None:
    """Tell what a thing is by where it stands: its words, its container, what is before and after.

    None where the question asks for more than the thing.
    """
    links = [link for link in room.link(room.question.x) if link.score >= DESCRIBED_LINK]
    if not links:
        return holds(room)
    told = [said for link in links[:3] if (said := describe_thing(room, link.thing))]
    return _stop(room, told)


def describe_thing(room: Room, thing: Thing, *, must_add: bool = False) -> str:
    """Tell where a thing stands and what hangs on it; "" if it `must_add` that and nothing does."""
    notes, graph = room.notes, room.graph
    inside = members(room, thing)[:MAX_LISTED]
    leaders, followers = graph.leaders([thing.ref]), graph.followers([thing.ref])
    if must_add and not (inside or leaders or followers):
        return ""
    title = quoted(notes.board(thing.ref[0]).title)
    words = [f"“{quoted(thing.text)}” {notes.cite(notes.of_thing(thing))}"]
    if title and title != quoted(label_of(thing.text)):
        words.append(f"在“{title}”板上" if room.zh else f"on the board “{title}”")
    if thing.parent:
        holder = graph.things([(thing.ref[0], thing.parent)]).get((thing.ref[0], thing.parent))
        if holder and holder.text.strip():
            mark = notes.cite(notes.of_thing(holder))
            words.append(f"属于{name(holder)} {mark}" if room.zh else f"in {name(holder)} {mark}")
    if inside:
        listed = [f"{name(t)} {notes.cite(notes.of_thing(t))}" for t in inside]
        words.append(f"有{'、'.join(listed)}" if room.zh else f"with {', '.join(listed)}")
    before = _ends(room, leaders)
    after = _ends(room, followers)
    if before:
        words.append(f"前面是{before}" if room.zh else f"after {before}")
    if after:
        words.append(f"后面是{after}" if room.zh else f"before {after}")
    return ("，" if room.zh else ", ").join(words)


def _ends(room: Room, trails: Sequence[Trail]) -> str:
    """Name the ends of walks along arrows; lines without direction tell no order."""
    chosen = [t for t in trails if all(step.directed for step in t)][:MAX_BESIDE]
    things = room.graph.things(r for t in chosen for s in t for r in (s.source, s.target))
    ends = [
        f"{name(things[t[-1].target])} {room.notes.cite(room.notes.of_trail(t, things))}"
        for t in chosen
    ]
    return ("、" if room.zh else ", ").join(ends)


def _attribute(room: Room, tag: Tag, asked: str) -> str | None:
    carriers = tagged_things(room, tag)
    topic = topic_of(asked)
    if not topic:
        return _quotes(room, carriers, MAX_LISTED) if carriers else None
    if direct := about(room, carriers, topic, own=True):
        # Said of the whole board ("Owner: Aisha") counts as much as said of the thing.
        whole = [t for t in about(room, carriers, topic) if t not in direct]
        return _quotes(room, [*direct, *whole], MAX_QUOTED)
    links = [link.thing for link in room.link(asked)]
    beside = {step.target for step in room.graph.neighbours(thing.ref for thing in links)} | {
        (t.ref[0], t.parent) for t in links if t.parent
    }
    refs = {thing.ref for thing in links}
    near = [t for t in carriers if t.ref in beside or (t.parent and (t.ref[0], t.parent) in refs)]
    if near:
        return _quotes(room, [*links[:1], *near], MAX_QUOTED)
    around = about(room, carriers, topic)
    return _quotes(room, around, MAX_QUOTED) if around else None


def board_named(room: Room, phrase: str) -> str | None:
    """Return the board whose title holds nearly all of `phrase`, or None."""
    wanted = topic_of(phrase)
    best, best_score = None, SURE_LINK
    for board, title in room.words.titles.items():
        score = room.match.share(wanted, title)
        if score > best_score:
            best, best_score = board, score
    return best


def _contents(room: Room, holder: str, things: Sequence[Thing]) -> str:
    each = [[thing] for thing in things]
    if room.zh:
        return f"{holder}里有（{len(things)}项）：{listed(room, each, '、')}。"
    return f"{holder} holds {len(things)}: {listed(room, each, ', ')}."


def _quotes(room: Room, things: Sequence[Thing], most: int) -> str:
    """Quote things, each once whatever versions of its board there are, and count the rest."""
    told = told_once(room, things)
    said = [f"“{quoted(one[0].text)}” {cited(room, one)}" for one in told[:most]]
    if more := len(told) - len(said):
        said.append(f"另有{more}项" if room.zh else f"and {more} more")
    return _stop(room, said)


def _stop(room: Room, sentences: Sequence[str]) -> str:
    return "；".join(sentences) + "。" if room.zh else "; ".join(sentences) + "."
