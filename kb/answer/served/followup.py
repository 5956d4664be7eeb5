"""Follow-ups made whole by the served model: "and who owns it?" → "Who owns the order flow?"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kb.answer.served.client import whole_reply
from kb.answer.served.prompt import rewrite_messages
from kb.answer.served.wording import covered, terms
from kb.evidence import Turn
from kb.query.question import MAX_QUESTION
from kb.reading import one_line
from kb.text import key_of, language_of

if TYPE_CHECKING:
    from kb.settings import Settings


def whole_question(settings: Settings, question: str, history: Sequence[Turn]) -> str | None:
    """Return `question` so that it stands on its own; None where the model gives nothing usable.

    A question that brings in words which nobody used is not what was asked, and one that was only
    repeated may still be made whole by its words. Raises `ModelTrouble`.
    """
    told = whole_reply(settings, rewrite_messages(question, history, language_of(question)))
    written = one_line(told.rpartition("</think>")[2]).strip("\"“”'` ")
    if not written or len(written) > MAX_QUESTION or language_of(written) != language_of(question):
        return None
    if key_of(written) == key_of(question):
        return None
    used = terms("\n".join([question, *(f"{t.question}\n{t.answer}" for t in history)]))
    asked = terms(written)
    return written if asked and covered(asked, used) == asked else None
