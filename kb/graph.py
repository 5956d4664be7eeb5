"""The relation graph over the catalog: what follows, what leads to, and paths between things.

Breadth-first search by SQL: each layer is a handful of indexed queries for the whole frontier, and
nothing loads the graph. Every query names the workspace. Same-named nodes (equal catalog `key`)
and nodes whose names are linked (`kb.links`: accepted by a user, or strongly suggested) join boards
to one another, except for names so common that they say nothing ("yes", "start").
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal, TypeVar

from sqlalchemy import Select, select, tuple_
from sqlalchemy.orm import Session

from kb.catalog import BoardRow, NodeRow, RelationRow
from kb.links.around import rare
from kb.links.joined import joined_names
from kb.scene import Box

Ref = tuple[str, str]
"""Address of a node: (board id, node id)."""

Item = TypeVar("Item")
Way = Literal["after", "before", "both"]

BATCH = 300  # addresses in one query
MAX_DEPTH = 16
MAX_VISITED = 5_000
MAX_SILENT = 4  # nodes without words that a step may pass through

FLOW = ("arrow", "line")
ALL_KINDS = ("arrow", "line", "annotates", "contains")


@dataclass(frozen=True, slots=True)
class Thing:
    """A node as the graph knows it."""

    ref: Ref
    kind: str
    text: str
    key: str
    region: Box
    parent: str | None
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One hop. Where `relation` is "", both ends are one thing on two boards, by name or link.

    `source` and `target` are in the order of the walk; `reverse` says that the arrow points the
    other way. `directed` is False for lines without direction.
    """

    source: Ref
    target: Ref
    relation: str = ""
    label: str = ""
    directed: bool = True
    reverse: bool = False


Trail = tuple[Step, ...]
"""A walk: the target of each step is the source of the next."""


