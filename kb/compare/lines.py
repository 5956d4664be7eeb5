"""What became of the lines between nodes that are matched."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Set
from typing import NamedTuple, get_args

from kb.compare.shapes import Edge, EdgeChange, EdgeDiff, How
from kb.reading import label_of
from kb.scene import Relation, Scene
from kb.text import key_of


def compare_lines(before: Scene, after: Scene, pairs: Mapping[str, str]) -> EdgeDiff:
    """Compare the lines of two scenes; `pairs` maps node ids before to node ids after."""
    return _Lines(before, after, pairs).compared()


class _Likeness(NamedTuple):
    label: bool
    kind: bool


_LIKENESSES = tuple(
    _Likeness(*one) for one in ((True, True), (True, False), (False, True), (False, False))
)


class _Lines:
    def __init__(self, before: Scene, after: Scene, pairs: Mapping[str, str]) -> None:
        self._names = _names(before), _names(after)
        self._pairs = pairs
        self._reached = set(pairs.values())
        self._old = [one for one in before.relations if one.kind != "contains"]
        self._new = [one for one in after.relations if one.kind != "contains"]

    def compared(self) -> EdgeDiff:
        changed = self._stayed()
        rewired = self._rewired()
        return EdgeDiff(
            added=tuple(_edge(one, self._names[1]) for one in self._new),
            removed=tuple(_edge(one, self._names[0]) for one in self._old),
            changed=tuple(changed),
            rewired=tuple(rewired),
        )

    def _stayed(self) -> list[EdgeChange]:
        """Take away the lines whose ends are the same two nodes; return those that changed.

        Lines that are just as they were go first: of two ways that one is rubbed out, the other
        has not turned.
        """
        found: dict[frozenset[str], list[Relation]] = {}
        for line in self._new:
            found.setdefault(frozenset((line.source, line.target)), []).append(line)
        stayed: dict[str, tuple[Relation, tuple[How, ...]]] = {}  # by the id of the line before
        for most in range(len(get_args(How))):
            for line in self._old:
                ends = self._pairs.get(line.source), self._pairs.get(line.target)
                there = found.get(frozenset(filter(None, ends)), []) if all(ends) else []
                if not there or line.id in stayed:
                    continue
                best = min(there, key=lambda other: (len(self._how(line, other)), other.id))
                if len(how := self._how(line, best)) <= most:
                    there.remove(best)
                    stayed[line.id] = best, how
        changed = [
            self._change(line, *stayed[line.id])
            for line in self._old
            if line.id in stayed and stayed[line.id][1]
        ]
        self._old = [line for line in self._old if line.id not in stayed]
        self._new = [one for left in found.values() for one in left]
        self._new.sort(key=lambda line: line.id)
        return changed

    def _how(self, old: Relation, new: Relation) -> tuple[How, ...]:
        how: list[How] = []
        if key_of(old.label) != key_of(new.label):
            how.append("label")
        if old.kind != new.kind:
            how.append("kind")
        turned = self._pairs[old.source] != new.source
        if old.directed != new.directed or (old.directed and turned):
            how.append("direction")
        return tuple(how)

    def _rewired(self) -> list[EdgeChange]:
        """Pair a line that went with one that came, where one end is the same and all nodes stay.

        A line that went or came with its node is no rewiring. Pairs of the same label go first,
        then those of the same kind. Cost: a look at each line for each grade of likeness.
        """
        old = [one for one in self._old if one.source in self._pairs and one.target in self._pairs]
        new = [one for one in self._new if {one.source, one.target} <= self._reached]
        old.sort(key=lambda line: line.id)
        new.sort(key=lambda line: line.id)
        partners: dict[str, Relation] = {}  # what became of a line that went, by its id
        taken: set[str] = set()
        for likeness in _LIKENESSES:
            found: dict[object, deque[Relation]] = {}
            for line in new:
                for key in _keys(line, likeness, line.source, line.target):
                    found.setdefault(key, deque()).append(line)
            for line in old:
                ends = self._pairs[line.source], self._pairs[line.target]
                keys = _keys(line, likeness, *ends) if line.id not in partners else ()
                if heads := [one for key in keys if (one := _first(found.get(key), taken))]:
                    partners[line.id] = min(heads, key=lambda one: one.id)
                    taken.add(partners[line.id].id)
        self._old = [line for line in self._old if line.id not in partners]
        self._new = [line for line in self._new if line.id not in taken]
        return [
            self._change(line, partners[line.id], ("ends",)) for line in old if line.id in partners
        ]

    def _change(self, old: Relation, new: Relation, how: tuple[How, ...]) -> EdgeChange:
        before, after = _edge(old, self._names[0]), _edge(new, self._names[1])
        return EdgeChange(before=before, after=after, how=how)


def _keys(line: Relation, likeness: _Likeness, start: str, end: str) -> tuple[object, ...]:
    """Return what two lines share, at one end or the other, that are so much alike."""
    label = key_of(line.label)
    if likeness.label and not label:
        return ()
    alike = (label if likeness.label else "", line.kind if likeness.kind else "")
    return ("source", start, *alike), ("target", end, *alike)


def _first(lines: deque[Relation] | None, taken: Set[str]) -> Relation | None:
    """Return the first line that is free; forget those before it."""
    while lines and lines[0].id in taken:
        lines.popleft()
    return lines[0] if lines else None


def _names(scene: Scene) -> dict[str, str]:
    return {node.id: label_of(node.text) for node in scene.nodes}


def _edge(line: Relation, names: Mapping[str, str]) -> Edge:
    return Edge(
        id=line.id,
        kind=line.kind,
        source=line.source,
        target=line.target,
        source_text=names[line.source],
        target_text=names[line.target],
        label=line.label,
        directed=line.directed,
    )
