"""Questions with the units that answer them, as numbers of rows in one matrix of vectors."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from evals.retrieval.questions import Place
from evals.retrieval.world import Known, known_boards, nodes_of
from kb.text import key_of, language_of

if TYPE_CHECKING:
    from kb.base import KnowledgeBase


@dataclass
class Wanted:
    """A question and the rows that are right: every node's alternatives, and those of its boards."""

    text: str
    language: str
    category: str
    lesson: int
    nodes: list[list[int]]
    starts: list[list[int]]
    boards: list[list[int]]
    same: list[int] = field(default_factory=list)  # says the same elsewhere: neither right nor wrong


@dataclass
class Corpus:
    """All units of a store, freed from language, and what is asked."""

    vectors: NDArray[np.float32]
    boards: list[str]
    means: dict[str, NDArray[np.float32]]  # of questions: what is taken away
    asked: list[Wanted]


def gather(base: KnowledgeBase, asked: Sequence[tuple[list[str], str, Sequence[Sequence[Place]], Sequence[str]]]) -> Corpus:
    from kb.index.centring import Centres
    from kb.weights import WEIGHTS

    workspace = base.settings.workspace
    points = list(base.index.points(workspace=workspace))
    view = Centres(base.index.profile(workspace), base.means, WEIGHTS.taken)
    raw = np.array([p.dense for p in points], np.float32)
    spoken = [str(p.payload.get("language", "")) for p in points]
    centre = {one: view._centre(one) for one in set(spoken)}
    zero = np.zeros(raw.shape[1], np.float32)
    raw = raw - np.stack([zero if (c := centre[one]) is None else c for one in spoken])
    raw /= np.linalg.norm(raw, axis=1, keepdims=True)
    at: dict[tuple[str, str], list[int]] = {}
    of: dict[str, list[int]] = {}
    texts: dict[str, list[int]] = {}
    for n, p in enumerate(points):
        of.setdefault(p.payload["board"], []).append(n)
        texts.setdefault(key_of(p.payload["text"]), []).append(n)
        if p.payload["unit"] == "node":
            at.setdefault((p.payload["board"], p.payload["nodes"][0]), []).append(n)
    known = known_boards(base, workspace)
    made = []
    for number, (wordings, category, places, starts) in enumerate(asked):
        nodes, begins, boards = [], [], []
        for group in places:
            there = [p for p in group if p.board in known]
            if not there:
                continue
            boards.append([n for p in there for n in of.get(known[p.board].id, [])])
            longest = max((p.nodes for p in there), key=len, default=())
            for k in range(len(longest)):
                rows = []
                for p in there:
                    if k < len(p.nodes):
                        rows += [n for i in nodes_of(known[p.board].scene, p.nodes[k : k + 1]) for n in at.get((known[p.board].id, i), [])]
                if rows:
                    nodes.append(rows)
            for s in starts:
                rows = [n for p in there for i in nodes_of(known[p.board].scene, [s]) for n in at.get((known[p.board].id, i), [])]
                if rows:
                    begins.append(rows)
        if category == "none" or not nodes:
            continue
        right = {n for rows in nodes for n in rows}
        same = [m for n in right for m in texts[key_of(points[n].payload["text"])] if m not in right]
        for text in wordings:
            made.append(Wanted(text, language_of(text) or "en", category, number, nodes, begins, boards, same))
    means = {one: WEIGHTS.taken * m for one, m in base.means.questions.items()}
    return Corpus(raw, [p.payload["board"] for p in points], means, made)


def main() -> None:
    import argparse

    from evals.retrieval.questions import questions
    from evals.retrieval.world import opened

    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=("dev", "lessons"))
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    told = parser.parse_args()
    if told.what == "dev":
        with opened(told.home) as base:
            corpus = gather(base, [([q.text], q.category, q.places, ()) for q in questions("dev")])
    else:
        from evals.training.questions.world import opened_lessons
        from evals.training.questions.written import lessons

        with opened_lessons(told.home) as base:
            corpus = gather(base, [(list(x.wordings), x.category, x.places, x.starts) for x in lessons()])
    told.out.write_bytes(pickle.dumps(corpus))
    print(corpus.vectors.shape, len(corpus.asked))


if __name__ == "__main__":
    main()
