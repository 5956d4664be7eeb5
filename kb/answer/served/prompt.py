"""What the served model is told. The texts stand in `prompts/`, one file a version and language.

Words from boards and people are given as JSON strings between two fence lines with a random word,
so that no board can end its quotation or forge a piece of evidence.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from string import Template
from typing import Any

from kb.answer.served.offer import Offered
from kb.evidence import Turn
from kb.quoting import quoted

VERSION = 1
MAX_SENTENCES = 8  # that are asked for
MAX_TURNS = 6
_LANGUAGES = {
    "en": {"en": "English", "zh": "Chinese", "": "the language of the question"},
    "zh": {"en": "英文", "zh": "中文", "": "问题所用的语言"},
}

Messages = list[tuple[str, str]]


def answer_messages(
    offered: Sequence[Offered], question: str, language: str, draft: str
) -> Messages:
    """Return the messages that ask for an answer in `language` ("en", "zh", "" for any other)."""
    told = "zh" if language == "zh" else "en"
    lines: list[dict[str, Any]] = [piece.shown for piece in offered]
    if draft:
        lines.append({"draft": draft})
    return _messages("answer", told, lines, question, _LANGUAGES[told][language])


def rewrite_messages(question: str, history: Sequence[Turn], language: str) -> Messages:
    """Return the messages that ask for a whole question in place of a follow-up."""
    told = "zh" if language == "zh" else "en"
    lines = [
        {"question": quoted(turn.question, 500), "answer": quoted(turn.answer, 500)}
        for turn in history[-MAX_TURNS:]
    ]
    return _messages("rewrite", told, lines, question, "")


def _messages(
    name: str, told: str, lines: Sequence[dict[str, Any]], question: str, language: str
) -> Messages:
    fence = f"===== {secrets.token_hex(4)} ====="
    data = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
    # The same for every question, so that a server computes it once.
    system = _template(name, told).substitute(sentences=MAX_SENTENCES, language=language)
    asked = json.dumps(question, ensure_ascii=False)
    label = "问题：" if told == "zh" else "Question: "
    return [("system", system), ("user", f"{fence}\n{data}\n{fence}\n{label}{asked}")]


@lru_cache(maxsize=8)
def _template(name: str, language: str) -> Template:
    place = files("kb.answer.served") / "prompts" / f"{name}-{VERSION}.{language}.txt"
    return Template(place.read_text(encoding="utf-8"))
