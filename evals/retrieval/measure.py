"""Asks every question of every system and counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from evals.extraction.bootstrap import Array, Estimate, draws_of, ratio
from evals.extraction.progress import shown
from evals.retrieval.questions import CATEGORIES, Question
from evals.retrieval.ranking import Score, nodes_found, score
from evals.retrieval.systems import System
from evals.retrieval.world import Group, Known, spots
from kb.text import language_of

METRICS = ("recall1", "recall5", "recall20", "mrr", "ndcg", "nodes")
LABELS = {
    "recall1": "recall@1", "recall5": "recall@5", "recall20": "recall@20", "mrr": "MRR",
    "ndcg": "nDCG@10", "nodes": "nodes in first 10",
}  # fmt: skip
Figures = Mapping[str, Mapping[str, Estimate]]  # by group, by metric

DIRECTIONS = ("en → en", "zh → zh", "en → zh", "zh → en")

_draws = lru_cache(maxsize=64)(draws_of)  # the same for every figure of a group


@dataclass(frozen=True)
class Asked:
    """A question with what is right, and each system's score."""

    question: Question
    right: Sequence[Group]
    direction: str
    scores: Mapping[str, Score]
    first: Mapping[str, Sequence[str]]  # names of the first boards of each system


def answerable(
    questions: Sequence[Question], known: dict[str, Known]
) -> Iterator[tuple[Question, list[Group]]]:
    """Yield the questions that the boards at hand can answer, with what is right."""
    for question in questions:
        right = spots(question, known) if question.answerable else []
        if right:
            yield question, right


def measured(
    systems: Mapping[str, System], questions: Sequence[Question], known: dict[str, Known]
) -> list[Asked]:
    """Ask every answerable question of every system, with progress on stderr."""
    names = {board.id: board.name for board in known.values()}
    todo = list(answerable(questions, known))
    asked = []
    for question, right in shown(todo, len(todo), "questions"):
        scores, first = {}, {}
        for name, system in systems.items():
            found = system(question.text)
            nodes = None if found.nodes is None else nodes_found(found.nodes, right)
            scores[name] = score(found.boards, right, nodes)
            first[name] = [names.get(board, board) for board in found.boards[:5]]
        asked.append(Asked(question, right, direction(question, right, known), scores, first))
    return asked


def direction(question: Question, right: Sequence[Group], known: Mapping[str, Known]) -> str:
    """Return the languages of the question and of the right words on the boards: "zh → en"."""
    scenes = {board.id: board.scene for board in known.values()}
    words = [
        node.text
        for group in right
        for spot in group
        for node in scenes[spot.board].nodes
        if node.id in spot.nodes or not spot.nodes
    ]
    theirs = "zh" if language_of("\n".join(words)) == "zh" else "en"
    return f"{question.language} → {theirs}"


def groups(asked: Sequence[Asked]) -> dict[str, list[int]]:
    """Return the numbers of the questions in each group: all, by category, by direction."""
    found = {"all": list(range(len(asked)))}
    for category in CATEGORIES:
        found[category] = [n for n, one in enumerate(asked) if one.question.category == category]
    for way in DIRECTIONS:
        found[way] = [n for n, one in enumerate(asked) if one.direction == way]
    return {name: numbers for name, numbers in found.items() if numbers}


def estimates(values: Callable[[int], float | None], numbers: Sequence[int]) -> Estimate:
    """Return the mean of a figure over the questions `numbers`, with its interval."""
    known = [value for value in map(values, numbers) if value is not None]
    if not known:
        return Estimate(None)
    above: Array = np.array(known, float)
    return ratio(above, np.ones(len(known)), _draws(len(known)))


def table(asked: Sequence[Asked], system: str) -> dict[str, dict[str, Estimate]]:
    """Return every figure of one system in every group."""
    return {
        group: {
            metric: estimates(lambda n, m=metric: getattr(asked[n].scores[system], m), numbers)  # type: ignore[misc]
            for metric in METRICS
        }
        for group, numbers in groups(asked).items()
    }
