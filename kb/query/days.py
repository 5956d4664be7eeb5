"""Words for days, weeks, months, quarters and years, in English and Chinese, and how each is read.

A reading takes the match and the day on which the question is asked, and returns the first day and
the day after the last. It raises `ValueError` or `OverflowError` where there are no such days.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

Days = tuple[date, date]
Read = Callable[[re.Match[str], date], Days]

_MONTHS = "january february march april may june july august september october november december"
_MONTH = {name: i for i, name in enumerate(_MONTHS.split(), 1)}
_MONTH |= {name[:3]: i for name, i in _MONTH.items()} | {"sept": 9}
_NAMES = "|".join(sorted(_MONTH, key=len, reverse=True))
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEKDAY = r"(?P<day>mon|tues|wednes|thurs|fri|satur|sun)day"
_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九十")} | {"两": 2, "几": 3, "〇": 0}
_HAN_NUMBER = "[零〇一二三四五六七八九十两几]{1,3}"
_NUMBER = rf"(?<![\d第])\d{{1,3}}|{_HAN_NUMBER}"
_HAN_MONTH = "(?<![零〇一二三四五六七八九十两几百])(?:十[一二]?|[一二三四五六七八九])"
_HAN_DAY = "(?:[二三]?十[一二三四五六七八九]?|[一二三四五六七八九])"
_WORDS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "couple of": 2, "a couple of": 2, "few": 3, "a few": 3,
}  # fmt: skip
_HALVES = ("half a", "half", "半")
_UNITS = {"day": 1, "week": 7, "month": 30, "quarter": 91, "year": 365} | {
    "天": 1,
    "日": 1,
    "周": 7,
    "星期": 7,
    "月": 30,
    "季度": 91,
    "年": 365,
}
_BACK = {
    "this": 0, "本": 0, "这": 0, "今": 0, "": 0,
    "last": 1, "previous": 1, "past": 1, "上": 1, "去": 1,
    "上上": 2, "前": 2,
    "next": -1, "coming": -1, "下": -1, "明": -1, "下下": -2,
}  # fmt: skip


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


def _back(word: str | None) -> int:
    return _BACK[(word or "").casefold().removesuffix("个")]


def years_of(m: re.Match[str]) -> list[str | None]:
    """Return the words for the year in each place where such a form may have them."""
    return [said for group, said in m.groupdict().items() if group in ("y", "y2")]


def _year(m: re.Match[str], today: date) -> int | None:
    """Return the year that is told in figures or by "last year", 去年; None where none is."""
    told = next(filter(None, years_of(m)), "").casefold().removesuffix("'s")
    if not told:
        return None
    if told[:4].isdigit():
        return int(told[:4])
    return today.year - _back(told.removesuffix("年").removesuffix(" year"))


def _named_month(word: str) -> int:
    return _MONTH.get(word.casefold().rstrip("."), 0) or _number(word)


def _months(year: int, month: int, count: int = 1) -> Days:
    end = year * 12 + month - 1 + count
    return date(year, month, 1), date(end // 12, end % 12 + 1, 1)


def _quarter(year: int, quarter: int) -> Days:
    if not 1 <= quarter <= 4:
        raise ValueError(quarter)
    return _months(year, 3 * quarter - 2, 3)


def _day(day: date) -> Days:
    return day, day + timedelta(1)


def _full_date(m: re.Match[str], _: date) -> Days:
    return _day(date(int(m["y"]), int(m["m"]), int(m["d"])))


def _month_day(m: re.Match[str], today: date) -> Days:
    """One day, or from one to another of the same month ("March 1-10"), the last that began."""
    month, year = _named_month(m["m"]), _year(m, today)
    first = date(year or today.year, month, _number(m["d"]))
    last = first.replace(day=_number(m.groupdict().get("d2") or m["d"]))
    if last < first:
        raise ValueError(m[0])
    if year is None and first > today:
        first, last = first.replace(year=first.year - 1), last.replace(year=last.year - 1)
    return first, last + timedelta(1)


def _month_only(m: re.Match[str], today: date) -> Days:
    month = _named_month(m["m"])
    return _months(_year(m, today) or today.year - (month > today.month), month)


def _month_to_month(m: re.Match[str], today: date) -> Days:
    first, last = _named_month(m["m"]), _named_month(m["m2"])
    told = _year(m, today)  # of the last month
    begins = told - (first > last) if told else today.year - (first > today.month)
    return date(begins, first, 1), _months(begins + (first > last), last)[1]


def _quarter_only(m: re.Match[str], today: date) -> Days:
    quarter = _number(m["q"])
    return _quarter(_year(m, today) or today.year - (quarter > (today.month + 2) // 3), quarter)


def _half_year(m: re.Match[str], today: date) -> Days:
    half = {"1": 1, "first": 1, "上": 1}.get(m["h"].casefold(), 2)
    return _months(_year(m, today) or today.year - (half > (today.month + 5) // 6), 6 * half - 5, 6)


def _relative(m: re.Match[str], today: date) -> Days:
    """This, last and next week, month, quarter, year."""
    back, unit = _back(m["which"]), m["unit"].casefold()
    if unit in ("week", "周", "星期", "礼拜"):
        monday = today - timedelta(today.weekday() + 7 * back)
        return monday, monday + timedelta(7)
    if unit in ("month", "月"):
        months = today.year * 12 + today.month - 1 - back
        return _months(months // 12, months % 12 + 1)
    if unit in ("quarter", "季度"):
        quarters = today.year * 4 + (today.month - 1) // 3 - back
        return _quarter(quarters // 4, quarters % 4 + 1)
    return _months(today.year - back, 1, 12)


def _weekday(m: re.Match[str], today: date) -> Days:
    """The last such day before today, the next after it, or that of this week."""
    wanted, which = _WEEKDAYS.index(m["day"].casefold()[:3]), _back(m["which"])
    if m["lead"]:
        return _day(today - timedelta((today.weekday() - wanted) % 7))
    if which > 0:
        return _day(today - timedelta((today.weekday() - wanted - 1) % 7 + 1))
    if which < 0:
        return _day(today + timedelta((wanted - today.weekday() - 1) % 7 + 1))
    return _day(today + timedelta(wanted - today.weekday()))


def _weekday_zh(m: re.Match[str], today: date) -> Days:
    """That day of the week told, or the last one, today included; 周末 is two days."""
    wanted = {"天": 6, "末": 5}.get(m["day"], "一二三四五六日".find(m["day"]))
    weeks = _back(m["which"]) if m["which"] else int(wanted > today.weekday())
    day = today + timedelta(wanted - today.weekday() - 7 * weeks)
    return day, day + timedelta(2 if m["day"] == "末" else 1)


_NEAR_DAYS = {
    "the day before yesterday": 2, "yesterday": 1, "today": 0, "tomorrow": -1,
    "the day after tomorrow": -2,
    "大前天": 3, "前天": 2, "昨天": 1, "昨日": 1, "今天": 0, "今日": 0, "明天": -1, "明日": -1,
    "后天": -2, "大后天": -3,
}  # fmt: skip


def _near_day(m: re.Match[str], today: date) -> Days:
    return _day(today - timedelta(_NEAR_DAYS[m[0].casefold()]))


def _length(m: re.Match[str]) -> int:
    """Return so many days, weeks, months, quarters, years in days; half a unit is rounded down."""
    unit = _UNITS[m["unit"].casefold().removeprefix("个")]
    word = m["n"].strip().casefold()
    return unit // 2 if word in _HALVES else _number(word) * unit


def _recent(m: re.Match[str], today: date) -> Days:
    """The last so many days, weeks, months, quarters, years."""
    return today - timedelta(_length(m)), today + timedelta(1)


def _ago(m: re.Match[str], today: date) -> Days:
    """So long ago, give or take half of the unit, a twelfth where it is half a unit ago."""
    unit = _UNITS[m["unit"].casefold().removeprefix("个")]
    middle = today - timedelta(_length(m))
    give = unit // (12 if m["n"].strip().casefold() in _HALVES else 2)
    return middle - timedelta(give), middle + timedelta(give + 1)


def _year_only(m: re.Match[str], today: date) -> Days:
    return _months(_year(m, today) or today.year, 1, 12)


_EN_COUNT = "|".join((r"\d{1,3}", *sorted((*_WORDS, *_HALVES[:2]), key=len, reverse=True)))
_EN_UNIT = "(?P<unit>day|week|month|quarter|year)"
_ZH_UNIT = "(?P<unit>个?月|个?星期|个?季度|天|日|周|年)"
_EN_YEAR = r"20\d\d|(?:last|this|next) year"
_AFTER = rf"(?:,? (?:of )?(?P<y>{_EN_YEAR})\b)?"
_ZH_YEAR = r"(?:(?P<y>(?<!\d)20\d\d|[今去前明]年)年?的?)?"
_ZH_WHICH = "本|这个?|上上个?|上个?|下下个?|下个?"
_TH = "(?:st|nd|rd|th)?"
_DAY_TO = r"(?: ?(?:-|–|to) ?(?P<d2>\d{1,2})(?:st|nd|rd|th)?(?![\d:]))?"
_LEAD = (
    "(?P<lead>in|during|since|until|before|after|from|last|by|early|mid|late"
    "|(?:beginning|start|middle|end) of)"  # and not "of" alone: Jun and May are people too
)
# "5 may be dropped" names no month.
_NO_VERB = rf"(?!(?-i:may)\b(?! ?20\d\d| ?$))(?P<m>{_NAMES})"

# A form of which a group "y" is empty may mean several years.
_RAW: tuple[tuple[str, Read], ...] = (
    (r"(?<!\d)(?P<y>20\d\d)[-/.年](?P<m>\d{1,2})[-/.月](?P<d>\d{1,2})[日号]?(?!\d)", _full_date),
    (r"(?<!\d)(?P<y>20\d\d)(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])(?!\d)", _full_date),
    (rf"\b(?P<m>{_NAMES})\.? (?P<d>\d{{1,2}}){_TH}\b(?!:){_DAY_TO}{_AFTER}", _month_day),
    (rf"\b(?P<d>\d{{1,2}}){_TH}{_DAY_TO} (?:of )?{_NO_VERB}\b\.?{_AFTER}", _month_day),
    (
        rf"{_ZH_YEAR}(?<!\d)(?P<m>\d{{1,2}}|{_HAN_MONTH})月(?P<d>\d{{1,2}}|{_HAN_DAY})[日号]?"
        rf"[到至\-~–](?P<d2>\d{{1,2}}|{_HAN_DAY})[日号]",
        _month_day,
    ),
    (
        rf"{_ZH_YEAR}(?<!\d)(?P<m>\d{{1,2}}|{_HAN_MONTH})月(?P<d>\d{{1,2}}|{_HAN_DAY})[日号]",
        _month_day,
    ),
    # 3/15, and 3/5 only after a word that goes with days: it is a share or a score else
    (
        r"(?<![\d/.])(?P<m>0?[1-9]|1[0-2])/(?P<d>1[3-9]|2\d|3[01])(?![\d/.%])(?:/(?P<y>20\d\d))?",
        _month_day,
    ),
    (
        r"\b(?:on|since|before|after|until|by) (?P<m>0?[1-9]|1[0-2])/(?P<d>0?[1-9]|1[0-2])"
        r"(?![\d/.%])(?P<y>)",
        _month_day,
    ),
    (
        rf"\b(?P<m>{_NAMES})\.?(?: ?[-–—] ?| (?:to|until|till|through|and) )(?P<m2>{_NAMES})\b"
        rf"{_AFTER}",
        _month_to_month,
    ),
    (
        rf"(?P<y>(?<!\d)20\d\d|[今去前明]年)年?的?(?P<m>\d{{1,2}}|{_HAN_MONTH})月(?:份)?",
        _month_only,
    ),
    (rf"\b(?P<m>{_NAMES})\.?,? (?:of )?(?P<y>{_EN_YEAR})\b", _month_only),
    (rf"\b(?P<y>last|this|next) year's (?P<m>{_NAMES})\b", _month_only),
    (r"(?<!\d)(?P<y>20\d\d)-(?P<m>0[1-9]|1[0-2])(?![\d-])", _month_only),
    (rf"\b{_LEAD}[ -](?P<m>{_NAMES})\b(?P<y>)", _month_only),
    (
        rf"(?<![个\d年几.])(?P<m>1[0-2]|[1-9]|{_HAN_MONTH})月份?(?![\d日号]|一[次回])(?P<y>)",
        _month_only,
    ),
    (
        r"(?:(?<!\d)(?P<y>20\d\d|(?:last|this|next) year's|[今去前明]年)(?:年| |-)?的?)?"
        rf"(?<![a-z])q(?P<q>[1-4])(?![a-z\d])(?:,? (?:of )?(?P<y2>{_EN_YEAR})\b)?",
        _quarter_only,
    ),
    (rf"{_ZH_YEAR}第?(?P<q>[1-4一二三四])季度", _quarter_only),
    (rf"{_ZH_YEAR}(?<![个\d])(?P<h>[上下])半年", _half_year),
    (r"(?<!\d)(?P<y>20\d\d)[ -]?h(?P<h>[12])(?![a-z\d])", _half_year),
    (rf"\bh(?P<h>[12]),? (?:of )?(?P<y>{_EN_YEAR})\b", _half_year),
    (rf"\b(?P<h>first|second) half of (?:the year\b(?P<y>)|(?P<y2>{_EN_YEAR})\b)", _half_year),
    (rf"\b(?:last|past|previous) (?P<n>{_EN_COUNT}) {_EN_UNIT}s?\b", _recent),
    (rf"(?:最近|过去|近)的?(?P<n>{_NUMBER}|半){_ZH_UNIT}", _recent),
    (rf"\b(?P<n>{_EN_COUNT}) {_EN_UNIT}s? ago\b", _ago),
    (
        rf"(?P<n>{_NUMBER}|半)(?P<unit>个月|个?星期|个?季度|天|周|年)(?:之?前|以前)",
        _ago,
    ),
    (
        rf"\b(?:(?P<which>last|past|this|next|coming) |(?P<lead>since|from|before|after|until) )"
        rf"{_WEEKDAY}\b",
        _weekday,
    ),
    (
        rf"(?<![每\d一二三四五六七八九十两几])(?P<which>{_ZH_WHICH})?(?:周|星期|礼拜)"
        r"(?P<day>[一二三四五六日天末])(?![次回趟个项条张块])",
        _weekday_zh,
    ),
    (rf"\b(?P<which>this|last|previous|past|next|coming) {_EN_UNIT}\b", _relative),
    (rf"(?P<which>{_ZH_WHICH})(?P<unit>周|星期|礼拜|月|季度)", _relative),
    (r"(?P<which>[今去前明])(?P<unit>年)", _relative),
    (r"(?<![个每半\d一二三四五六七八九十])(?P<which>)(?P<unit>[年月])(?=[底初末])", _relative),
    (
        r"\bthe day (?:before yesterday|after tomorrow)\b|\b(?:today|yesterday|tomorrow)\b"
        r"|大?[前后]天|[今昨明][天日]",
        _near_day,
    ),
    (
        r"\b(?P<lead>in|during|since|before|after|from|until|of|by|to) (?P<y>20\d\d)\b(?![-/.]\d)",
        _year_only,
    ),
    (r"(?<!\d)(?P<y>20\d\d)年(?!\d)", _year_only),
)

COUNTED: tuple[Read, ...] = (_relative, _weekday, _weekday_zh, _near_day, _recent, _ago)
"""What is counted from today, and so names no time by itself: "last week", and not "Q3"."""

FORMS: tuple[tuple[re.Pattern[str], Read], ...] = tuple(
    (re.compile(form, re.IGNORECASE), read) for form, read in _RAW
)
