"""From the boards with a thing to what happened to it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from kb.apart import named
from kb.compare.matching import match
from kb.compare.scenes import compare_scenes
from kb.compare.shapes import SceneDiff
from kb.evidence import Citation
from kb.scene import Node, Scene, union_box
from kb.text import key_of
from kb.timeline.shapes import Event, What
from kb.timeline.sightings import Seen
from kb.timeline.states import Line, decided, finished, lines_of
from kb.timeline.words import Words

MAX_QUOTE = 2_000  # characters of one citation


@dataclass(frozen=True)
class _Told:
    """An event on a board, and the nodes, of this board or its former version, that show it."""

    board: Seen
    what: What
    text: str
    cited: Seen
    nodes: tuple[str, ...]


class Teller:
    """Collects the events of one thing."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._told: list[_Told] = []
        self._lines: set[tuple[str, str]] = set()

    def history(self, boards: Sequence[Seen]) -> None:
        """Tell what happened over the versions of one board, oldest first."""
        before: Seen | None = None
        was_here = False
        for board in boards:
            if before is None or not before.nodes:
                before = self._arrives(board, before, was_here=was_here)
            else:
                before = self._goes_on(before, board)
            was_here |= bool(before.nodes)

    def events(self) -> tuple[Event, ...]:
        """Return what was told, in time order, its citations numbered."""
        ordered = sorted(self._told, key=lambda one: (one.board.at.when, one.board.at.board.id))
        citations = named([_citation(n, told) for n, told in enumerate(ordered, start=1)])
        return tuple(map(_event, ordered, citations))

    def _arrives(self, board: Seen, before: Seen | None, *, was_here: bool) -> Seen:
        """Tell that the thing is on a board whose former version, if any, lacked it."""
        if board.nodes:
            again = bool(self._told)
            it = self._words.names(node.text for node in _nodes(board.scene, board.nodes))
            words = "back" if was_here else "again" if again else "appeared"
            self._tell(board, "appeared", words, board.nodes, it=it)
            for line in lines_of(board.scene, board.nodes):
                if _way(line) not in self._lines and (again or before is not None):
                    self._line(board, line, "connected", board)
                self._lines.add(_way(line))
            self._states(board, set(), set())
        return board

    def _goes_on(self, before: Seen, board: Seen) -> Seen:
        """Tell the step from one version to the next; return it with the thing followed into it."""
        matching = match(before.scene, board.scene)
        followed = {matching.pairs[node] for node in before.nodes if node in matching.pairs}
        here = replace(board, nodes=board.nodes | followed)
        diff = compare_scenes(before.scene, board.scene, matching)
        self._came_and_went(before, here, diff)
        self._changed(here, diff)
        self._moved(here, diff)
        self._lines_changed(before, here, diff)
        were = (decided(before.scene, before.nodes), finished(before.scene, before.nodes))
        self._states(here, *({matching.pairs.get(node.id) for node in nodes} for nodes in were))
        return here

    def _came_and_went(self, before: Seen, here: Seen, diff: SceneDiff) -> None:
        came = [node for node in diff.nodes.added if node.id in here.nodes]
        went = [node for node in diff.nodes.removed if node.id in before.nodes]
        if came:
            it = self._words.names(node.text for node in came)
            self._tell(here, "appeared", "appeared", [node.id for node in came], it=it)
        if went:
            text = self._words.say("gone", it=self._words.names(node.text for node in went))
            nodes = tuple(node.id for node in went)
            self._told.append(_Told(here, "gone", text, before, nodes))

    def _changed(self, here: Seen, diff: SceneDiff) -> None:
        for change in diff.nodes.changed:
            for text in self._words.changed(change) if change.after.id in here.nodes else ():
                self._told.append(_Told(here, "changed", text, here, (change.after.id,)))

    def _moved(self, here: Seen, diff: SceneDiff) -> None:
        for move in diff.nodes.moved:
            if move.after.id in here.nodes and move.out_of != move.into:
                text = self._words.moved(move)
                self._told.append(_Told(here, "moved", text, here, (move.after.id,)))

    def _lines_changed(self, before: Seen, here: Seen, diff: SceneDiff) -> None:
        lines = diff.relations
        turned = [one for one in (*lines.changed, *lines.rewired) if one.how != ("kind",)]
        came = {one.id for one in lines.added} | {one.after.id for one in turned}
        went = {one.id for one in lines.removed} | {one.before.id for one in turned}
        for line in lines_of(before.scene, before.nodes) if here.nodes else ():
            if line.id in went:
                self._line(here, line, "disconnected", before)
        for line in lines_of(here.scene, here.nodes):
            if line.id in came:
                self._line(here, line, "connected", here)
            self._lines.add(_way(line))

    def _line(self, here: Seen, line: Line, what: What, cited: Seen) -> None:
        own = {node.id: node.text for node in cited.scene.nodes}
        text = self._words.say(
            line.way if what == "connected" else f"-{line.way}",
            it=self._words.name(own[line.node]),
            other=self._words.name(line.name),
            label=self._words.label(line.label),
        )
        self._told.append(_Told(here, what, text, cited, (line.node, line.other)))

    def _states(
        self, here: Seen, was_decided: Collection[str | None], was_finished: Collection[str | None]
    ) -> None:
        for node in decided(here.scene, here.nodes):
            if node.id not in was_decided:
                self._tell(here, "decided", "decided", [node.id], it=self._words.name(node.text))
        for node in finished(here.scene, here.nodes):
            if node.id not in was_finished:
                self._tell(here, "finished", "finished", [node.id], it=self._words.name(node.text))

    def _tell(
        self, here: Seen, what: What, words: str, nodes: Collection[str], **parts: str
    ) -> None:
        text = self._words.say(words, **parts)
        self._told.append(_Told(here, what, text, here, tuple(sorted(nodes))))


def _way(line: Line) -> tuple[str, str]:
    return (line.way, key_of(line.name))


def _nodes(scene: Scene, ids: Collection[str]) -> list[Node]:
    return [node for node in scene.nodes if node.id in ids]


def _citation(number: int, told: _Told) -> Citation:
    nodes = _nodes(told.cited.scene, told.nodes)
    return Citation(
        n=number,
        board=told.cited.at.board,
        nodes=told.nodes,
        region=union_box([node.bbox for node in nodes]),
        text="\n".join(node.text.strip() for node in nodes)[:MAX_QUOTE],
    )


def _event(told: _Told, citation: Citation) -> Event:
    at = told.board.at
    return Event(when=at.when, dated=at.dated, what=told.what, text=told.text, citation=citation)
