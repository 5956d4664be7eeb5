"""``python -m evals.answers``: ask questions and print how many answers are right.

Without --half the sample questions are asked; with it one half of the question sets.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

from evals.answers.score import load_questions, score
from evals.retrieval.questions import HALVES
from evals.retrieval.report import put
from ingest.pipeline import ingest
from kb.base import KnowledgeBase
from kb.settings import load_settings

SAMPLES = Path(__file__).resolve().parents[1] / "samples"


def main() -> int:
    """Ask what the options say and print the figures."""
    options = _options()
    if options.half is None:
        _samples(options)
        return 0
    text, data = _half(options)
    put(text, data, report=options.report, json_file=options.json)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m evals.answers", description=__doc__)
    parser.add_argument("--home", type=Path, help="store to use and keep, instead of a passing one")
    parser.add_argument("--boards", type=Path, default=SAMPLES / "boards")
    parser.add_argument("--questions", type=Path, default=SAMPLES / "questions.jsonl")
    parser.add_argument("--wrong", action="store_true", help="show the wrong answers too")
    half = parser.add_argument_group("the question sets")
    half.add_argument("--half", choices=HALVES, help="which half is asked; `report` for reports")
    half.add_argument(
        "--injection", action="store_true", help="boards with instructions written on them"
    )
    half.add_argument(
        "--traditional", action="store_true", help="the Chinese questions, as Taiwan writes them"
    )
    half.add_argument("--own", action="store_true", help="without the boards of ../shared/data")
    half.add_argument("--report", type=Path, help="file for the Markdown; plots go beside it")
    half.add_argument("--json", type=Path, help="file for all figures as JSON")
    return parser.parse_args()


def _half(options: argparse.Namespace) -> tuple[str, dict[str, Any]]:
    from evals.answers import halves, injection

    if options.injection:
        return injection.run(options.half, home=options.home)
    return halves.run(
        options.half, home=options.home, real=not options.own, wrong=options.wrong,
        plots=options.report, traditional=options.traditional,
    )  # fmt: skip


def _samples(options: argparse.Namespace) -> None:
    """Ingest the samples into a store (a passing one unless named), ask, print."""
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


if __name__ == "__main__":
    sys.exit(main())
