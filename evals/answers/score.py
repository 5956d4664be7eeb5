"""Asks each question and counts: right, wrongly silent, wrongly answered, rightly cited."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from kb.answer import ask
from kb.evidence import Answer

if TYPE_CHECKING:
    from kb.base import KnowledgeBase


@dataclass(frozen=True)
class Question:
    """A question with what a right answer holds; a list in `must_contain` means any of these."""

    id: str
    text: str
    language: str
    kind: str
    boards: tuple[str, ...]
    must_contain: tuple[tuple[str, ...], ...]
    answerable: bool


@dataclass
class Report:
    """Counts by group ("answerable", "unanswerable", a language, a kind): right and all."""

    right: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)
    cited: int = 0  # citations of a board that belongs to the question
    citations: int = 0
    wrong: list[tuple[Question, Answer]] = field(default_factory=list)

    def lines(self) -> Iterable[str]:
        """Yield the figures, one line a group."""
        for group in sorted(self.asked):
            right, asked = self.right[group], self.asked[group]
            yield f"{group:<14}{right:>4} of {asked:>4}  {right / asked:.2f}"
        if self.citations:
            share = self.cited / self.citations
            yield f"{'cited boards':<14}{self.cited:>4} of {self.citations:>4}  {share:.2f}"


def load_questions(path: Path) -> list[Question]:
    """Read questions from JSON lines."""
    questions = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip():
            row = json.loads(line)
            needs = (n if isinstance(n, list) else [n] for n in row.get("must_contain", ()))
            questions.append(
                Question(
                    id=row["id"],
                    text=row["question"],
                    language=row["language"],
                    kind=row["kind"],
                    boards=tuple(row.get("boards", ())),
                    must_contain=tuple(tuple(need) for need in needs),
                    answerable=row["answerable"],
                )
            )
    return questions


def score(base: KnowledgeBase, workspace: str, questions: Sequence[Question]) -> Report:
    """Ask all `questions`.

    An answerable one is right when the answer, with what it cites, holds every fact; any other is
    right when the answer says that the boards don't hold it.
    """
    report = Report()
    for question in questions:
        answer = ask(base, question.text, workspace=workspace)
        right = is_right(question, answer)
        group = "answerable" if question.answerable else "unanswerable"
        for name in {group, question.language, question.kind}:
            report.asked[name] += 1
            report.right[name] += right
        if question.answerable:
            sources = [PurePath(c.board.source).name for c in answer.citations]
            report.citations += len(sources)
            report.cited += sum(source in question.boards for source in sources)
        if not right:
            report.wrong.append((question, answer))
    return report


def is_right(question: Question, answer: Answer) -> bool:
    """Say whether `answer` is what `question` wants, regardless of case."""
    if not question.answerable:
        return not answer.answered
    words = "\n".join([answer.answer, *(c.text for c in answer.citations)]).casefold()
    return answer.answered and all(
        any(fact.casefold() in words for fact in need) for need in question.must_contain
    )
