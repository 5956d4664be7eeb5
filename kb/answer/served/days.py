"""Dates in a sentence and in its evidence, whichever way each is written: 3月15日, 2026-03-15."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from kb.simplified import simplified
from kb.tags import DAY, MONTH

_Y = r"(?:19|20)\d\d"
_EN_YEAR = rf"(?:,? (?P<y>{_Y})\b)?"
_M = r"(?:1[0-2]|0?[1-9])"
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"(?<!\d)(?P<y>{_Y})[-/.](?P<m>{_M})[-/.](?P<d>{DAY})(?!\d)",
        rf"(?:(?<!\d)(?P<y>{_Y})\s?年\s?)?(?<!\d)(?P<m>{_M})\s?月\s?(?P<d>{DAY})(?!\d)\s?[日号]?",
        rf"\b(?P<m>{MONTH})\.? (?P<d>{DAY})(?:st|nd|rd|th)?\b(?!:){_EN_YEAR}",
        rf"(?<!\d)(?P<d>{DAY})(?:st|nd|rd|th)?\.? (?:of )?(?P<m>{MONTH})\b{_EN_YEAR}",
        rf"(?:(?<!\d)(?P<y>{_Y})\s?年\s?)?(?<!\d)(?P<m>{_M})\s?月(?!\d)(?P<d>)",
        rf"\b(?-i:(?!may\b|mar\b))(?P<m>{MONTH})\b(?P<d>){_EN_YEAR}",
    )
)
_NAMES = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]


@dataclass(frozen=True, slots=True)
class Day:
    """A date as it is written; `year` or `day` is None where that is left open."""

    text: str
    start: int
    end: int
    year: int | None
    month: int
    day: int | None

    def holds(self, told: Day) -> bool:
        """Say whether this date says all that `told` says."""
        return (
            told.month == self.month
            and told.year in (None, self.year)
            and told.day in (None, self.day)
        )


def days_in(text: str) -> list[Day]:
    """Return the dates in `text` that name a month, in their order."""
    found: list[Day] = []
    for form in _FORMS:
        for m in form.finditer(simplified(text)):
            if not any(m.start() < day.end and day.start < m.end() for day in found):
                year, day = m["y"], m["d"]
                found.append(
                    Day(
                        text[slice(*m.span())],
                        *m.span(),
                        int(year) if year else None,
                        int(m["m"])
                        if m["m"].isdigit()
                        else _NAMES.index(m["m"][:3].casefold()) + 1,
                        int(day) if day else None,
                    )
                )
    return sorted(found, key=lambda day: day.start)


def as_written(sentence: str, known: Iterable[Day]) -> str:
    """Return `sentence` with each of its dates written as in `known`, where one holds it."""
    known = list(known)
    for told in reversed(days_in(sentence)):
        if same := next((day for day in known if day.holds(told)), None):
            sentence = f"{sentence[: told.start]} {same.text} {sentence[told.end :]}"
    return sentence
