"""Who has a step by the lane in which it is drawn: “Send parcel back” stands in “Customer”."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import aliased

from kb.answer.notebook import name
from kb.answer.room import SURE_LINK, Room
from kb.catalog import NodeRow, RelationRow
from kb.graph import Ref, Thing
from kb.scene import Box

ASKEW = 0.1  # of a lane's length, by which its ends may miss those of the lane beside it


def lane(room: Room) -> str | None:
    """Tell the lanes that hold the step asked for; None where it stands in none."""
    told = []
    for link in room.link(room.question.x):
        holder = _lane_of(room, link.thing) if link.score >= SURE_LINK else None
        if holder is not None:
            step, its_lane = (
                f"{name(thing)} {room.notes.cite(room.notes.of_thing(thing))}"
                for thing in (link.thing, holder)
            )
            told.append(f"{step}属于{its_lane}" if room.zh else f"{step} in {its_lane}")
    if not told:
        return None
    return "；".join(told) + "。" if room.zh else "; ".join(told) + "."


def _lane_of(room: Room, thing: Thing) -> Thing | None:
    """Return the container of a thing, where that is a lane."""
    place: Ref = (thing.ref[0], thing.parent or "")
    holder = room.graph.things([place]).get(place)
    if holder is None or holder.kind != "container" or not holder.text.strip():
        return None
    return holder if _is_lane(room, holder) else None


def _is_lane(room: Room, holder: Thing) -> bool:
    """Say whether arrows go from a container to others drawn abreast with it, and come back.

    People hand work to each other and get it back; phases and topics only follow each other.
    """
    board, ident = holder.ref
    source, target = aliased(NodeRow), aliased(NodeRow)
    arrows = (
        select(source.parent, target.parent)
        .select_from(RelationRow)
        .join(source, (source.board_id == board) & (source.node_id == RelationRow.source))
        .join(target, (target.board_id == board) & (target.node_id == RelationRow.target))
        .where(RelationRow.board_id == board, RelationRow.directed)
    )
    ways = {
        (one, two) for one, two in room.notes.session.execute(arrows) if one and two and one != two
    }
    things = room.graph.things((board, end) for way in ways for end in way)
    regions = {node: thing.region for (_, node), thing in things.items()}
    abreast = {
        (one, two)
        for one, two in ways
        if one in regions and two in regions and _abreast(regions[one], regions[two])
    }
    return _reaches(abreast, ident, ident)


def _abreast(one: Box, two: Box) -> bool:
    """Say whether two boxes begin and end together, from left to right or from top to bottom."""
    return any(
        max(abs(one[low] - two[low]), abs(one[high] - two[high])) <= ASKEW * (one[high] - one[low])
        for low, high in ((0, 2), (1, 3))
    )


def _reaches(ways: set[tuple[str, str]], start: str, end: str) -> bool:
    """Say whether ways lead from `start`, in one step or more, to `end`."""
    reached: set[str] = set()
    frontier = {start}
    while frontier:
        frontier = {two for one, two in ways if one in frontier} - reached
        reached |= frontier
    return end in reached
