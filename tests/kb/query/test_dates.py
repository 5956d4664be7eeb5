from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.query.dates import Span, spans_of

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
    ],
)
def test_reads(text: str, since: date | None, until: date | None) -> None:
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
