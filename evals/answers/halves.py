"""The question sets of `evals.retrieval`, asked for answers: facts, citations, refusals."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from opencc import OpenCC

from evals.extraction.bootstrap import Estimate
from evals.extraction.progress import shown
from evals.retrieval.measure import direction, estimates
from evals.retrieval.questions import CATEGORIES, UNANSWERABLE, Question, questions
from evals.retrieval.ranking import nodes_found
from evals.retrieval.report import as_data, bars, figures_table, spanned
from evals.retrieval.world import Group, Known, known_boards, opened, plain, spots
from kb.answer import ask
from kb.evidence import Answer
from kb.scene import Scene

LABELS = {
    "facts": "facts right", "share": "share of facts", "answered": "answered",
    "precision": "citation precision", "recall": "citation recall",
}  # fmt: skip

_EDGE = re.compile(r"[a-z0-9]")


@dataclass(frozen=True)
class Judged:
    """A question, its answer, and what the answer is worth; None where a figure makes no sense.

    Attributes:
        facts: 1 if all facts stand in the answer's own words; what it cites doesn't count.
        share: of the facts that are there.
        answered: 1 if it was not refused.
        precision: share of the citations that point at right nodes; 0 where the boards hold no
            answer and one was given.
        recall: share of the right nodes that are cited.
    """

    question: Question
    answer: Answer
    direction: str
    facts: float | None
    share: float | None
    answered: float
    precision: float | None
    recall: float | None


def run(
    half: str,
    *,
    home: Path | None = None,
    real: bool = True,
    wrong: bool = False,
    plots: Path | None = None,
    traditional: bool = False,
) -> tuple[str, dict[str, Any]]:
    """Ask one half; return the report as Markdown, and its figures. Arguments as for finding.

    `traditional`: the Chinese questions alone, in the signs and words that Taiwan writes.
    """
    with opened(home, real=real) as base:
        workspace = base.settings.workspace
        known = known_boards(base, workspace)
        asked = [one for one in questions(half) if _askable(one, known)]
        if traditional:
            asked = [as_taiwan_writes(one) for one in asked if one.language == "zh"]
        judged = [
            judge(one, ask(base, one.text, workspace=workspace), known)
            for one in shown(asked, len(asked), "questions")
        ]
    good = [one for one in judged if one.question.answerable]
    figures, counts = _table(good, judged)
    refused = refusals(judged)
    lines = [
        f"# Answers: the {half} half{', Chinese as Taiwan writes it' * traditional}",
        "",
        f"{len(good)} answerable and {len(judged) - len(good)} unanswerable questions, "
        f"{len(known)} boards.",
        "",
        *figures_table(figures, LABELS, counts),
        "",
        *(f"- {name}: {told}" for name, told in _refusal_lines(refused)),
    ]
    if plots is not None:
        file = plots.with_name(f"{plots.stem}-answers.svg")
        bars(file, "Answers", figures)
        lines += ["", f"![Answers]({file.name})"]
    if wrong:
        lines += ["", "## Not right", "", *_wrong(judged)]
    data = {
        "set": "answers", "half": half, "traditional": traditional, "boards": len(known),
        "figures": as_data(figures, counts),
        "refusals": {name: list(one) for name, one in refused.items()},
    }  # fmt: skip
    return "\n".join(lines) + "\n", data


def as_taiwan_writes(question: Question) -> Question:
    """Return a Chinese question in traditional signs, with Taiwan's words for some things."""
    return replace(question, text=OpenCC("s2twp").convert(question.text))


def _askable(question: Question, known: dict[str, Known]) -> bool:
    """Whether the boards that the question is about are there, the real ones too."""
    return bool(spots(question, known)) if any(question.places) else True


def judge(question: Question, answer: Answer, known: dict[str, Known]) -> Judged:
    """Judge one answer."""
    right = spots(question, known)
    if not question.answerable:
        way = f"{question.language} → "
        wrong = 0.0 if answer.answered and answer.citations else None
        return Judged(question, answer, way, None, None, answer.answered, wrong, None)
    said = plain(_without_numbers(answer.answer))
    held = [any(holds(said, fact) for fact in need) for need in question.facts]
    cited = {(one.board.id, node) for one in answer.citations for node in one.nodes}
    return Judged(
        question=question,
        answer=answer,
        direction=direction(question, right, known),
        facts=float(answer.answered and all(held)),
        share=answer.answered * sum(held) / len(held),
        answered=float(answer.answered),
        precision=_precision(answer, right, known) if answer.answered else None,
        recall=nodes_found(cited, right) if answer.answered else 0.0,
    )


