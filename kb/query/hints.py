"""What a question says beside its topic: colours, kinds, tags, whether it wants many, and when.

Hints are guesses: they bring units to the front and never keep one out. What must hold is said by
`kb.evidence.Filters`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TypeVar

from kb.evidence import Filters
from kb.index.points import Hit
from kb.query.asides import COLOURS, EARLIEST, LATEST
from kb.query.dates import Span, spans_of
from kb.query.patterns import TAG_WORDS
from kb.scene import NodeKind, Tag
from kb.simplified import simplified
from kb.weights import Weights

Name = TypeVar("Name", bound=str)

_KINDS: dict[NodeKind, str] = {
    "sticky": r"\b(?:sticky(?: ?notes?)?|post-?its?|stickies)\b|便利?贴|便签",
    "diamond": r"\b(?:diamonds?|decision points?|gateways?)\b|菱形|判断点|分支点",
    "ellipse": r"\b(?:ellipses?|circles?|ovals?)\b|椭圆|圆圈",
    "cylinder": r"\b(?:cylinders?|data ?bases?|data ?stores?)\b|圆柱|数据库",
    "container": r"\b(?:frames?|lanes?|swim ?lanes?|columns?|containers?|sections?)\b"
    r"|分区|泳道|区域|(?<![排系])列(?!出|举|表|入|一下)",
    "document": r"\bdocument (?:shapes?|symbols?)\b|文档形状",
    "table": r"\btables?\b|表格",
    "title": r"\b(?:titles?|headings?|headlines?)\b|标题",
}
_MANY = re.compile(
    r"^(?:list|show|name|which|what are|what (?:\w+ )?(?:risks|tasks|steps|items|goals|questions"
    r"|decisions|owners|parts|teams))\b|\b(?:all|every|each|how many|everything)\b"
    r"|哪些|所有|全部|列出|列举|几个|多少|都有",
    re.IGNORECASE,
)
_VERSIONS = re.compile(
    r"\b(?:chang(?:e[sd]?|ing)|differ\w*|versions?|compared?|no longer|anymore|any more|replaced?"
    r"|new since|added|removed|dropped|vanished|moved|postponed|grew|grow|rose|fell|slip(?:ped)?"
    r"|before and after|both (?:boards|rounds)|second round|revised|update[sd]?|swapped"
    r"|between \S+ and|since \S+)\b"
    r"|变化|变动|改(?:了|成|动|为|版)|修改|区别|不同|新增|多了|少了|去掉|取消|删|换成|换了|推迟|定稿|草稿|前后",
    re.IGNORECASE,
)
_DIFFERS = re.compile(
    r"^(?!.*\b(?:if|when|whenever|never|to (?:be )?\w+ the)\b)(?:"
    r".*\b(?:did|has|have|had|was|were)\b.*\b(?:changed?|replaced?|swap(?:ped)?|vanish(?:ed)?"
    r"|dropped|postponed?|slip(?:ped)?|grow|grown|add(?:ed)?|removed?|taken over)\b"
    r"|wh(?:at|o|ich)\b.*\b(?:replaced|swapped|took over|came in|changed|no longer)\b"
    r"|.*\b(?:finished|solved|done|happened|new)\b.*\bbetween the\b|.*\bbetween the two\b"
    r"|.*\bwhat(?:'s| is| was| were)? (?:new(?! \w+['’]s)|different)\b|.*\bbecame of\b"
    r"|.*\bfrom one \w+ to the next\b)"
    r"|比.{0,12}(?:多了|少了)|(?:什么|哪些|何)(?:变化|变动|改动|不同|区别)|新加入"
    r"|(?:多|少|新增|去掉|取消|删掉?|换|改)了(?:什么|哪些|谁|多少)|(?:换|改)成了?(?:什么|谁)|推迟[到了]",
    re.IGNORECASE | re.DOTALL,
)
_STILL = re.compile(r"\bstill\b|仍|依然", re.IGNORECASE)
_WHO = re.compile(r"\bwho(?:se|m)?\b|\bowners?\b|\bresponsible\b|谁|负责", re.IGNORECASE)
_WHEN = re.compile(r"\bwhen\b|\bdeadlines?\b|\bdue\b|什么时候|何时|截止|哪天|几号", re.IGNORECASE)


def _compiled(words: Mapping[Name, str]) -> dict[Name, re.Pattern[str]]:
    return {name: re.compile(form, re.IGNORECASE) for name, form in words.items()}


_KIND_FORMS = _compiled(_KINDS)


@dataclass(frozen=True)
class Hints:
    """What a question says beside its topic; empty fields say nothing.

    Attributes:
        colors: of ink or fill.
        kinds: of nodes.
        tags: what the answer carries: "risk" for "what may go wrong?", "owner" for "who …?".
        spans: when the boards may have been taken; several where a month names no year.
        latest: wants the newest; `earliest` the oldest.
        many: wants several things, not one.
        versions: asks what changed, so that versions of one board are all wanted.
        differs: wants what versions of one board don't share, not what is still so.
    """

    colors: tuple[str, ...] = ()
    kinds: tuple[NodeKind, ...] = ()
    tags: tuple[Tag, ...] = ()
    spans: tuple[Span, ...] = ()
    latest: bool = False
    earliest: bool = False
    many: bool = False
    versions: bool = False
    differs: bool = False

    def filters(self) -> list[Filters]:
        """What to look at beside the best by meaning and words: a filter for each hint."""
        narrow = [Filters(tags=(tag,)) for tag in self.tags]
        narrow += [Filters(colors=self.colors)] if self.colors else []
        narrow += [Filters(kinds=self.kinds)] if self.kinds else []
        narrow += [Filters(since=span.since, until=span.until) for span in self.spans]
        return narrow

    def lift(self, hit: Hit, weights: Weights) -> Hit:
        """Return `hit` with what fitting the hints adds to its score."""
        payload = hit.payload
        fits = weights.tag * _meet(self.tags, payload.get("tags", ()))
        fits += weights.colour * _meet(self.colors, payload.get("colors", ()))
        fits += weights.kind * _meet(self.kinds, payload.get("kinds", ()))
        if self.spans:
            fits += weights.span * any(span.holds(payload.get("at", 0.0)) for span in self.spans)
        return hit.raised(fits)

    def timely(self, hits: Sequence[Hit], weights: Weights) -> list[Hit]:
        """Return `hits` with what the age of their boards, among these, adds to their scores."""
        moments = sorted({hit.payload.get("at", 0.0) for hit in hits}, reverse=self.earliest)
        if not (self.latest or self.earliest) or len(moments) < 2:
            return list(hits)
        worth = {at: weights.latest * n / (len(moments) - 1) for n, at in enumerate(moments)}
        return [hit.raised(worth[hit.payload.get("at", 0.0)]) for hit in hits]


@lru_cache(maxsize=256)  # more than one part of a search asks
def hints_of(text: str, now: datetime) -> Hints:
    """Read the hints of a question asked at `now` (with its time zone)."""
    text = simplified(text)
    tags = [tag for tag, form in TAG_WORDS.items() if form.search(text)]
    tags += [tag for tag, form in _ASKED_TAGS if form.search(text)]
    differs = bool(_DIFFERS.search(text)) and not _STILL.search(text)
    return Hints(
        colors=_named(COLOURS, text),
        kinds=_named(_KIND_FORMS, text),
        tags=tuple(dict.fromkeys(tags)),
        spans=spans_of(text, now),
        latest=bool(LATEST.search(text)),
        earliest=bool(EARLIEST.search(text)),
        many=bool(_MANY.search(text)),
        versions=bool(_VERSIONS.search(text)),
        differs=differs,
    )


_ASKED_TAGS: tuple[tuple[Tag, re.Pattern[str]], ...] = (("owner", _WHO), ("date", _WHEN))


def _meet(asked: Sequence[str], held: Sequence[str]) -> bool:
    return bool(asked) and not set(asked).isdisjoint(held)


def _named(forms: Mapping[Name, re.Pattern[str]], text: str) -> tuple[Name, ...]:
    return tuple(name for name, form in forms.items() if form.search(text))
