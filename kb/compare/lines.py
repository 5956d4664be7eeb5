"""What became of the lines between nodes that are matched."""

from __future__ import annotations

from collections.abc import Mapping

from kb.compare.shapes import Edge, EdgeChange, EdgeDiff, How
from kb.reading import label_of
from kb.scene import Relation, Scene
from kb.text import key_of


def compare_lines(before: Scene, after: Scene, pairs: Mapping[str, str]) -> EdgeDiff:
    """Compare the lines of two scenes; `pairs` maps node ids before to node ids after."""
    return _Lines(before, after, pairs).compared()


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
        """Take away the lines whose ends are the same two nodes; return those that changed."""
        found: dict[frozenset[str], list[Relation]] = {}
        for line in self._new:
            found.setdefault(frozenset((line.source, line.target)), []).append(line)
        changed, gone = [], []
        for line in self._old:
            ends = self._pairs.get(line.source), self._pairs.get(line.target)
            there = found.get(frozenset(filter(None, ends)), []) if all(ends) else []
            if not there:
                gone.append(line)
                continue
            best = min(there, key=lambda other: (len(self._how(line, other)), other.id))
            there.remove(best)
            if how := self._how(line, best):
                changed.append(self._change(line, best, how))
        self._old, self._new = gone, [one for left in found.values() for one in left]
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

        A line that went or came with its node is no rewiring.
        """
        old = [one for one in self._old if one.source in self._pairs and one.target in self._pairs]
        new = [one for one in self._new if {one.source, one.target} <= self._reached]
        choices = sorted(
            (-worth, a.id, b.id, a, b) for a in old for b in new if (worth := self._worth(a, b))
        )
        rewired = []
        for *_, a, b in choices:
            if a in self._old and b in self._new:
                self._old.remove(a)
                self._new.remove(b)
                rewired.append(self._change(a, b, ("ends",)))
        return rewired

    def _worth(self, old: Relation, new: Relation) -> int:
        starts = self._pairs[old.source] == new.source
        ends = self._pairs[old.target] == new.target
        if not starts and not ends:
            return 0
        label = key_of(old.label)
        return 1 + (old.kind == new.kind) + 2 * (label != "" and label == key_of(new.label))

    def _change(self, old: Relation, new: Relation, how: tuple[How, ...]) -> EdgeChange:
        before, after = _edge(old, self._names[0]), _edge(new, self._names[1])
        return EdgeChange(before=before, after=after, how=how)


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
