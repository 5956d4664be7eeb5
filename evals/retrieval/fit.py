"""``python -m evals.retrieval.fit``: fit the weights of search on the dev half.

Coordinate by coordinate: each weight is tried larger and smaller, and kept where the dev half is
found better, until a round changes nothing. Prints the weights that `kb.weights` should hold.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from evals.retrieval.measure import answerable
from evals.retrieval.questions import Question, questions
from evals.retrieval.ranking import in_order, nodes_found, score, shown_nodes
from evals.retrieval.world import Group, known_boards, opened
from kb.weights import WEIGHTS, Weights

if TYPE_CHECKING:
    from kb.base import KnowledgeBase

STEPS = (0.5, 0.75, 1.33, 2.0)
BOUNDS = {"taken": 0.9, "plain": 0.95, "stray": 0.95}  # shares that stay below 1
BETTER = 0.0005  # of the goal, below which a change is noise


class Remembered:
    """An embedder that embeds each question once."""

    def __init__(self, embedder: Any) -> None:
        self._embedder = embedder
        self._known: dict[str, NDArray[np.float32]] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._embedder, name)

    def query(self, text: str) -> NDArray[np.float32]:
        """See `kb.embed.Embedder`."""
        if text not in self._known:
            self._known[text] = self._embedder.query(text)
        return self._known[text]


def goal(base: KnowledgeBase, todo: Sequence[tuple[Question, list[Group]]]) -> float:
    """Return the mean of what counts: boards among the first, and right nodes among the first ten.

    Half of it is the mean over all questions and half that over the categories, each alike.
    """
    from kb.search import search

    now = datetime.now(UTC)
    found: dict[str, list[float]] = {}
    for question, right in todo:
        page = search(
            base, question.text, workspace=base.settings.workspace, k=30, now=now
        ).evidence
        first = search(base, question.text, workspace=base.settings.workspace, k=10, now=now)
        one = score(in_order(page), right)
        nodes = nodes_found(shown_nodes(first.evidence), right)
        found.setdefault(question.category, []).append((one.recall5 + one.ndcg + nodes) / 3)
    everything = [value for values in found.values() for value in values]
    by_category = [float(np.mean(values)) for values in found.values()]
    return (float(np.mean(everything)) + float(np.mean(by_category))) / 2


def fitted(
    base: KnowledgeBase, todo: Sequence[tuple[Question, list[Group]]], names: Sequence[str]
) -> Iterator[tuple[Weights, float]]:
    """Yield ever better weights, and what they reach."""
    best = base.weights
    reached = goal(base, todo)
    yield best, reached
    changed = True
    while changed:
        changed = False
        for name in names:
            for weights in _around(best, name):
                base.weights = weights
                if (now := goal(base, todo)) > reached + BETTER:
                    best, reached, changed = weights, now, True
                    yield best, reached
            base.weights = best


def _around(weights: Weights, name: str) -> Iterator[Weights]:
    value = getattr(weights, name)
    for step in STEPS:
        tried = round(min(value * step, BOUNDS.get(name, 2.0)), 3)
        if tried != value:
            yield replace(weights, **{name: tried})


def main() -> int:
    """Fit, print each step."""
    known = [field.name for field in fields(Weights)]
    parser = argparse.ArgumentParser(prog="python -m evals.retrieval.fit", description=__doc__)
    parser.add_argument("weights", nargs="*", default=known, help=f"of {', '.join(known)}")
    parser.add_argument("--home", type=Path, help="store to use and keep, instead of a passing one")
    options = parser.parse_args()
    with opened(options.home) as base:
        base.__dict__["embedder"] = Remembered(base.embedder)
        base.weights = WEIGHTS
        boards = known_boards(base, base.settings.workspace)
        todo = list(answerable(questions("dev"), boards))
        for weights, reached in fitted(base, todo, options.weights):
            print(f"{reached:.4f} {weights}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
