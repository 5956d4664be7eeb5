"""Answers to questions, each statement with its source.

Composed from evidence and graph paths, or written by a served model over the same evidence.
"""

from __future__ import annotations

from kb.answer.answering import ask, ask_async, ask_stream, ask_stream_async

__all__ = ["ask", "ask_async", "ask_stream", "ask_stream_async"]