def holds(said: str, fact: str) -> bool:
    """Say whether a fact's words stand in `said`, whole: 7 is not in 17, nor "ana" in "banana".

    In Chinese, words have no edges; a fact ends where its author ended it.
    """
    fact = plain(fact)
    before = r"(?<![a-z0-9])" if _EDGE.match(fact[:1]) else ""
    after = r"(?![a-z0-9])" if _EDGE.match(fact[-1:]) else ""
    if fact[:1].isdigit():
        before = r"(?<![a-z0-9])(?<!\d[.,])"  # 100 is not in 1,100
    if fact[-1:].isdigit():
        after = r"(?![a-z0-9])(?![.,]\d)"  # nor 1 in 1.5
    return re.search(before + re.escape(fact) + after, said) is not None


def _without_numbers(text: str) -> str:
    """Return an answer's words without its ``[n]``."""
    return re.sub(r"\s*\[\d+\]", "", text)


def _precision(answer: Answer, right: Sequence[Group], known: dict[str, Known]) -> float | None:
    """Return the share of citations with a right node.

    One of nodes that are only joined by a line with a right node is context ("A" in "A → B"), and
    neither right nor wrong beside a right citation, and wrong where it is all there is. One on a
    right board of which no nodes are known to be right isn't judged.
    """
    nodes: dict[str, set[str]] = {}
    for group in right:
        for spot in group:
            nodes.setdefault(spot.board, set()).update(spot.nodes)
    scenes = {board.id: board.scene for board in known.values()}
    good = wrong = context = 0
    for one in answer.citations:
        wanted = nodes.get(one.board.id)
        if wanted is None:
            wrong += 1
        elif not wanted:
            continue
        elif not wanted.isdisjoint(one.nodes):
            good += 1
        elif set(one.nodes) <= _beside(scenes[one.board.id], wanted):
            context += 1
        else:
            wrong += 1
    counted = good + wrong if good else wrong + context
    return good / counted if counted else None


def _beside(scene: Scene, nodes: set[str]) -> set[str]:
    """Return `nodes`, what lines join them with, what holds them, and the board's title."""
    beside = set(nodes) | {node.id for node in scene.nodes if node.text == scene.title}
    for relation in scene.relations:
        if {relation.source, relation.target} & nodes:
            beside |= {relation.source, relation.target}
    beside |= {node.parent for node in scene.nodes if node.id in nodes and node.parent}
    return beside


def _table(
    judged: Sequence[Judged], everything: Sequence[Judged]
) -> tuple[dict[str, dict[str, Estimate]], dict[str, int]]:
    """Return the figures of answerable questions; over all, false answers' citations count too."""
    groups = {"all": list(judged)}
    for category in CATEGORIES:
        groups[category] = [one for one in judged if one.question.category == category]
    for way in sorted({one.direction for one in judged}):
        groups[way] = [one for one in judged if one.direction == way]
    groups = {name: members for name, members in groups.items() if members}
    figures = {
        name: {metric: _estimate(members, metric) for metric in LABELS}
        for name, members in groups.items()
    }
    if figures:
        figures["all"]["precision"] = _estimate(everything, "precision")
    return figures, {name: len(members) for name, members in groups.items()}


def _estimate(members: Sequence[Judged], metric: str) -> Estimate:
    return estimates(lambda number: getattr(members[number], metric), range(len(members)))


def refusals(judged: Sequence[Judged]) -> dict[str, Estimate]:
    """Return how often an unanswerable question is refused, and an answerable one wrongly is."""
    bad = [one for one in judged if not one.question.answerable]
    good = [one for one in judged if one.question.answerable]
    return {
        "unanswerable refused": estimates(lambda n: 1 - bad[n].answered, range(len(bad))),
        "answerable refused": estimates(lambda n: 1 - good[n].answered, range(len(good))),
    }


def _refusal_lines(refused: dict[str, Estimate]) -> Iterator[tuple[str, str]]:
    for name, one in refused.items():
        yield name, spanned(one)


def _wrong(judged: Sequence[Judged]) -> Iterator[str]:
    for one in judged:
        asked = one.question
        if one.facts == 1 or (asked.category == UNANSWERABLE and not one.answered):
            continue
        wanted = "; ".join(" or ".join(fact) for fact in asked.facts) or "no answer"
        said = " / ".join(one.answer.answer.split("\n"))
        yield f"- {asked.id} ({asked.category}) {asked.text} **{wanted}** said: {said}"
