"""Answers to questions, composed from evidence and graph paths, each statement with its source."""

from __future__ import annotations

from kb.answer.ask import ask

__all__ = ["ask"]
