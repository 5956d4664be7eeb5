"""``python -m evals.retrieval.fit``: fit the weights of search on the dev half.

Every question is searched once; then each weight is tried larger and smaller and kept where the
dev half is found better, until a round changes nothing. Prints each step's goal and weights:
`kb.weights` holds the last.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from evals.extraction.progress import shown as progress
from evals.retrieval.measure import answerable
from evals.retrieval.questions import questions
from evals.retrieval.ranking import ITEMS, in_order, nodes_found, score, shown_nodes
from evals.retrieval.world import Group, known_boards, opened
from kb.weights import WEIGHTS, Weights

if TYPE_CHECKING:
    from kb.base import KnowledgeBase
    from kb.evidence import Evidence
    from kb.index import Hit
    from kb.index.inquiry import Inquiry
    from kb.query.hints import Hints
    from kb.query.question import Question

FIXED = ("taken",)  # at work while searching; evals.retrieval --set xquad shows what it does
STEPS = (0.5, 0.75, 1.33, 2.0)
LARGEST = {"plain": 0.95, "stray": 0.95}  # shares that stay below 1
PAGE = 30  # pieces of evidence that boards are taken from
BETTER = 0.0005  # of the goal, below which a change is noise


@dataclass
class Searched:
    """A question with what was found for it, before anything is weighed."""

    text: str
    category: str
    right: Sequence[Group]
    asked: Question
    hints: Hints
    hits: Sequence[Hit]
    inquiry: Inquiry
    _fetched: dict[str, Hit | None] = field(default_factory=dict)
    _units: dict[tuple[str, ...], list[Hit]] = field(default_factory=dict)

    def fetch(self, ids: Sequence[str]) -> list[Hit]:
        """Fetch each unit once."""
        lacking = [i for i in ids if i not in self._fetched]
        self._fetched |= dict.fromkeys(lacking)
        self._fetched |= {hit.id: hit for hit in self.inquiry.fetch(lacking)}
        return [hit for i in ids if (hit := self._fetched[i]) is not None]

    def units(self, boards: Sequence[str]) -> list[Hit]:
        """Look at these boards once."""
        if tuple(boards) not in self._units:
            self._units[tuple(boards)] = self.inquiry.units(boards)
        return self._units[tuple(boards)]


def searched(base: KnowledgeBase) -> Iterator[Searched]:
    """Search for every answerable question of the dev half."""
    from kb.index.sparse import sparse_query
    from kb.query.hints import hints_of
    from kb.query.question import understand
    from kb.search import candidates, wanted

    workspace = base.settings.workspace
    todo = list(answerable(questions("dev"), known_boards(base, workspace)))
    for question, right in progress(todo, len(todo), "questions"):
        asked, hints = understand(question.text), hints_of(question.text, datetime.now(UTC))
        inquiry = base.index.inquire(
            base.embedder.asked(question.text).vector,
            sparse_query(question.text),
            workspace=workspace,
            language=asked.language,
            means=base.means,
            text=question.text,
        )
        hits = candidates(inquiry, question.text, hints, wanted(ITEMS, hints))
        yield Searched(question.text, question.category, right, asked, hints, hits, inquiry)


def goal(found: Sequence[Searched], weights: Weights) -> dict[str, tuple[float, float, float]]:
    """Return recall@5, nDCG@10 and right nodes among the first ten, by category."""
    rows: dict[str, list[tuple[float, float, float]]] = {}
    for one in found:
        rows.setdefault(one.category, []).append(judged(one, weights))
    return {name: tuple(np.mean(row, axis=0).tolist()) for name, row in sorted(rows.items())}


def judged(one: Searched, weights: Weights) -> tuple[float, float, float]:
    """Return recall@5, nDCG@10 and right nodes among the first ten of one question."""
    from kb.index.fusion import weighed
    from kb.search import evidence_of, grouped, shown, wanted, weigh

    def fetch(ids: Sequence[str]) -> list[Hit]:
        return [weighed(hit, weights) for hit in one.fetch(ids)]

    def whole(boards: Sequence[str]) -> list[Hit]:
        return [weighed(hit, weights) for hit in one.units(boards)]

    hits = [weighed(hit, weights) for hit in one.hits]
    hits = weigh(hits, one.asked, one.hints, fetch, weights)

    def page(k: int) -> list[Evidence]:
        found = hits[: wanted(k, one.hints)]
        chosen = shown(found, one.text, one.hints, whole, k, weights)
        return [evidence_of(hit) for hit in grouped(chosen)]

    told = score(in_order(page(PAGE)), one.right)
    return told.recall5, told.ndcg, nodes_found(shown_nodes(page(ITEMS)), one.right)


def worth(found: Sequence[Searched], weights: Weights) -> float:
    """Return what is to be largest: the three figures' mean, half over questions, half over kinds.

    So a category of few questions counts too.
    """
    by_category = goal(found, weights)
    counts = {name: sum(one.category == name for one in found) for name in by_category}
    means = {name: float(np.mean(figures)) for name, figures in by_category.items()}
    overall = sum(means[name] * counts[name] for name in means) / len(found)
    return (overall + float(np.mean(list(means.values())))) / 2


def fitted(
    found: Sequence[Searched], names: Sequence[str], best: Weights = WEIGHTS
) -> Iterator[tuple[Weights, float]]:
    """Yield ever better weights, and what they are worth."""
    reached = worth(found, best)
    yield best, reached
    changed = True
    while changed:
        changed = False
        for name in names:
            for weights in list(_around(best, name)):
                if (now := worth(found, weights)) > reached + BETTER:
                    best, reached, changed = weights, now, True
                    yield best, reached


def _around(weights: Weights, name: str) -> Iterator[Weights]:
    value = getattr(weights, name)
    for step in STEPS:
        tried = round(min(value * step, LARGEST.get(name, 2.0)), 3)
        if tried != value:
            yield replace(weights, **{name: tried})


def main() -> int:
    """Fit, print each step and the figures by category."""
    known = [one.name for one in fields(Weights) if one.name not in FIXED]
    parser = argparse.ArgumentParser(prog="python -m evals.retrieval.fit", description=__doc__)
    parser.add_argument("weights", nargs="*", default=known, help=f"of {', '.join(known)}")
    parser.add_argument("--home", type=Path, help="store to use and keep, instead of a passing one")
    options = parser.parse_args()
    with opened(options.home) as base:
        found = list(searched(base))
        best = WEIGHTS
        for best, reached in fitted(found, options.weights):
            print(f"{reached:.4f} {best}", flush=True)
        for name, figures in goal(found, best).items():
            print(f"{name:10} " + " ".join(f"{value:.3f}" for value in figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
