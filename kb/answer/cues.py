"""What a question asks for beside its words: who, when, how many, what follows, all of a kind."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from kb.answer.matching import pool_of
from kb.answer.words import Word, words_of
from kb.query.hints import Hints, hints_of
from kb.query.patterns import COUNTS, NUMBER, YES_NO
from kb.simplified import simplified

_FORMS: dict[str, str] = {
    "after": r"\b(?:after|afterwards|next|then|follows?|following|becomes?|ends? up|leads? to|goes?"
    r"|sent|happens?|done with|result(?:s"
    r"|ing)?)\b|之后|以后|后面|下一步|然后|接着|接下来|送到|变成",
    "before": r"\b(?:before|preced\w+|prior|previous|leads? (?:up )?to|causes?|caused|behind"
    r"|comes? from|feeds?|goes into|made from"
    r"|produced)\b|之前|以前|前面|上一步|导致|原因|由.{1,8}产生",
    "if": r"\b(?:if|when|once|in case|unless)\b|如果|要是|的话|的时候|怎么办|怎么处理",
    "why": r"\bwhy\b|\breasons?\b|为什么|为何|原因",
    "who": r"\bwho(?:m|se)?\b|\bwhich (?:person|people)\b|\bresponsible\b|\bin charge\b|谁|负责人",
    "when": r"\bwhen\b|\b(?:by |until |on )?(?:which"
    r"|what) (?:day|date|time|week|month)\b|\bdeadline\b"
    r"|什么时候|何时|哪天|几点|几号|几月|日期",
    "where": r"\bwhere\b|哪里|哪儿|什么地方|在哪",
    "which": r"\bwhich\b|哪(?:一|个|种|条|家)",
    "list": r"^(?:list|name|which (?:[\w-]+ ){0,3}?\w+s\b"
    r"|what are)|\b(?:all|every|each)\b|哪些|所有|列出",
    "how": r"^how\b|怎么|怎样|如何",
    "what": r"^what\b|什么",
    "changed": r"\b(?:chang\w+|differ\w*|new|added?|dropped"
    r"|removed|replac\w+|instead|anymore|no longer"
    r"|took over|joined|swapped|vanished|later|earlier|compared|between|postponed|slip\w*|since)\b"
    r"|变化|变成|改|新增|新加|多了|少了|取消|换成|相比|前后",
    "hangs": r"\b(?:hangs? on|linked|connected|attached|between|reports?|belongs?|directly)\b"
    r"|连着|相连|连接|属于|归",
}  # fmt: skip
CUES: tuple[str, ...] = (*_FORMS, "number", "yes_no", "colour", "tag")
_COMPILED = {name: re.compile(form, re.IGNORECASE) for name, form in _FORMS.items()}

_FRAME = pool_of(
    "board boards whiteboard diagram picture drawing mention talk say write something sketch happen"
    " 白板 看板 画板 提到 说到 地方 东西 事情"
).terms  # words that speak of boards and of saying, in any question


@dataclass(frozen=True)
class Cues:
    """A question's cues.

    Attributes:
        wanted: its content words, which an answer should hold.
        flags: 0 or 1 for each of CUES.
    """

    text: str
    wanted: tuple[Word, ...]
    hints: Hints
    flags: tuple[float, ...]

    @property
    def who(self) -> float:
        """1 where a person is asked for."""
        return self.flags[CUES.index("who")]

    @property
    def when(self) -> float:
        """1 where a time is asked for."""
        return self.flags[CUES.index("when")]

    @property
    def number(self) -> float:
        """1 where a figure is asked for."""
        return self.flags[CUES.index("number")]


def cues_of(text: str, now: datetime) -> Cues:
    """Read the cues of a question that is asked at `now`."""
    text = simplified(text)
    hints = hints_of(text, now)
    bare = text.strip(" ?？。.!！")
    number = bool(NUMBER.search(bare) or COUNTS.search(bare))
    flags = [bool(form.search(bare)) for form in _COMPILED.values()]
    flags += [number, bool(YES_NO.search(bare)), bool(hints.colors), bool(hints.tags)]
    wanted = words_of(NUMBER.sub(" ", text))
    kept = tuple(word for word in wanted if not word.terms <= _FRAME)
    return Cues(text, kept or wanted, hints, tuple(map(float, flags)))
