"""Suggestions by rule: what a careful colleague would ask after reading the board.

They are ours. No suggestion holds a word of the board, so that the two can't be mixed up.
"""

from __future__ import annotations

import re
from typing import Literal

from kb.minutes.shapes import Line, SectionName
from kb.simplified import simplified

Language = Literal["en", "zh"]
Block = list[Line]
"""A line, and the deeper lines that belong to it."""

_MEASURES: tuple[tuple[str, str, str, str], ...] = (
    (
        "late|delay|slip|deadline|overdue|behind|lead time",
        "延期|延误|延迟|来不及|超期|晚到|交期",
        "Agree on the day by which it must be settled, and on what happens if it is not.",
        "约定最迟解决的日期，以及到期未解决时的替代方案。",
    ),
    (
        "secur|leak|breach|privacy|gdpr|attack|fraud|password",
        "安全|泄露|泄漏|隐私|攻击|欺诈|合规",
        "Have somebody outside the team review it before release.",
        "上线前请团队以外的人做一次审查。",
    ),
    (
        "load|traffic|capacity|scal|perform|latency|overload|timeout|peak",
        "性能|容量|并发|高峰|超时|流量|负载|卡顿",
        "Measure it at the load that is expected, and write down the limit.",
        "按预期负载做一次测量，并写明上限。",
    ),
    (
        "cost|budget|price|expens|overspend",
        "成本|预算|费用|涨价|价格",
        "Set a limit, and name who decides when it is passed.",
        "设定上限，并指定超出时由谁决定。",
    ),
    (
        "vendor|supplier|third[- ]party|depend|single point|provider",
        "供应商|第三方|依赖|单点",
        "Name an alternative, and what it takes to switch to it.",
        "列出备选方案以及切换所需的条件。",
    ),
    (
        "staff|hire|hiring|holiday|leave|only one|bus factor",
        "人手|招聘|离职|请假|只有一个人",
        "Let a second person learn it.",
        "安排第二个人熟悉这项工作。",
    ),
    (
        "los[est]|loss|duplicat|twice|corrupt|oversell|inconsisten|wrong",
        "丢失|重复|不一致|超卖|错误|出错|损坏",
        "Add a check that notices it, and practise the way back.",
        "增加能发现问题的检查，并演练恢复。",
    ),
)
_RULES = tuple(
    (re.compile(rf"\b(?:{words})|{signs}", re.IGNORECASE), en, zh)
    for words, signs, en, zh in _MEASURES
)
_WATCH = (
    "Name somebody who watches it, and the sign by which they will know.",
    "指定跟进人，并写明触发信号。",
)
_NO_OWNER = ("Name an owner: the board names none.", "补充负责人：白板上没有写。")
_NO_DATE = ("Set a date: the board names none.", "补充期限：白板上没有写。")
_ANSWER = (
    "Decide who finds the answer, and by when.",
    "确定由谁在什么时候给出答案。",
)


def advised(section: SectionName, block: Block, language: Language) -> Block:
    """Return a line and what hangs on it with suggestions, where its section calls for some."""
    line, *rest = block
    return [_advised(section, line, bool(rest), language), *rest]


def _advised(section: SectionName, line: Line, answered: bool, language: Language) -> Line:
    if answered:  # the board says itself what is to be done
        return line
    if section == "risks":
        return _with(line, [_measure(line.text, language)])
    if section == "questions":
        return _with(line, [_said(_ANSWER, language)])
    if section == "todos" and not line.done:
        missing = [] if line.owner else [_said(_NO_OWNER, language)]
        missing += [] if line.due else [_said(_NO_DATE, language)]
        return _with(line, missing)
    return line


def _measure(text: str, language: Language) -> str:
    for rule, en, zh in _RULES:
        if rule.search(simplified(text)):
            return _said((en, zh), language)
    return _said(_WATCH, language)


def _said(words: tuple[str, str], language: Language) -> str:
    return words[language == "zh"]


def _with(line: Line, suggestions: list[str]) -> Line:
    return line.model_copy(update={"suggestions": tuple(suggestions)})
