"""Answers from the arrows: what follows, what leads there, and the way between two things."""

from __future__ import annotations

from collections.abc import Sequence

from kb.answer.lists import DESCRIBED_LINK, board_named, members
from kb.answer.notebook import name
from kb.answer.room import SURE_LINK, Link, Room
from kb.answer.words import words_of
from kb.graph import Ref, Thing, Trail, Way
from kb.quoting import quoted
from kb.reading import label_of

MAX_TRAILS = 12
SAID_ON_LABEL = 0.5  # from which an arrow's label holds a word of the question


def follows(room: Room) -> str | None:
    """Say what follows the thing asked about, or what an arrow with such a label leads to."""
    return _spread(room, "after") or _by_label(room)


def leads(room: Room) -> str | None:
    """Say what leads to the thing asked about."""
    return _spread(room, "before")


def path(room: Room) -> str | None:
    """Show a shortest way between two things: along the arrows, else however it goes."""
    starts, ends = room.link(room.question.x), room.link(room.question.y)
    if not starts or not ends:
        return None
    first, last = [s.thing.ref for s in starts], [e.thing.ref for e in ends]
    tries: tuple[tuple[list[Ref], list[Ref], Way], ...] = (
        (first, last, "after"),
        (last, first, "after"),
        (first, last, "both"),
    )
    # "Does A lead to B?" is answered by nothing but a way along the arrows; "is A linked to B?" is.
    heeded = room.question.yes_no and not room.question.either
    for start, end, way in tries[:1] if heeded else tries:
        trail = room.graph.path(start, end, way=way)
        if trail:
            return _tell_path(room, trail)
    return None


def first(room: Room) -> str | None:
    """Say where the board, or the list under a heading, begins."""
    return _edge(room, "before")


def last(room: Room) -> str | None:
    """Say where the board, or the list under a heading, ends."""
    return _edge(room, "after")


def _edge(room: Room, way: Way) -> str | None:
    things: list[Thing] = []
    for link in room.link(room.question.x):
        inside = members(room, link.thing) if link.score >= DESCRIBED_LINK else []
        things += inside[:1] if way == "before" else inside[-1:]
    board = board_named(room, room.question.x)
    if not things and board is not None:
        things = room.graph.ends(board, way)
    if not things:
        return None
    return _join(room, [f"{name(t)} {room.notes.cite(room.notes.of_thing(t))}" for t in things])


def _spread(room: Room, way: Way) -> str | None:
    walk = room.graph.followers if way == "after" else room.graph.leaders
    trails: list[Trail] = []
    tiers = room.tiers(room.question.x)
    # Where the likeliest things have no arrows, nearly as likely ones may be meant.
    for links in tiers[:1] + [tier for tier in tiers[1:] if tier[0].score >= SURE_LINK]:
        trails = walk(link.thing.ref for link in links)
        # Where some lines have heads, those without don't say what comes next.
        trails = [t for t in trails if all(s.directed for s in t)] or trails
        trails = _asked_for(room, trails, links)[:MAX_TRAILS]
        if trails:
            break
    if not trails:
        return None
    things = room.graph.things(ref for t in trails for s in t for ref in (s.source, s.target))
    sentences = []
    for start in dict.fromkeys(trail[0].source for trail in trails):
        ends = [_end(room, trail, things) for trail in trails if trail[0].source == start]
        sentences.append(_sentence(room, way, name(things[start]), ends))
    return _join(room, sentences)


def _end(room: Room, trail: Trail, things: dict[Ref, Thing]) -> str:
    labels = [quoted(label_of(step.label)) for step in trail if step.label.strip()]
    label = f" ({', '.join(labels)})" if labels else ""
    mark = room.notes.cite(room.notes.of_trail(trail, things))
    return f"{name(things[trail[-1].target])}{label} {mark}"


def _sentence(room: Room, way: Way, start: str, ends: Sequence[str]) -> str:
    if room.zh:
        listed = "、".join(ends)
        return f"{start}之后是{listed}" if way == "after" else f"{start}之前是{listed}"
    listed = ", ".join(ends)
    return f"After {start}: {listed}" if way == "after" else f"Before {start}: {listed}"


def _asked_for(room: Room, trails: list[Trail], links: Sequence[Link]) -> list[Trail]:
    """Keep the trails whose label the question names, where it names one ("if it is paid")."""
    own = {link.thing.ref: label_of(link.thing.text) for link in links}
    wanted = words_of(room.question.x)
    named = []
    for trail in trails:
        held = room.match.degrees(wanted, own.get(trail[0].source, ""), meant=False)
        rest = [word for word, degree in zip(wanted, held, strict=True) if not degree]
        label = " ".join(step.label for step in trail)
        if label.strip() and rest and max(room.match.degrees(rest, label)) >= SAID_ON_LABEL:
            named.append(trail)
    return named or trails


def _by_label(room: Room) -> str | None:
    """Answer "what happens if X" from an arrow that X is written on."""
    wanted = words_of(room.question.x)
    told = []
    for evidence in room.found:
        _, _, label = evidence.text.partition(": ")
        if evidence.unit == "relation" and label and room.match.share(wanted, label) >= SURE_LINK:
            told.append(f"“{quoted(evidence.text)}” {room.notes.cite(evidence)}")
    return _join(room, told[:MAX_TRAILS]) if told else None


def _tell_path(room: Room, trail: Trail) -> str:
    """Write ``“A” → “B” (label) [1] → “C” [2]``; a hop between boards needs no arrow.

    Where a link joins two names, the other name is told: ``= “B2” (on “board”)``.
    """
    refs = dict.fromkeys(ref for step in trail for ref in (step.source, step.target))
    things = room.graph.things(refs)
    words = [name(things[trail[0].source])]
    for step in trail:
        if not step.relation:
            one, other = things[step.source], things[step.target]
            if one.key != other.key:
                words.append(f"= {name(other)} {room.notes.cite(room.notes.of_thing(other))}")
            board = quoted(room.notes.board(step.target[0]).title)
            words.append(f"（在“{board}”中）" if room.zh else f"(on “{board}”)")
            continue
        label = f" ({quoted(label_of(step.label))})" if step.label.strip() else ""
        mark = room.notes.cite(room.notes.of_trail((step,), things))
        arrow = "—" if not step.directed else "←" if step.reverse else "→"
        target = things[step.target]
        shown = name(target) if target.text.strip() else "·"
        words.append(f"{arrow} {shown}{label} {mark}")
    return _join(room, [" ".join(words)])


def _join(room: Room, sentences: Sequence[str]) -> str:
    return "；".join(sentences) + "。" if room.zh else "; ".join(sentences) + "."
