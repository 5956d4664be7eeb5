from __future__ import annotations

import time

import pytest

from ingest.readers.markdown import heading_level, lone_heading, plain_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("**Write** the `a_b*c*` [mail](http://x.y) to __Tom__", "Write the a_b*c* mail to Tom"),
        ("这是**重点**内容", "这是重点内容"),
        ("***both*** _one_ **a *b* c** ~~old~~ ==new==", "both one a b c old new"),
        ("**`x`** ``y``", "x y"),
        ("[[plans/q3|Plan]] [[Wiki]] ![pic](x.png) <https://a.b/c_d_e>", "Plan Wiki pic https://a.b/c_d_e"),
        (r"\*no\* \[x\]", "*no* [x]"),
        ("```py\nx = **a**\n```\n*then*", "x = **a**\nthen"),
        ("## 目标\n- 降低延迟\n- Keep **costs** flat", "## 目标\n- 降低延迟\n- Keep costs flat"),
        *((text, text) for text in (
            "- [x] call the bank", "- [ ] 联系银行", "* item", "1. first", "2*3*4 = 24",
            "2**3 and 4**5", "snake_case_name", "[*] a [x]", "a == b == c", "5 * 3 * 2", "",
        )),
    ],
)  # fmt: skip
def test_marks_within_lines_go_and_those_that_open_lines_stay(text: str, words: str) -> None:
    assert plain_words(text) == words


@pytest.mark.parametrize(
    ("text", "level", "alone"),
    [
        ("# Roadmap spring 2026", 1, "Roadmap spring 2026"),
        ("### 春季路线图 ###\n", 3, "春季路线图"),
        ("## Goals\n- faster", 2, ""),
        ("#todo", 0, ""),
        ("C# and F#", 0, ""),
    ],
)
def test_headings(text: str, level: int, alone: str) -> None:
    assert heading_level(text) == level
    assert lone_heading(text) == alone


BROKEN = [
    "*",
    "**",
    "_",
    "`",
    "[",
    "[a](",
    "![",
    "\\",
    "~~",
    "**a",
    "_a ",
    "[[a|",
    "<http://a",
    "# ",
]


@pytest.mark.parametrize("part", BROKEN)
def test_broken_marks_take_no_time(part: str) -> None:
    started = time.process_time()
    plain_words(part * 10_000)
    lone_heading(part * 10_000)
    assert time.process_time() - started < 1.0
