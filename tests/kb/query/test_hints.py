from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import pytest

from kb.index.points import Hit
from kb.query.hints import Hints, hints_of
from kb.weights import WEIGHTS

NOW = datetime(2026, 11, 26, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("the red sticky notes", {"colors": ("red",), "kinds": ("sticky",)}),
        ("红色的便签写了什么", {"colors": ("red",), "kinds": ("sticky",)}),
        ("all open risks", {"tags": ("risk",), "many": True}),
        ("有哪些风险", {"tags": ("risk",), "many": True}),
        ("who owns the launch", {"tags": ("owner",)}),
        ("谁负责支付", {"tags": ("owner",)}),
        ("when is the deadline", {"tags": ("date",)}),
        ("the latest plan", {"latest": True}),
        ("最新的计划", {"latest": True}),
        ("the first version of the plan", {"earliest": True, "versions": True}),
        ("what changed in the plan", {"versions": True, "differs": True}),
        ("科技节的地点有什么变化", {"versions": True, "differs": True}),
        ("列出红框里的步骤", {"colors": ("red",), "many": True}),
        ("第二列有什么", {"kinds": ("container",)}),
        ("灰度发布之后是什么", {}),
        ("红包谁负责", {"tags": ("owner",)}),
        ("check stock", {}),
        ("credit is reduced on the whiteboard", {}),
    ],
)
def test_reads(text: str, told: dict[str, Any]) -> None:
    assert hints_of(text, NOW) == Hints(**told)


def test_a_hint_brings_what_fits_it_to_the_front_and_keeps_nothing_out() -> None:
    hints = hints_of("red stickies of last week", NOW)
    base = {"tags": [], "colors": [], "kinds": ["box"], "at": 0.0}
    plain = Hit("1", 0.5, base)
    assert hints.lift(plain, WEIGHTS) == plain
    week = datetime(2026, 11, 18, tzinfo=UTC).timestamp()
    fits = [{"colors": ["red"]}, {"kinds": ["sticky"]}, {"at": week}]
    for more in fits:
        assert hints.lift(Hit("2", 0.5, base | more), WEIGHTS).score > 0.5
    assert len(hints.filters()) == 3


@pytest.mark.parametrize(
    "text", ["what was new ", "did has have ", "比什么", "between the two to "]
)
def test_hostile_questions_take_no_time(text: str) -> None:
    begin = time.process_time()
    hints_of(text * (2000 // len(text)), NOW)
    assert time.process_time() - begin < 1.0
