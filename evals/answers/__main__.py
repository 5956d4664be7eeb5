"""``python -m evals.answers``: ask the sample questions and print how many answers are right."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from evals.answers.score import load_questions, score
from ingest.pipeline import ingest
from kb.base import KnowledgeBase
from kb.settings import load_settings

SAMPLES = Path(__file__).resolve().parents[1] / "samples"


def main() -> int:
    """Ingest the samples into a store (a passing one unless named), ask, print."""
    parser = argparse.ArgumentParser(prog="python -m evals.answers", description=__doc__)
    parser.add_argument("--home", type=Path, help="store to use and keep, instead of a passing one")
    parser.add_argument("--boards", type=Path, default=SAMPLES / "boards")
    parser.add_argument("--questions", type=Path, default=SAMPLES / "questions.jsonl")
    parser.add_argument("--wrong", action="store_true", help="show the wrong answers too")
    options = parser.parse_args()
    questions = load_questions(options.questions)
    with tempfile.TemporaryDirectory() as passing:
        settings = load_settings(home=options.home or Path(passing))
        with KnowledgeBase.open(settings) as base:
            summary = ingest(base, [options.boards], workspace=settings.workspace)
            for failure in summary.failed:
                print(f"not read: {failure}", file=sys.stderr)
            report = score(base, settings.workspace, questions)
    for question, answer in report.wrong if options.wrong else ():
        print(f"{question.id} {question.text}\n    {answer.answer}")
    for line in report.lines():
        print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
