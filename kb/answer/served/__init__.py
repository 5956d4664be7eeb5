"""Answers written by a served language model over evidence that is found without it.

The model gets a closed list of evidence as data, and nothing it writes is shown before it is
checked: `sentences` cuts its stream, `check` holds each sentence against the evidence it names,
`composer` numbers what remains. Where nothing remains, or no model answers, the extractive answer
stands.
"""

from __future__ import annotations

from kb.answer.served.answer import stream

__all__ = ["stream"]
