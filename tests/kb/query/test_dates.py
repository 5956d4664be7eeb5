from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.query.dates import Span, spans_of, time_in

NOW = datetime(2026, 11, 26, 15, 30, tzinfo=UTC)  # a Thursday


def days(text: str) -> tuple[date | None, date | None] | None:
    spans = spans_of(text, NOW)
    if not spans:
        return None
    span = spans[0]
    return span.since and span.since.date(), span.until and span.until.date()


def d(month: int, day: int, year: int = 2026) -> date:
    return date(year, month, day)


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("what did we decide today", d(11, 26), d(11, 27)),
        ("昨天的白板", d(11, 25), d(11, 26)),
        ("boards from last week", d(11, 16), d(11, 23)),
        ("上周画了什么", d(11, 16), d(11, 23)),
        ("本周的计划", d(11, 23), d(11, 30)),
        ("上上周的会议", d(11, 9), d(11, 16)),
        ("risks of last month", d(10, 1), d(11, 1)),
        ("上个月的风险", d(10, 1), d(11, 1)),
        ("this quarter's goals", d(10, 1), d(1, 1, 2027)),
        ("last year", d(1, 1, 2025), d(1, 1, 2026)),
        ("去年的目标", d(1, 1, 2025), d(1, 1, 2026)),
        ("what was drawn in March", d(3, 1), d(4, 1)),
        ("drawn in December", d(12, 1, 2025), d(1, 1)),
        ("三月份的板子", d(3, 1), d(4, 1)),
        ("2025年12月的白板", d(12, 1, 2025), d(1, 1)),
        ("十二月的白板", d(12, 1, 2025), d(1, 1)),
        ("the plan of March 2025", d(3, 1, 2025), d(4, 1, 2025)),
        ("boards of 2026-03", d(3, 1), d(4, 1)),
        ("the board of 2026-03-12", d(3, 12), d(3, 13)),
        ("on 12 March", d(3, 12), d(3, 13)),
        ("on March 12th, 2025", d(3, 12, 2025), d(3, 13, 2025)),
        ("3月12日的会", d(3, 12), d(3, 13)),
        ("2025 年 / 2025年3月12日", d(3, 12, 2025), d(3, 13, 2025)),
        ("in the last 3 days", d(11, 23), d(11, 27)),
        ("最近三天", d(11, 23), d(11, 27)),
        ("two weeks ago", d(11, 9), d(11, 16)),
        ("两周前的板", d(11, 9), d(11, 16)),
        ("Q3 goals", d(7, 1), d(10, 1)),
        ("第三季度的目标", d(7, 1), d(10, 1)),
        ("boards of 2024", d(1, 1, 2024), d(1, 1, 2025)),
        ("boards since March", d(3, 1), None),
        ("after March 2026", d(4, 1), None),
        ("boards before March", None, d(3, 1)),
        ("三月之前的白板", None, d(3, 1)),
        ("三月之后的白板", d(4, 1), None),
        ("从三月起的白板", d(3, 1), None),
        ("上周以来的风险", d(11, 16), None),
        ("截至3月的风险", None, d(4, 1)),
        ("晚于3月的白板", d(4, 1), None),
        ("早于3月的白板", None, d(3, 1)),
        ("what must be live by March", None, d(4, 1)),
        ("2025年以前的白板", None, d(1, 1, 2025)),
        ("三年以前的白板", d(5, 29, 2023), d(5, 28, 2024)),
    ],
)
def test_reads(text: str, since: date | None, until: date | None) -> None:
    assert days(text) == (since, until)


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("from March to May", d(3, 1), d(6, 1)),
        ("between March and May", d(3, 1), d(6, 1)),
        ("from November to February", d(11, 1), d(3, 1, 2027)),
        ("三月到五月的风险", d(3, 1), d(6, 1)),
        ("2025年3月到5月", d(3, 1, 2025), d(6, 1, 2025)),
        ("3月到2025年5月", d(3, 1, 2025), d(6, 1, 2025)),
        ("2024年11月到2025年2月", d(11, 1, 2024), d(3, 1, 2025)),
        ("三月和五月之间", d(3, 1), d(6, 1)),
        ("3月1日到3月10日", d(3, 1), d(3, 11)),
        ("3月1日到10日", d(3, 1), d(3, 11)),
        ("March 1 to March 10", d(3, 1), d(3, 11)),
        ("March 1-10, 2025", d(3, 1, 2025), d(3, 11, 2025)),
        ("5 to 10 March", d(3, 5), d(3, 11)),
        ("from 2024 to 2025", d(1, 1, 2024), d(1, 1, 2026)),
    ],
)
def test_reads_from_one_end_to_the_other(text: str, since: date, until: date) -> None:
    assert days(text) == (since, until)


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("去年三月的白板", d(3, 1, 2025), d(4, 1, 2025)),
        ("今年3月", d(3, 1), d(4, 1)),
        ("明年三月", d(3, 1, 2027), d(4, 1, 2027)),
        ("March of last year", d(3, 1, 2025), d(4, 1, 2025)),
        ("last year's March", d(3, 1, 2025), d(4, 1, 2025)),
        ("去年Q3", d(7, 1, 2025), d(10, 1, 2025)),
        ("Q3 last year", d(7, 1, 2025), d(10, 1, 2025)),
        ("2025 Q3", d(7, 1, 2025), d(10, 1, 2025)),
        ("2025Q3的目标", d(7, 1, 2025), d(10, 1, 2025)),
        ("Q3的目标", d(7, 1), d(10, 1)),
        ("上半年的目标", d(1, 1), d(7, 1)),
        ("去年下半年", d(7, 1, 2025), d(1, 1)),
        ("the second half of 2025", d(7, 1, 2025), d(1, 1)),
        ("三月初", d(3, 1), d(3, 11)),
        ("3月中旬", d(3, 11), d(3, 22)),
        ("三月底", d(3, 22), d(4, 1)),
        ("early March", d(3, 1), d(3, 11)),
        ("mid-March 2025", d(3, 11, 2025), d(3, 22, 2025)),
        ("at the end of March", d(3, 22), d(4, 1)),
        ("the end of last month", d(10, 22), d(11, 1)),
        ("月底要交什么", d(11, 21), d(12, 1)),
        ("大前天的会", d(11, 23), d(11, 24)),
        ("前天的会", d(11, 24), d(11, 25)),
        ("tomorrow", d(11, 27), d(11, 28)),
        ("后天", d(11, 28), d(11, 29)),
        ("last Friday", d(11, 20), d(11, 21)),
        ("next Friday", d(11, 27), d(11, 28)),
        ("this Monday", d(11, 23), d(11, 24)),
        ("上周五的会", d(11, 20), d(11, 21)),
        ("下周三", d(12, 2), d(12, 3)),
        ("周一的白板", d(11, 23), d(11, 24)),
        ("周五的白板", d(11, 20), d(11, 21)),
        ("上周末", d(11, 21), d(11, 23)),
        ("next week", d(11, 30), d(12, 7)),
        ("下个月", d(12, 1), d(1, 1, 2027)),
        ("next month", d(12, 1), d(1, 1, 2027)),
        ("明年", d(1, 1, 2027), d(1, 1, 2028)),
        ("half a year ago", d(4, 28), d(6, 28)),
        ("半年前", d(4, 28), d(6, 28)),
        ("最近半年", d(5, 28), d(11, 27)),
        ("the last two quarters", d(5, 28), d(11, 27)),
        ("on 3/15", d(3, 15), d(3, 16)),
        ("board 20260301", d(3, 1), d(3, 2)),
        ("三月十五日", d(3, 15), d(3, 16)),
    ],
)
def test_reads_days_by_their_place_in_month_year_and_week(
    text: str, since: date, until: date
) -> None:
    assert days(text) == (since, until)