class Graph:
    """Questions to the relations of one workspace, within one catalog session."""

    def __init__(self, session: Session, workspace: str) -> None:
        self._session = session
        self._workspace = workspace

    def things(self, refs: Iterable[Ref]) -> dict[Ref, Thing]:
        """Return the nodes at `refs`; those of other workspaces or being removed are left out."""
        found: dict[Ref, Thing] = {}
        address = tuple_(NodeRow.board_id, NodeRow.node_id)
        for batch in _batches(dict.fromkeys(refs)):
            rows = self._session.scalars(_nodes(self._workspace).where(address.in_(batch)))
            found.update((thing.ref, thing) for thing in map(_thing, rows))
        return found

    def named(self, keys: Collection[str]) -> list[Thing]:
        """Return all nodes with one of these keys, by board and id; the empty key names nothing."""
        found: list[Thing] = []
        for batch in _batches(sorted(key for key in keys if key)):
            statement = _nodes(self._workspace).where(NodeRow.key.in_(batch))
            found += map(_thing, self._session.scalars(statement))
        return sorted(found, key=lambda thing: thing.ref)

    def held_by(self, ref: Ref) -> list[Thing]:
        """Return the nodes whose container is the node at `ref`, from the top."""
        statement = _nodes(self._workspace).where(
            NodeRow.board_id == ref[0], NodeRow.parent == ref[1]
        )
        found = map(_thing, self._session.scalars(statement))
        return sorted(found, key=lambda thing: (thing.region[1], thing.region[0], thing.ref))

    def ends(self, board: str, way: Way) -> list[Thing]:
        """Return the named things where the arrows of a board begin ("before") or end ("after")."""
        rows = self._session.execute(
            select(RelationRow.source, RelationRow.target).where(
                RelationRow.board_id == board,
                RelationRow.workspace == self._workspace,
                RelationRow.kind == "arrow",
                RelationRow.directed,
            )
        ).all()
        tails, heads = {row[0] for row in rows}, {row[1] for row in rows}
        loose = tails - heads if way == "before" else heads - tails
        found = self.things((board, node) for node in loose).values()
        named = (thing for thing in found if thing.text.strip())
        return sorted(named, key=lambda thing: (thing.region[1], thing.region[0], thing.ref))

    def followers(self, refs: Iterable[Ref], *, depth: int = 1) -> list[Trail]:
        """Return walks along the arrows from `refs` to the next named things, nearest first.

        Shapes without words (a bare gateway) are passed through, words that nobody could read are
        not: a step stands there (an empty text element of a drawing counts as one). Undirected
        lines go both ways. `depth` counts named things.
        """
        return self._spread(refs, "after", depth)

    def leaders(self, refs: Iterable[Ref], *, depth: int = 1) -> list[Trail]:
        """Return walks against the arrows from `refs` to the named things before them."""
        return self._spread(refs, "before", depth)

    def neighbours(self, refs: Iterable[Ref]) -> list[Step]:
        """Return every relation that touches `refs`, walked from there, whatever its kind."""
        return self._steps(sorted(set(refs)), "both", ALL_KINDS)

    def path(
        self,
        starts: Iterable[Ref],
        ends: Iterable[Ref],
        *,
        way: Way = "after",
        across: bool = True,
        depth: int = MAX_DEPTH,
    ) -> Trail | None:
        """Return a shortest walk from a start to an end, or None within the bounds.

        Args:
            starts: where it may begin.
            ends: where it may end; an end that is a start gives the empty walk.
            way: "after" respects the arrows, "both" ignores their direction.
            across: hop between boards by same-named and linked nodes (each hop is a step).
            depth: most steps; at most MAX_VISITED nodes are seen.
        """
        first, goal = sorted(set(starts)), set(ends)
        if any(ref in goal for ref in first):
            return ()
        came: dict[Ref, Step | None] = dict.fromkeys(first)
        frontier = first
        for _ in range(depth):
            fresh: list[Ref] = []
            hops = self._steps(frontier, way, FLOW)
            if across:
                hops += self._same_things(frontier)
            for step in hops:
                if step.target not in came:
                    came[step.target] = step
                    fresh.append(step.target)
            if reached := sorted(ref for ref in fresh if ref in goal):
                return _walk_back(came, reached[0])
            frontier = fresh
            if not frontier or len(came) > MAX_VISITED:
                return None
        return None

    def _spread(self, refs: Iterable[Ref], way: Way, depth: int) -> list[Trail]:
        trails: dict[Ref, Trail] = dict.fromkeys(refs, ())
        frontier = sorted(trails)
        found: list[Ref] = []
        for _ in range(depth):
            named: list[Ref] = []
            for _ in range(MAX_SILENT + 1):
                fresh = self._reach(frontier, way, trails)
                things = self.things(fresh)
                spoken = {ref for ref in fresh if ref in things and things[ref].text.strip()}
                named += [ref for ref in fresh if ref in spoken]
                frontier = [
                    ref
                    for ref in fresh
                    if ref not in spoken and not (ref in things and things[ref].kind == "text")
                ]
                if not frontier or len(trails) > MAX_VISITED:
                    break
            found += named
            frontier = named
            if not frontier or len(trails) > MAX_VISITED:
                break
        return [trails[ref] for ref in found]

    def _reach(self, frontier: list[Ref], way: Way, trails: dict[Ref, Trail]) -> list[Ref]:
        """Add one step to the trails of `frontier`; return what was reached for the first time."""
        fresh: list[Ref] = []
        for step in self._steps(frontier, way, FLOW):
            if step.target not in trails:
                trails[step.target] = (*trails[step.source], step)
                fresh.append(step.target)
        return fresh

    def _steps(self, refs: list[Ref], way: Way, kinds: Collection[str]) -> list[Step]:
        """Return the hops that leave `refs`, each relation once from either end, in fixed order."""
        hops: list[Step] = []
        for batch in _batches(refs):
            # Against the direction asked for, only lines without direction are walked.
            hops += self._hops(batch, kinds, forward=True, any_line=way != "before")
            hops += self._hops(batch, kinds, forward=False, any_line=way != "after")
        return sorted(hops, key=lambda hop: (hop.source[0], hop.relation, hop.reverse))

    def _hops(
        self, batch: list[Ref], kinds: Collection[str], *, forward: bool, any_line: bool
    ) -> list[Step]:
        statement = (
            select(
                RelationRow.board_id,
                RelationRow.relation_id,
                RelationRow.source,
                RelationRow.target,
                RelationRow.label,
                RelationRow.directed,
            )
            .join(BoardRow, BoardRow.id == RelationRow.board_id)
            .where(RelationRow.workspace == self._workspace, BoardRow.state != "deleting")
            .where(RelationRow.kind.in_(kinds))
        )
        column = RelationRow.source if forward else RelationRow.target
        statement = statement.where(tuple_(RelationRow.board_id, column).in_(batch))
        if not any_line:
            statement = statement.where(RelationRow.directed.is_(False))
        hops = []
        for board, relation, source, target, label, directed in self._session.execute(statement):
            here, there = (source, target) if forward else (target, source)
            hops.append(Step((board, here), (board, there), relation, label, directed, not forward))
        return hops

    def same_names(self, keys: Collection[str]) -> dict[str, set[str]]:
        """Return for each name those of the same thing, itself included unless it joins nothing."""
        return joined_names(self._session, self._workspace, [key for key in keys if len(key) > 1])

    def _same_things(self, refs: list[Ref]) -> list[Step]:
        """Return hops from `refs` to the same things elsewhere, unless a name is too common."""
        named: dict[str, list[Ref]] = {}
        for thing in self.things(refs).values():
            named.setdefault(thing.key, []).append(thing.ref)
        names = self.same_names(named)
        wanted = {other for others in names.values() for other in others}
        there: dict[str, list[Ref]] = {}
        for thing in self.named(rare(self._session, self._workspace, wanted)):
            there.setdefault(thing.key, []).append(thing.ref)
        return [
            Step(ref, other, directed=False)
            for key, others in sorted(names.items())
            for name in sorted(others)
            for other in there.get(name, ())
            for ref in named[key]
            if ref != other
        ]


def _nodes(workspace: str) -> Select[Any]:
    """Select the nodes of a workspace, without the boards that are being removed."""
    return (
        select(NodeRow)
        .join(BoardRow, BoardRow.id == NodeRow.board_id)
        .where(NodeRow.workspace == workspace, BoardRow.state != "deleting")
    )


def _thing(row: NodeRow) -> Thing:
    return Thing(
        ref=(row.board_id, row.node_id),
        kind=row.kind,
        text=row.text,
        key=row.key,
        region=(row.x0, row.y0, row.x1, row.y1),
        parent=row.parent,
        tags=tuple(row.tags),
    )


def _walk_back(came: dict[Ref, Step | None], end: Ref) -> Trail:
    steps: list[Step] = []
    step = came[end]
    while step is not None:
        steps.append(step)
        step = came[step.source]
    return tuple(reversed(steps))


def _batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    waiting = iter(items)
    while batch := list(islice(waiting, BATCH)):
        yield batch
