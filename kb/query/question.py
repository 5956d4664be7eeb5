"""What a question asks for, read from its form; `kb.query.patterns` has the forms."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from kb.errors import WrongUse
from kb.query.asides import State, state_of, without_asides, without_state, without_time
from kb.query.patterns import (
    ARTICLE,
    ASKS_LIST,
    COUNTS,
    EDGES,
    FORMS,
    FRAME,
    HAS,
    JOINS,
    LEADS_TO,
    NUMBER,
    POLITE,
    TAG_WORDS,
    TAIL,
    YES_NO,
    Intent,
)
from kb.reading import one_line
from kb.scene import Tag
from kb.simplified import simplified
from kb.text import content_terms, language_of

MAX_QUESTION = 2_000
MAX_FORM = 300  # characters; a longer question is looked up, its form is not read

# "What are the risks of X?" asks for risks, although it has the form of "what is X?".
_BELOW_TAGS: frozenset[Intent] = frozenset({"holds", "attribute", "about"})

Language = Literal["en", "zh"]


@dataclass(frozen=True, slots=True)
class Question:
    """A question understood: `x` and `y` are the things named, "" where there are none.

    All is in simplified signs, but for what was `asked`.

    Attributes:
        tags: what a "tagged" question lists, each by itself; `x` then narrows it to a topic.
        worded: `x` with words of time, colour and order that may belong to a name ("Q3 goals"),
            where it had any.
        state: lists only what is still open, what is done, or what is open and late.
        either: asks whether two things are joined, whichever way the arrows point.
        number: the words of the answer must hold a figure ("how long", 多少).
        yes_no: asks whether something is so.
        asked: the question as it was put.
    """

    text: str
    language: Language
    intent: Intent
    x: str = ""
    y: str = ""
    tags: tuple[Tag, ...] = ()
    worded: str = ""
    state: State = ""
    either: bool = False
    number: bool = False
    yes_no: bool = False
    asked: str = ""


def understand(text: str) -> Question:
    """Read a question. Raises `WrongUse` where it is empty or longer than MAX_QUESTION."""
    text = one_line(text)
    if not text:
        raise WrongUse("the question is empty", code="empty_question")
    if len(text) > MAX_QUESTION:
        raise WrongUse(
            f"the question is longer than {MAX_QUESTION} characters", code="question_too_long"
        )
    return replace(_read(simplified(text)), asked=text)


def _read(text: str) -> Question:
    language: Language = "zh" if language_of(text) == "zh" else "en"
    bare = POLITE.sub("", text.strip(EDGES))
    bare = FRAME.sub("", bare).strip() or bare
    number, yes_no = bool(NUMBER.search(bare)), bool(YES_NO.search(bare))
    if len(bare) <= MAX_FORM:
        tagged = _tagged(text, bare, language)
        for intent, form in FORMS:
            if tagged is not None and intent in _BELOW_TAGS:
                break
            if intent == "mentions" and (asked := _mentions(text, bare, language, form)):
                return asked
            # Whose time is asked for is a board: "which boards are from March?"
            subject = without_time(bare)[0] if intent == "boards" else bare
            if found := form.fullmatch(subject):
                named = found.groupdict()
                x, y = thing_of(named.get("x") or ""), thing_of(named.get("y") or "")
                return Question(
                    text,
                    language,
                    intent,
                    x,
                    y,
                    either=bool(named.get("either")),
                    number=number,
                    yes_no=yes_no,
                )
        if tagged is not None:
            return tagged
    return Question(text, language, "lookup", x=bare, number=number, yes_no=yes_no)


def thing_of(phrase: str) -> str:
    """Return the name in `phrase`: without quotation marks, article, and words like "step"."""
    phrase = ARTICLE.sub("", phrase.strip(EDGES))
    return TAIL.sub("", phrase).strip(EDGES) or phrase


def _mentions(text: str, bare: str, language: Language, form: re.Pattern[str]) -> Question | None:
    """Return a question for the boards of a time that mention a thing; None where it names none."""
    timeless, said = without_time(bare)
    found = form.fullmatch(timeless) if said else None
    if found is None:
        return None
    whole = form.fullmatch(bare)
    x = thing_of(found["x"])
    worded = thing_of(whole["x"]) if whole else f"{x} {said}"
    return Question(text, language, "mentions", x, worded=worded)


def _tagged(text: str, bare: str, language: Language) -> Question | None:
    """Return a question that lists or counts what carries tags, with the rest as its topic."""
    named = _tags_named(bare) if ASKS_LIST.search(bare) else []
    if not named:
        return None
    before, after = bare[: named[0][0].start()], bare[named[-1][0].end() :]
    between = bare[named[0][0].end() : named[-1][0].start()]
    topic = ASKS_LIST.sub(" ", f"{without_state(before)} {without_state(after)}")
    topic = " ".join(HAS.sub(" ", COUNTS.sub(" ", topic)).split())
    worded, _ = without_time(topic, counted=True)
    x, worded = _without_lead(without_asides(topic)), _without_lead(worded)
    return Question(
        text,
        language,
        "tagged",
        x,
        tags=tuple(dict.fromkeys(tag for _, tag in named)),
        worded=worded if x != worded else "",
        state=next(filter(None, map(state_of, (before, between, after))), ""),
    )


def _without_lead(topic: str) -> str:
    """Return a topic without what leads to it ("are the of the launch"); it may have no other."""
    words = topic.split()
    while words and (words[0].casefold() in LEADS_TO or not content_terms(words[0])):
        del words[0]
    return " ".join(words)


def _tags_named(bare: str) -> list[tuple[re.Match[str], Tag]]:
    """Return the words for a tag that come first, and those that are joined to them."""
    found = sorted(
        ((match, tag) for tag, words in TAG_WORDS.items() for match in words.finditer(bare)),
        key=lambda one: (one[0].start(), -one[0].end()),
    )
    named = found[:1]
    for match, tag in found[1:]:
        if JOINS.fullmatch(bare[named[-1][0].end() : match.start()]):
            named.append((match, tag))
    return named
