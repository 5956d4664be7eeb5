"""From a store and what is asked of it to a corpus."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from evals.extraction.progress import shown
from evals.retrieval.questions import Place
from evals.retrieval.world import Known, known_boards, nodes_of
from evals.training.asking.corpus import Asked, Corpus, Rows, Vector
from evals.training.questions.written import Lesson
from kb.index.centring import Centres
from kb.text import key_of, language_of
from kb.weights import WEIGHTS

if TYPE_CHECKING:
    from kb.base import KnowledgeBase
    from kb.index.points import Point


def gather(base: KnowledgeBase, lessons: Sequence[Lesson]) -> Corpus:
    """Return all units of a store, and every wording of the lessons that it can answer."""
    workspace = base.settings.workspace
    points = list(base.index.points(workspace=workspace))
    view = Centres(base.index.profile(workspace), base.means, WEIGHTS.taken)
    rows = _Rows(points, known_boards(base, workspace))
    asked = [one for it in shown(lessons, len(lessons), "lessons") for one in rows.asked(it)]
    return Corpus(
        vectors=_freed(points, view),
        boards=[point.payload["board"] for point in points],
        means={one: WEIGHTS.taken * mean for one, mean in base.means.questions.items()},
        asked=asked,
    )


def _freed(points: Sequence[Point], view: Centres) -> Vector:
    """Return vectors without their language, of length 1."""
    vectors = np.array([point.dense for point in points], np.float32)
    centres = view.passages()
    nothing = np.zeros(vectors.shape[1], np.float32)
    vectors -= np.stack([centres.get(one.payload.get("language", ""), nothing) for one in points])
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


class _Rows:
    """Where boards, nodes and words are among the units of a store."""

    def __init__(self, points: Sequence[Point], known: dict[str, Known]) -> None:
        self._known = known
        self._boards: dict[str, Rows] = defaultdict(list)
        self._nodes: dict[tuple[str, str], Rows] = defaultdict(list)
        self._texts: dict[str, Rows] = defaultdict(list)
        self._keys = [key_of(point.payload["text"]) for point in points]
        for row, point in enumerate(points):
            board = point.payload["board"]
            self._boards[board].append(row)
            self._texts[self._keys[row]].append(row)
            if point.payload["unit"] == "node":
                self._nodes[board, point.payload["nodes"][0]].append(row)

    def asked(self, lesson: Lesson) -> list[Asked]:
        """Return the wordings of a lesson; none where no unit answers it."""
        groups = [[place for place in group if place.board in self._known]
                  for group in lesson.places]  # fmt: skip
        groups = [group for group in groups if group]
        nodes = [rows for group in groups for rows in self._wanted(group)]
        if not lesson.answerable or not nodes:
            return []
        starts = [self._begun(group, start) for group in groups for start in lesson.starts]
        starts = [rows for rows in starts if rows]
        boards = [
            [row for place in group for row in self._boards[self._known[place.board].id]]
            for group in groups
        ]
        same = self._same({row for rows in nodes for row in rows})
        return [
            Asked(text, language_of(text) or "en", lesson.category, nodes, starts, boards, same)
            for text in lesson.wordings
        ]

    def _wanted(self, group: Sequence[Place]) -> list[Rows]:
        """Return the rows of each node that is wanted: the n-th of any of the places."""
        found = []
        for number in range(max(len(place.nodes) for place in group)):
            there = [place for place in group if number < len(place.nodes)]
            rows = [row for one in there for row in self._begun([one], one.nodes[number])]
            if rows:
                found.append(rows)
        return found

    def _begun(self, places: Iterable[Place], beginning: str) -> Rows:
        """Return the rows of the nodes on these boards whose words begin so."""
        boards = [self._known[place.board] for place in places]
        return [
            row
            for board in boards
            for node in sorted(nodes_of(board.scene, [beginning]))
            for row in self._nodes.get((board.id, node), ())
        ]

    def _same(self, right: set[int]) -> Rows:
        keys = {self._keys[row] for row in right}
        return sorted({row for key in keys for row in self._texts[key]} - right)