@pytest.mark.parametrize(
    "text",
    [
        "what may fail",
        "may the order be cancelled",
        "we march on",
        "14:02 queue full",
        "31 February",
        "2026-13-40",
        "三个月的试用期",
        "version 2.10",
        "version 10.5月",
        "which 5 may be dropped",
        "新版本几月上线？",
        "两月一次的例会",
        "每周一的例会",
        "一周一次",
        "9/10 of the users",
        "the H2 database",
        "what became of Jun's trolley",
        "",
    ],
)
def test_reads_nothing_where_no_day_is_named(text: str) -> None:
    assert days(text) is None


def test_without_a_year_it_may_be_several() -> None:
    starts = [span.since and span.since.date() for span in spans_of("in October", NOW)]
    assert starts == [d(10, 1), d(10, 1, 2025), d(10, 1, 2024)]
    assert len(spans_of("in October 2025", NOW)) == 1
    assert len(spans_of("last week", NOW)) == 1


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("risks from last month", "risks "),
        ("pricing in March", "pricing "),
        ("上个月的风险", "风险"),
        ("三月之前的白板", "白板"),
        ("boards from March to May about pay", "boards  about pay"),
        ("the plan as of the end of March 2025", "the plan as "),
    ],
)
def test_tells_where_in_the_text_the_time_stands(text: str, rest: str) -> None:
    found = time_in(text, NOW)
    assert found is not None
    assert text[: found.start] + text[found.end :] == rest


@given(st.text(max_size=60), st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)))
def test_any_text_gives_spans_in_order_or_none(text: str, now: datetime) -> None:
    for span in spans_of(text, now.replace(tzinfo=UTC)):
        if span.since is not None and span.until is not None:
            assert span.since < span.until


@given(
    st.text(st.sampled_from("零〇一二三十十两几"), min_size=1, max_size=4),
    st.sampled_from(["{}天前", "最近{}个月", "{}月", "{}月3日", "{}年", "第{}季度", "过去{}星期"]),
)
def test_numerals_in_any_order_are_read_or_left(number: str, form: str) -> None:
    for span in spans_of(form.format(number), NOW):
        assert span.since is None or span.until is None or span.since < span.until


@pytest.mark.parametrize("text", ["二三十天前的白板", "最近十二三天"])
def test_a_rough_number_names_no_time(text: str) -> None:
    assert spans_of(text, NOW) == ()


def test_a_span_holds_its_first_moment_and_not_its_end() -> None:
    span = Span(NOW, NOW + timedelta(1))
    assert span.holds(NOW.timestamp())
    assert not span.holds((NOW + timedelta(1)).timestamp())
    assert Span(None, NOW).holds(0.0)
