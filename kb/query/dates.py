"""Stretches of time that a question names, in English and Chinese: "last week", 上个月, "in March".

Months and days without a year are read as those of the last YEARS that have begun. Only what speaks
of days is read; times of the day are left alone. `kb.query.days` has the words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from kb.query.days import COUNTED, FORMS, Days, Read, years_of
from kb.simplified import simplified

YEARS = 3  # that "in March" may mean

_Sided = tuple[date | None, date | None]


@dataclass(frozen=True)
class Span:
    """From `since` to before `until`; None where that side is open."""

    since: datetime | None
    until: datetime | None

    def holds(self, moment: float) -> bool:
        """Whether a moment, in Unix seconds, lies within."""
        after = self.since is None or self.since.timestamp() <= moment
        return after and (self.until is None or moment < self.until.timestamp())


@dataclass(frozen=True)
class Time:
    """What a text says of time: the stretches it may mean, latest first, and where it says so.

    `start` and `end` are the place in the text, with "since", 之前 and the like. `counted` says
    that it is counted from today, as "last week" is.
    """

    spans: tuple[Span, ...]
    start: int
    end: int
    counted: bool


def spans_of(text: str, now: datetime) -> tuple[Span, ...]:
    """Return the stretches of time that `text` may mean, latest first; () where it names none."""
    found = time_in(text, now)
    return found.spans if found else ()


def time_in(text: str, now: datetime) -> Time | None:
    """Return the time that `text` names; None where it names none.

    The first reading that fits counts, with what it is joined to ("1 March to 10 March"). The spans
    are several only where the year isn't told.
    """
    text, today = simplified(text), now.date()
    named = _named(text, today)
    if not named:
        return None
    first, last = _ends(text, named)
    ahead, part, behind = _around(text, first, last)
    before, after = _AHEAD.search(ahead), _BEHIND.match(behind)
    sides = [found.lastgroup for found in (before, after) if found and found.lastgroup]
    if _FROM.search(ahead) and _ON.match(behind):
        sides = ["since"]
    spans = []
    for years in range(1 if first.told or last.told else YEARS):
        try:
            days = _whole(first, last, _years_before(today, years))
        except (ValueError, OverflowError):
            continue
        sided = _sided(_part(days, part), sides[0] if sides else "")
        spans.append(Span(*(_start(day, now) for day in sided)))
    start = min(before.start() if before else len(text), first.found.start())
    end = len(text) - len(behind) + (after.end() if after else 0)
    counted = first.read in COUNTED or last.read in COUNTED
    return Time(tuple(spans), start, end, counted) if spans else None


@dataclass(frozen=True)
class _Point:
    """A place in a text that names days; `told` if the year is told or follows from today."""

    found: re.Match[str]
    read: Read
    told: bool


def _named(text: str, today: date) -> list[_Point]:
    """Return what names days in `text`, by the order of the forms; none overlaps another."""
    points: list[_Point] = []
    for form, read in FORMS:
        for found in form.finditer(text):
            if any(
                found.start() < one.found.end() and one.found.start() < found.end()
                for one in points
            ):
                continue
            years = years_of(found)
            point = _Point(found, read, not years or any(years))
            if any(_readable(point, _years_before(today, years)) for years in range(YEARS)):
                points.append(point)
    return points


def _ends(text: str, named: list[_Point]) -> tuple[_Point, _Point]:
    """Return the first of `named` twice, or the two ends of the stretch that it is an end of."""
    first = last = named[0]
    for one in named[1:]:
        if _joined(text, one, first):
            first = one
        elif _joined(text, last, one):
            last = one
    return first, last


def _around(text: str, first: _Point, last: _Point) -> tuple[str, str, str]:
    """Return what stands ahead, which part of the days is meant ("early", 底), what is behind."""
    ahead = text[: first.found.start()] + (first.found.groupdict().get("lead") or "")
    behind = text[last.found.end() :]
    if part := _PART.search(ahead):
        return ahead[: part.start()], part.lastgroup or "", behind
    if part := _PART_ZH.match(behind):
        return ahead, part.lastgroup or "", behind[part.end() :]
    return ahead, "", behind


def _readable(point: _Point, today: date) -> bool:
    try:
        point.read(point.found, today)
    except (ValueError, OverflowError):  # the 31st of February; a million years ago
        return False
    return True


def _years_before(today: date, years: int) -> date:
    """The same day some years before; the 28th for the 29th of February."""
    day = 28 if (today.month, today.day) == (2, 29) else today.day
    return today.replace(year=today.year - years, day=day)


def _start(day: date | None, now: datetime) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), now.tzinfo)


_TO = re.compile(r"\s*(?:to|till|until|through|[-–—~～]|直?到|至)\s*(?:the )?", re.IGNORECASE)
_AND = re.compile(r"\s*(?:and|和|与)\s*(?:the )?", re.IGNORECASE)
_BETWEEN = re.compile(r"\bbetween\s*(?:the )?$", re.IGNORECASE)


def _joined(text: str, one: _Point, other: _Point) -> bool:
    """Say whether two points are the ends of one stretch."""
    start, end = one.found.end(), other.found.start()
    if start > end:
        return False
    between = text[start:end] + (other.found.groupdict().get("lead") or "")
    if _TO.fullmatch(between):
        return True
    both = _BETWEEN.search(text[: one.found.start()]) or text.startswith("之间", other.found.end())
    return bool(both and _AND.fullmatch(between))


def _whole(first: _Point, last: _Point, today: date) -> Days:
    """Return the days of a point, or from the first to the last of a stretch.

    An end without a year lies within a year of the other.
    """
    if first is last:
        return first.read(first.found, today)
    if last.told and not first.told:
        until = last.read(last.found, today)[1]
        return first.read(first.found, until - timedelta(1))[0], until
    since = first.read(first.found, today)[0]
    until = last.read(last.found, today if last.told else since + timedelta(364))[1]
    if until <= since:
        raise ValueError(f"{since} to {until}")
    return since, until


_PART = re.compile(
    r"(?:the )?\b(?:(?P<early>early|(?:beginning|start) of)|(?P<mid>mid|middle of)"
    r"|(?P<late>late|end of))[ -]*(?:the )?$",
    re.IGNORECASE,
)
_PART_ZH = re.compile(r"(?:(?P<early>初|上旬)|(?P<mid>中旬)|(?P<late>底|末|下旬))")


def _part(days: Days, which: str) -> Days:
    """Return the first, middle or last third of a month, or quarter of what is longer."""
    since, until = days
    share = (until - since) // (3 if (until - since).days <= 31 else 4)
    if which == "early":
        return since, since + share
    if which == "mid":
        return since + share, until - share
    return (until - share, until) if which == "late" else days


# What opens one side of a stretch of days, before its words or behind them.
_SIDES = {
    "since": (r"\bsince|自从?", r"以来|至今|起(?![草源步诉因用立飞动])|\s+onwards?\b"),
    "after": (r"\bafter|\blater than|晚于", r"之后|以后|后(?=[的,，?？]|$)"),
    "before": (
        r"\bbefore|\buntil|\btill|\bup to|\bearlier than|早于|先于",
        r"之前|以前|前(?=[的要需,，?？]|$)",
    ),
    "by": (r"\bby|截至|截止到?|直到", r"为止"),
}
_OPENS = "|".join(f"(?P<{side}>{ahead})" for side, (ahead, _) in _SIDES.items())
_CLOSES = "|".join(f"(?P<{side}>{behind})" for side, (_, behind) in _SIDES.items())
_AHEAD = re.compile(
    rf"(?:{_OPENS}|\b(?:in|on|of|from|between|during|for|over|within)|[从在于])?\s*(?:the )?$",
    re.IGNORECASE,
)
_BEHIND = re.compile(rf"份?(?:{_CLOSES}|之间|期间|里(?!程)|内(?![部容]))?的?", re.IGNORECASE)
_FROM = re.compile(r"(?:from|从)\s*(?:the )?$", re.IGNORECASE)
_ON = re.compile(r"(?:起|开始|到现在|\s+on)(?![a-z])", re.IGNORECASE)


def _sided(days: Days, side: str) -> _Sided:
    """Open one side of the days, as a key of _SIDES says."""
    since, until = days
    opened: dict[str, _Sided] = {
        "since": (since, None),
        "after": (until, None),
        "before": (None, since),
        "by": (None, until),
    }
    return opened.get(side, days)
