"""Lays out every wording of every lesson as the product would, once, for many rounds of training."""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from evals.retrieval.questions import Place
from evals.retrieval.questions import Question as Asked
from evals.retrieval.world import Known, known_boards, nodes_of
from evals.training.questions.written import Lesson
from kb.answer.matching import Matcher
from kb.answer.extractive import READ
from kb.answer.selection.sheet import BOARDS, MAX_TOKENS, boards_of, lay_out
from kb.answer.vocabulary import vocabulary_of
from kb.search import inquire, near

if TYPE_CHECKING:
    from kb.base import KnowledgeBase


@dataclass
class Laid:
    """One wording laid out, with what is right: rows by their numbers.

    Attributes:
        groups: all are needed; of the sets of rows in one, any will do.
        found: whether search found every board that is needed.
    """

    id: str
    company: str
    category: str
    text: str
    tokens: NDArray[np.float16]
    vector: NDArray[np.float32]
    cues: NDArray[np.float32]
    ids: list[str]
    texts: list[str]
    units: list[str]
    boards: list[str]
    nodes: list[str]
    vectors: NDArray[np.float16]
    numbers: NDArray[np.float16]
    joins: NDArray[np.int16]
    groups: list[list[frozenset[int]]]
    starts: frozenset[int]
    found: bool


def laid(
    base: KnowledgeBase,
    texts: Sequence[tuple[str, str]],
    company: str,
    category: str,
    places: Sequence[Sequence[Place]],
    starts: Sequence[str],
    known: dict[str, Known],
    *,
    help: bool,
) -> Iterator[Laid]:
    """Yield the wordings (id, text) of one question; with `help`, boards that search missed too."""
    workspace = base.settings.workspace
    now = datetime.now(UTC).astimezone()
    with base.catalog.session() as session:
        match = Matcher(None, vocabulary_of(base, session, workspace).weight)
    right = [[known[p.board] for p in group if p.board in known] for group in places]
    for name, text in texts:
        inquiry = inquire(base, text, workspace=workspace)
        hits = near(base, inquiry, text, limit=READ, now=now)
        boards = boards_of(hits)
        found = all(any(k.id in boards for k in group) for group in right if group)
        if help and category != "none":
            for group in right:
                if group and not any(k.id in boards for k in group):
                    boards = [*boards[: BOARDS - 1], group[0].id]
        units = inquiry.whole(boards)
        sheet = lay_out(text, hits, units, match, now, boards)
        asked = base.embedder.asked(text)
        tokens, vector = asked.tokens[:MAX_TOKENS].astype(np.float16), asked.vector
        at = {(row.hit.payload["board"], row.node): n for n, row in enumerate(sheet.rows) if row.node}
        groups = []
        for group in places:
            sets = []
            for place in group:
                if place.board in known:
                    board = known[place.board]
                    ids = nodes_of(board.scene, place.nodes)
                    rows = frozenset(at[board.id, n] for n in ids if (board.id, n) in at)
                    sets.append(rows)
            groups.append(sets)
        begins = frozenset(
            at[known[p.board].id, n]
            for group in places for p in group if p.board in known
            for n in nodes_of(known[p.board].scene, starts) if (known[p.board].id, n) in at
        )  # fmt: skip
        yield Laid(
            id=name, company=company, category=category, text=text, tokens=tokens, vector=vector,
            cues=sheet.cues, ids=[r.hit.id for r in sheet.rows], texts=[r.text for r in sheet.rows],
            units=[r.unit for r in sheet.rows],
            boards=[r.hit.payload["board"] for r in sheet.rows], nodes=[r.node for r in sheet.rows],
            vectors=sheet.vectors.astype(np.float16), numbers=sheet.numbers.astype(np.float16),
            joins=sheet.joins, groups=[] if category == "none" else groups, starts=begins, found=found,
        )  # fmt: skip


def main() -> None:
    import argparse

    from evals.retrieval.questions import questions
    from evals.retrieval.world import opened

    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=("dev", "lessons"))
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--only", nargs="*", default=(), help="of these organisations")
    parser.add_argument("--part", type=int, default=0)
    parser.add_argument("--of", type=int, default=1)
    told = parser.parse_args()
    made: list[Laid] = []
    if told.what == "dev":
        with opened(told.home) as base:
            known = known_boards(base, base.settings.workspace)
            for q in questions("dev")[told.part :: told.of]:
                made += laid(base, [(q.id, q.text)], q.id.rpartition("-")[0], q.category, q.places,
                             (), known, help=False)
    else:
        from evals.training.questions.world import opened_lessons
        from evals.training.questions.written import lessons

        with opened_lessons(told.home) as base:
            known = known_boards(base, base.settings.workspace)
            for n, lesson in enumerate(lessons()):
                if n % told.of != told.part or (told.only and lesson.company not in told.only):
                    continue
                texts = [(f"{lesson.company}-{n}.{w}", t) for w, t in enumerate(lesson.wordings)]
                made += laid(base, texts, lesson.company, lesson.category, lesson.places,
                             lesson.starts, known, help=True)
                if n % 50 == told.part:
                    print(n, flush=True)
    told.out.write_bytes(pickle.dumps(made))


if __name__ == "__main__":
    main()
