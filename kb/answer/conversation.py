"""Follow-ups made whole without a model: "and who owns it?" after an answer about the checkout.

What a follow-up points at is read from the last turns: the thing that the question was about, or,
where that answer led on to another thing ("what comes after Pay?"), that thing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from kb.answer.scripts import as_said
from kb.answer.tagged import STATES, TAG_NAMES
from kb.evidence import Turn
from kb.facts import owners_in
from kb.query.patterns import ARTICLE
from kb.query.question import MAX_QUESTION, Question, understand
from kb.reading import one_line
from kb.simplified import simplified
from kb.tags import MONTH, WEEKDAY
from kb.text import content_terms

MAX_TURNS = 6  # that are looked back at

_QUOTED = re.compile(r"“([^”]{1,160})”")

_OPENING = re.compile(
    r"^(?:and|so|ok(?:ay)?|then|also|but|那么|那|还有|另外|然后|好的|嗯)(?![a-z])[\s,，]*",
    re.IGNORECASE,
)
_NEXT = re.compile(
    r"(?:what(?:'s| is| comes| happens| follows)? )?(?:next|then|after(?:wards| that| this| it))"
    r"|(?:what|which step) (?:comes|happens|is|follows) (?:next|then|after (?:that|this|it))"
    r"|(?:在?(?:这|那|它|此)?(?:个|一步)?)?(?:之后|以后|然后|接下来|接着|再往后|下一步)"
    r"(?:呢|(?:是|要|会|该)?(?:做)?什么|怎么办)?",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    r"(?:what(?:'s| is| comes| happens)? )?before (?:that|this|it)"
    r"|(?:在?(?:这|那|它|此)?(?:个|一步)?)?(?:之前|以前|前面|上一步)(?:呢|(?:是|要|会|该)?(?:做)?什么)?",
    re.IGNORECASE,
)
_WHAT_ABOUT = re.compile(r"(?:(?:what|how) about|and) (?P<en>.+)|(?P<zh>.+?)呢", re.IGNORECASE)
_MORE = re.compile(
    r"(?:and |so )?(?:who|what|which|where|any(?:one|body|thing)?) (?:else|more|others?)"
    r"|(?:(?:tell|show|give) me )?more|go on|continue"
    r"|(?:那么?)?还有(?:谁|什么|哪些|(?:其他|别)的)?[呢吗]?|(?:那么?)?(?:其他|别)的呢|继续|更多|多说一?点",
    re.IGNORECASE,
)
_TIME_WORDS = (
    r"(?:(?:this|last|next|past|previous|the|of|coming|two|three|few|\d+(?:st|nd|rd|th)?)[\s,]+)*"
    r"(?:(?:day|week|month|quarter|year|weekend)s?|today|tomorrow|yesterday|tonight|q[1-4]|20\d\d"
    rf"|(?-i:(?!(?:may|mar|sat|sun)\b))(?:{MONTH}|{WEEKDAY})\b)(?:[\s,]+(?:\d+(?:st|nd|rd|th)?|ago))*"
)
_TIME_ZH = (
    r"(?:[上下本这今去明昨前后最近过未来第个\d零〇一二三四五六七八九十两几]++"
    r"(?:[天日号]|[年月][初底末份]?+|季度|(?:周|星期|礼拜)[一二三四五六日天末]?+)"
    r"|(?:周|星期|礼拜)[一二三四五六日天末])"
)
_TIME = re.compile(rf"\b{_TIME_WORDS}(?:[\s,]+{_TIME_WORDS})*\b|{_TIME_ZH}+", re.IGNORECASE)
_AT = re.compile(
    r"(?P<at>in|on|at|by|for|during|since|before|after|until|till|within|from|with|without|under)"
    r" (?:the )?(?P<of>.+)",
    re.IGNORECASE,
)
_WHEN = re.compile(
    rf"(?:(?:in|on|at|by|during|since|before|after|until) )?(?:{_TIME.pattern})", re.I
)
_ASKS = re.compile(
    r"(?:what|who|whose|when|where|why|how|which|is|are|was|were|does?|did|can|will|has|have|list|show)"
    r"(?:'s)?\b|什么|谁|哪|为什么|怎么|多少|几|何时",
    re.IGNORECASE,
)
_NTH = re.compile(
    r"(?:(?:and|(?:what|how) about) )?the (?P<en>first|second|third|fourth|fifth)(?: (?:one|item))?"
    r"|(?:那么?)?第(?P<zh>[一二三四五])[个项条](?:呢|是什么)?",
    re.IGNORECASE,
)
_NTHS = ("first", "second", "third", "fourth", "fifth", *"一二三四五")
_ITS = re.compile(r"\b(?:its|their)\s+(?P<part>[\w-]+)", re.IGNORECASE)
_IT = re.compile(
    # in "what is it that Tom does?" it points at nothing
    r"\b(?:(?-i:(?!IT\b))it(?! (?:that|who|which)\b)"
    r"|this one|that one|they|them|(?:this|that|these|those)"
    r"(?: (?:step|box|thing|task|node|risk|item|service|board|one)s?(?=$|[\s?,.])"
    # "a board that mentions …" and "these orders" point at nothing before them
    r"|(?=[\s?,.]*$|[?,.]|,? (?:and|or|but|due|done|ready|live|finished)\b)))(?!\w)",
    re.IGNORECASE,
)
_THEY = re.compile(r"\b(?:they|them)\b|它们", re.IGNORECASE)
_THEIR = re.compile(r"\btheir\s+(?P<part>[\w-]+)", re.IGNORECASE)
_CLAUSE = re.compile(
    r"\b(?:and|or|but|so|if|when|once|because|until|while|although)\b|[,，;；]", re.IGNORECASE
)
_ZH_IT = re.compile(
    r"(?<!其)它们?|(?:这一?(?:个|步|项|件事|块)|那一?(?:个|步|项|件事))"
    # 这个月 is a time, and 这个项目 may be another
    r"(?!月|季|周|星期|礼拜|年|项目|目|时|阶段|版本)(?:步骤|节点|事项|骤)?"
    r"|该(?:步骤|节点|事项)|此(?:步|项)(?!目)"
)
_PERSON = re.compile(r"\b(?:he|she|him|her|they|them)\b|(?<!其)[他她]们?", re.IGNORECASE)

_SLOTS = {
    "owner": r"(?:the |its )?owners?|who|负责人|谁负责|责任人|谁",
    "date": r"(?:the |its )?(?:deadline|due date|date)|when|截止(?:日期|时间)|期限|时间|日期"
    "|什么时候|何时",
}
_SLOT_WORDS = {
    ("owner", "en"): "Who owns {}?",
    ("owner", "zh"): "{}的负责人是谁？",
    ("date", "en"): "When is {}?",
    ("date", "zh"): "{}是什么时候？",
}


def whole(question: str, history: Sequence[Turn]) -> str:
    """Return `question` so that it stands alone; as it is where it points at nothing before it.

    What it takes from the turns stays as it is written there; our own words are in its script.
    """
    turns = [turn for turn in history if 0 < len(one_line(turn.question)) <= MAX_QUESTION]
    turns = turns[-MAX_TURNS:]
    plain = simplified(question)
    read = [Turn(question=simplified(t.question), answer=simplified(t.answer)) for t in turns]
    made = _whole(plain, read)
    return question if made == plain else as_said(made, question, turns)


def _whole(question: str, turns: Sequence[Turn]) -> str:
    bare = one_line(question).strip(" ?？。.!！")
    if not turns or not bare:
        return question
    if _MORE.fullmatch(bare):
        return _whole(turns[-1].question, turns[:-1])
    asked = understand(question)
    if asked.language == "en" and bare.isupper():
        bare = re.sub(r"\bIT\b", "it", bare)
    meant = _meant(bare, asked, turns)
    return meant if meant and len(meant) <= MAX_QUESTION else question


def _meant(bare: str, asked: Question, turns: Sequence[Turn]) -> str:
    """Return the question that `bare` stands for, a few words or a whole one; "" for none."""
    short = _OPENING.sub("", bare)
    zh = asked.language == "zh"
    if nth := _NTH.fullmatch(bare):
        return _nth(turns[-1], _NTHS.index((nth["en"] or nth["zh"]).lower()) % 5, zh=zh)
    topic = _thing(turns)
    thing = topic or _list_of(turns[-1], zh=zh)
    if not thing:
        return ""
    if _NEXT.fullmatch(short) or _NEXT.fullmatch(bare):
        return f"{thing}之后是什么？" if zh else f"What comes after {thing}?"
    if _BEFORE.fullmatch(short):
        return f"{thing}之前是什么？" if zh else f"What comes before {thing}?"
    if slot := _slot(short, asked, thing):
        return slot
    about = _WHAT_ABOUT.fullmatch(short if zh else bare)
    other = (about["en"] or about["zh"]).strip() if about else ""
    if other and not _ASKS.match(other):
        before = understand(turns[-1].question)
        of = before.x if before.intent == "tagged" else topic
        if alike := _list_asked(other, of, zh=zh) or _swapped(turns[-1], other):
            return alike
    if zh and short != bare and _ASKS.match(short):
        return f"{thing}{short}？"
    return _named(bare, asked, turns, thing)


def _nth(last: Turn, n: int, *, zh: bool) -> str:
    """Return the question for what the last answer told n-th, counted from 0; "" for nothing."""
    told: list[str] = _QUOTED.findall(last.answer)
    if n >= len(told) or len(told) < 2:
        return ""
    return f"{told[n]}是什么？" if zh else f"What is {told[n]}?"


def _list_asked(other: str, topic: str, *, zh: bool) -> str:
    """Return the question for "and the decisions?", within the topic; "" where that is no list."""
    what = ARTICLE.sub("", other)
    asked = f"有哪些{what}？" if zh else f"What are the {what}?"
    as_list = understand(asked)
    if as_list.intent != "tagged" or as_list.x:
        return ""
    if not topic:
        return asked
    return f"{topic}{asked}" if zh else f"What are the {what} of {topic}?"


def _list_of(last: Turn, *, zh: bool) -> str:
    """Return the words for what the last question asked to list; "" where it asked for no list."""
    asked = understand(last.question)
    if asked.intent != "tagged":
        return ""
    names = [TAG_NAMES[tag] for tag in asked.tags]
    state, state_zh = STATES[asked.state]
    if zh:
        what = f"{state_zh}{'和'.join(name for *_, name in names)}"
        return f"{asked.x}的{what}" if asked.x else what
    what = f"the {state}{' and '.join(many for _, many, _ in names)}"
    return f"{what} of {asked.x}" if asked.x else what


def _slot(short: str, asked: Question, thing: str) -> str:
    """Return the question for a bare "and the owner?", 负责人呢; "" for anything else."""
    core = re.sub(r"^(?:what about |how about )|呢$", "", short, flags=re.IGNORECASE)
    for slot, words in _SLOTS.items():
        if re.fullmatch(words, core, re.IGNORECASE):
            return _SLOT_WORDS[slot, asked.language].format(thing)
    return ""


def _swapped(last: Turn, other: str) -> str:
    """Return the last question with its thing replaced: "who owns the checkout", "and refunds?".

    A time or place ("and in March?") takes the place of one, or is added: it is no thing.
    """
    before = understand(last.question)
    if placed := _AT.fullmatch(other):
        if placed["at"].lower() in ("before", "after") and not _TIME.search(other):
            return f"What comes {other}?"
        there = rf"\b{placed['at']} (?:the )?{re.escape(before.x)}"
        if before.x and re.search(there, last.question, re.IGNORECASE):
            return last.question.replace(before.x, placed["of"], 1)
    if placed or _TIME.fullmatch(other):
        return _timed(last.question, other, zh=before.language == "zh")
    if before.intent == "tagged" and not before.x:
        end = last.question.rstrip(" ?？。.!！")
        return f"{other}{last.question}" if before.language == "zh" else f"{end} of {other}?"
    if not before.x or before.x not in last.question:
        return ""
    return last.question.replace(before.x, other.removeprefix("the "), 1)


def _timed(question: str, when: str, *, zh: bool) -> str:
    """Return a question with a time or place put in, for the time that it has or else added."""
    end = question.rstrip(" ?？。.!！")
    mark = question[len(end) :].strip() or ("？" if zh else "?")
    if (old := _WHEN.search(end)) and _TIME.search(when):
        return f"{end[: old.start()]}{when}{end[old.end() :]}{mark}"
    return f"{when}{end}{mark}" if zh else f"{end} {when}{mark}"


def _named(bare: str, asked: Question, turns: Sequence[Turn], thing: str) -> str:
    """Return the question with its pronouns replaced by what they stand for."""
    zh = asked.language == "zh"
    end = "？" if zh else "?"
    if listed := _list_of(turns[-1], zh=zh):
        bare = _put(listed, _THEY, _put(f"the {{}} of {listed}", _THEIR, bare))
    if (person := _person(turns)) and _PERSON.search(bare) and not _IT.search(
        re.sub(r"\b(?:they|them)\b", "", bare, flags=re.IGNORECASE)
    ):  # fmt: skip
        return _put(person, _PERSON, bare) + end
    if zh:
        return _put(thing, _ZH_IT, bare) + end
    named = _put(thing, _IT, _put(f"the {{}} of {thing}", _ITS, bare))
    return _OPENING.sub("", named) + end if named != bare else bare + end


def _put(name: str, pronoun: re.Pattern[str], bare: str) -> str:
    """Return `bare` with `name` for each pronoun that points at nothing within the question.

    In "what if a payment fails and it is retried" the clause before names what is meant.
    """

    def put(found: re.Match[str]) -> str:
        clauses = list(_CLAUSE.finditer(bare, 0, found.start()))
        if clauses and len(set(content_terms(bare[: clauses[-1].start()]))) > 1:
            return found[0]
        return name.replace("{}", found["part"]) if "part" in pronoun.groupindex else name

    return pronoun.sub(put, bare)


def _thing(turns: Sequence[Turn]) -> str:
    """Return what the last turn that had a thing was about, "" where none had."""
    for turn in reversed(turns):
        asked = understand(turn.question)
        told: list[str] = _QUOTED.findall(turn.answer)
        if asked.intent in ("first", "last") and told:
            return told[0]
        if asked.intent in ("follows", "leads", "path") and len(told) > 1:
            return told[-1 if asked.intent == "path" else 1]  # the first quoted is what was asked
        if content_terms(asked.x) and asked.intent != "lookup":
            return asked.x
        if told and (asked.intent != "tagged" or len(told) == 1):
            return told[0]  # several that were listed are no one thing
    return ""


def _person(turns: Sequence[Turn]) -> str:
    """Return the person that the last answers named, "" where they named none."""
    for turn in reversed(turns):
        asked = understand(turn.question)
        if asked.intent == "owned":
            return asked.x
        for name in _QUOTED.findall(turn.answer):
            if found := owners_in(name):
                return found[0]
    return ""
