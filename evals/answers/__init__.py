"""How often `ask` is right, on the questions about the sample boards."""

from __future__ import annotations

from evals.answers.score import Question, Report, load_questions, score

__all__ = ["Question", "Report", "load_questions", "score"]
