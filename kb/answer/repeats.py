"""What only repeats the thing that a question is about, and so doesn't say who has it or when."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kb.facts import dates_in
from kb.query.patterns import FIGURE
from kb.query.question import Question
from kb.reading import label_of
from kb.tags import MONTH, WEEKDAY
from kb.text import key_of

# Months, days and conditions stand alone too: "August: gate opens", "Receipt missing?".
_MAY_SAY_WHEN = re.compile(rf"\b(?:{MONTH}|{WEEKDAY})\b|[?？]\s*$", re.IGNORECASE)


def only_repeats(asked: Question, texts: Sequence[str]) -> bool:
    """Say whether `texts` name the thing asked for again and nobody, or no time, beside it.

    Nearly anything may be a person's or a team's name, but a time shows by its words.
    """
    if asked.intent not in ("owner", "date"):
        return False
    others = [text for text in texts if key_of(label_of(text)) != key_of(asked.x)]
    if len(others) == len(texts):
        return False
    return not others if asked.intent == "owner" else not any(map(_may_say_when, others))


def _may_say_when(text: str) -> bool:
    return bool(dates_in(text) or FIGURE.search(text) or _MAY_SAY_WHEN.search(text))
