"""Stretches of time that a question names, in English and Chinese: "last week", 上个月, "in March".

Months and days without a year are read as those of the last YEARS that have begun. Only what speaks
of days is read; times of the day are left alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

_MONTHS = "january february march april may june july august september october november december"
_MONTH = {name: i for i, name in enumerate(_MONTHS.split(), 1)}
_MONTH |= {name[:3]: i for name, i in _MONTH.items()} | {"sept": 9}
_NAMES = "|".join(sorted(_MONTH, key=len, reverse=True))
_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九十")} | {"两": 2, "几": 3, "〇": 0}
_HAN_NUMBER = "[零〇一二三四五六七八九十两几]{1,3}"
_NUMBER = rf"\d{{1,3}}|{_HAN_NUMBER}"
_WORDS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6} | {
    "couple of": 2,
    "few": 3,
    "seven": 7,
    "ten": 10,
}
_UNITS = {"day": 1, "week": 7, "month": 30, "year": 365, "天": 1, "日": 1, "周": 7, "星期": 7} | {
    "个星期": 7,
    "个月": 30,
    "月": 30,
    "年": 365,
}


YEARS = 3  # that "in March" may mean


@dataclass(frozen=True)
class Span:
    """From `since` to before `until`; None where that side is open."""

    since: datetime | None
    until: datetime | None

    def holds(self, moment: float) -> bool:
        """Whether a moment, in Unix seconds, lies within."""
        after = self.since is None or self.since.timestamp() <= moment
        return after and (self.until is None or moment < self.until.timestamp())


_Days = tuple[date | None, date | None]
_Read = Callable[[re.Match[str], date], _Days]


def spans_of(text: str, now: datetime) -> tuple[Span, ...]:
    """Return the stretches of time that `text` may mean, latest first; () where it names none.

    The first reading that fits counts. They are several only where the year isn't told.
    """
    for form, read in _FORMS:
        for found in form.finditer(text):
            spans = []
            for year in range(YEARS if found.groupdict().get("y", "told") in (None, "") else 1):
                try:
                    days = read(found, _years_before(now.date(), year))
                except (ValueError, OverflowError):  # the 31st of February; a million years ago
                    continue
                spans.append(Span(*(_start(day, now) for day in _sided(text, found, days))))
            if spans:
                return tuple(spans)
    return ()


def _years_before(today: date, years: int) -> date:
    """The same day some years before; the 28th for the 29th of February."""
    day = 28 if (today.month, today.day) == (2, 29) else today.day
    return today.replace(year=today.year - years, day=day)


def _start(day: date | None, now: datetime) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), now.tzinfo)


_SINCE = re.compile(r"(?:since|after|later than)\s*(?:the )?$", re.IGNORECASE)
_UNTIL = re.compile(r"(?:before|until|till|up to|earlier than)\s*(?:the )?$", re.IGNORECASE)
_SINCE_ZH = re.compile(r"^(?:以来|之后|以后|起|至今)")
_UNTIL_ZH = re.compile(r"^(?:之前|以前)")


def _sided(text: str, found: re.Match[str], days: _Days) -> _Days:
    """Open one side where a word before or behind says so."""
    lead = found.groupdict().get("lead") or ""  # read with the month: "since March"
    ahead, behind = text[: found.start()] + lead, text[found.end() :]
    if _SINCE.search(ahead):
        after = re.search(r"after\s*(?:the )?$", ahead, re.IGNORECASE)
        return (days[1] if after else days[0], None)
    if _SINCE_ZH.match(behind):
        return days[0], None
    if _UNTIL.search(ahead) or _UNTIL_ZH.match(behind):
        return None, days[0]
    return days


def _number(word: str) -> int:
    """Return what a figure or numeral says. Raises ValueError where it says none, as 二三十."""
    word = word.strip().casefold()
    if word.isdigit():
        return int(word)
    if word in _WORDS:
        return _WORDS[word]
    if "十" in word:
        tens, _, ones = word.partition("十")
        if len(tens) > 1 or len(ones) > 1:  # "twenty or thirty"
            raise ValueError(word)
        return (_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[ones] if ones else 0)
    return int("".join(str(_DIGITS[c]) for c in word))


def _month(year: int, month: int) -> _Days:
    return date(year, month, 1), date(year + month // 12, month % 12 + 1, 1)


def _quarter(year: int, quarter: int) -> _Days:
    if not 1 <= quarter <= 4:
        raise ValueError(quarter)
    return date(year, 3 * quarter - 2, 1), _month(year, 3 * quarter)[1]


def _full_date(m: re.Match[str], _: date) -> _Days:
    day = date(int(m["y"]), int(m["m"]), int(m["d"]))
    return day, day + timedelta(1)


def _month_day(m: re.Match[str], today: date) -> _Days:
    month = _MONTH.get(m["m"].casefold().rstrip("."), 0) or _number(m["m"])
    year = int(m["y"]) if m["y"] else today.year
    day = date(year, month, int(m["d"]))
    if not m["y"] and day > today:
        day = day.replace(year=year - 1)
    return day, day + timedelta(1)


def _month_only(m: re.Match[str], today: date) -> _Days:
    month = _MONTH.get(m["m"].casefold().rstrip("."), 0) or _number(m["m"])
    year = int(m["y"]) if m["y"] else today.year - (month > today.month)
    return _month(year, month)


def _quarter_only(m: re.Match[str], today: date) -> _Days:
    quarter = _number(m["q"])
    year = int(m["y"]) if m["y"] else today.year - (quarter > (today.month + 2) // 3)
    return _quarter(year, quarter)


def _relative(m: re.Match[str], today: date) -> _Days:
    """This and last week, month, quarter, year."""
    back = 0 if m["which"].casefold() in ("this", "本", "这", "这个", "今", "本个") else 1
    if m["which"] in ("前", "上上", "上上个"):
        back = 2
    unit = m["unit"].casefold()
    if unit in ("week", "周", "星期", "礼拜"):
        monday = today - timedelta(today.weekday() + 7 * back)
        return monday, monday + timedelta(7)
    if unit in ("month", "月"):
        months = today.year * 12 + today.month - 1 - back
        return _month(months // 12, months % 12 + 1)
    if unit in ("quarter", "季度", "季"):
        quarters = today.year * 4 + (today.month - 1) // 3 - back
        return _quarter(quarters // 4, quarters % 4 + 1)
    return date(today.year - back, 1, 1), date(today.year - back + 1, 1, 1)


def _days_back(m: re.Match[str], today: date) -> _Days:
    """One day: today, yesterday."""
    back = {"today": 0, "今天": 0, "yesterday": 1, "昨天": 1, "前天": 2}.get(m[0].casefold(), 2)
    day = today - timedelta(back)
    return day, day + timedelta(1)


def _recent(m: re.Match[str], today: date) -> _Days:
    """The last so many days, weeks, months, years."""
    back = _number(m["n"]) * _UNITS[m["unit"].casefold()]
    return today - timedelta(back), today + timedelta(1)


def _ago(m: re.Match[str], today: date) -> _Days:
    """So long ago, give or take half the unit."""
    unit = _UNITS[m["unit"].casefold()]
    middle = today - timedelta(_number(m["n"]) * unit)
    return middle - timedelta(unit // 2), middle + timedelta(unit // 2 + 1)


def _year_only(m: re.Match[str], _: date) -> _Days:
    return date(int(m["y"]), 1, 1), date(int(m["y"]) + 1, 1, 1)


def _relative_zh(m: re.Match[str], today: date) -> _Days:
    if m["unit_y"]:
        back = "今去前".index(m["which_y"])
        return date(today.year - back, 1, 1), date(today.year - back + 1, 1, 1)
    return _relative(m, today)


_EN_COUNT = rf"\d{{1,3}}|{'|'.join(sorted(_WORDS, key=len, reverse=True))}"
_RAW: tuple[tuple[str, _Read], ...] = (
    (r"(?<!\d)(?P<y>20\d\d)[-/.年](?P<m>\d{1,2})[-/.月](?P<d>\d{1,2})[日号]?(?!\d)", _full_date),
    (
        rf"\b(?P<m>{_NAMES})\.? (?P<d>\d{{1,2}})(?:st|nd|rd|th)?\b(?!:)(?:,? (?P<y>20\d\d))?",
        _month_day,
    ),
    (
        rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th)? (?:of )?(?P<m>{_NAMES})\b\.?(?:,? (?P<y>20\d\d))?",
        _month_day,
    ),
    (rf"(?:(?P<y>20\d\d)年)?(?P<m>\d{{1,2}}|{_HAN_NUMBER})月(?P<d>\d{{1,2}})[日号]", _month_day),
    (rf"(?<!\d)(?P<y>20\d\d)年(?P<m>\d{{1,2}}|{_HAN_NUMBER})月(?:份)?", _month_only),
    (rf"\b(?P<m>{_NAMES})\.?,? (?:of )?(?P<y>20\d\d)\b", _month_only),
    (r"(?<!\d)(?P<y>20\d\d)-(?P<m>0[1-9]|1[0-2])(?![\d-])", _month_only),
    (
        rf"\b(?P<lead>in|during|since|until|before|after|from|last) (?P<m>{_NAMES})\b(?P<y>)",
        _month_only,
    ),
    (rf"(?<![个\d年几])(?P<m>1[0-2]|[1-9]|{_HAN_NUMBER})月份?(?![\d日号底初])(?P<y>)", _month_only),
    (r"\bq(?P<q>[1-4])\b(?: (?:of )?(?P<y>20\d\d))?", _quarter_only),
    (r"(?:(?P<y>20\d\d)年)?第?(?P<q>[1-4一二三四])季度", _quarter_only),
    (
        rf"\b(?:last|past|previous)(?P<n> (?:{_EN_COUNT})) (?P<unit>day|week|month|year)s?\b",
        _recent,
    ),
    (rf"(?:最近|过去|近)(?P<n>{_NUMBER})(?P<unit>个月|个?星期|天|日|周|年)", _recent),
    (rf"\b(?P<n>{_EN_COUNT}) (?P<unit>day|week|month|year)s? ago\b", _ago),
    (rf"(?P<n>{_NUMBER})(?P<unit>个月|个?星期|天|周|年)(?:之?前|以前)", _ago),
    (r"\b(?P<which>this|last|previous|past) (?P<unit>week|month|quarter|year)\b", _relative),
    (
        r"(?P<which>本|这个?|上上个?|上个?)(?P<unit>周|星期|礼拜|月|季度)"
        r"|(?P<which_y>今|去|前)(?P<unit_y>年)",
        _relative_zh,
    ),
    (r"\b(?:today|yesterday|the day before yesterday)\b|今天|昨天|前天", _days_back),
    (
        r"\b(?P<lead>in|during|since|before|after|from|until|of) (?P<y>20\d\d)\b(?![-/.]\d)",
        _year_only,
    ),
    (r"(?<!\d)(?P<y>20\d\d)年(?!\d)", _year_only),
)


_FORMS = tuple((re.compile(form, re.IGNORECASE), read) for form, read in _RAW)
