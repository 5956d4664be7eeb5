"""What a question asks for, read from its form; `kb.query.patterns` has the forms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kb.errors import WrongUse
from kb.query.patterns import (
    ARTICLE,
    ASKS_LIST,
    COUNTS,
    EDGES,
    FORMS,
    FRAME,
    NUMBER,
    POLITE,
    TAG_WORDS,
    TAIL,
    YES_NO,
    Intent,
)
from kb.reading import one_line
from kb.scene import Tag
from kb.text import language_of

MAX_QUESTION = 2_000
MAX_FORM = 300  # characters; a longer question is looked up, its form is not read

# "What are the risks of X?" asks for risks, although it has the form of "what is X?".
_BELOW_TAGS: frozenset[Intent] = frozenset({"holds", "attribute", "about"})

Language = Literal["en", "zh"]


@dataclass(frozen=True, slots=True)
class Question:
    """A question understood: `x` and `y` are the things named, "" where there are none.

    Attributes:
        tag: what a "tagged" question lists; `x` then narrows it to a topic.
        number: the words of the answer must hold a figure ("how long", 多少).
        yes_no: asks whether something is so.
    """

    text: str
    language: Language
    intent: Intent
    x: str = ""
    y: str = ""
    tag: Tag | None = None
    number: bool = False
    yes_no: bool = False


def understand(text: str) -> Question:
    """Read a question. Raises `WrongUse` where it is empty or longer than MAX_QUESTION."""
    text = one_line(text)
    if not text:
        raise WrongUse("the question is empty", code="empty_question")
    if len(text) > MAX_QUESTION:
        raise WrongUse(
            f"the question is longer than {MAX_QUESTION} characters", code="question_too_long"
        )
    language: Language = "zh" if language_of(text) == "zh" else "en"
    bare = POLITE.sub("", text.strip(EDGES))
    bare = FRAME.sub("", bare).strip() or bare
    number, yes_no = bool(NUMBER.search(bare)), bool(YES_NO.search(bare))
    if len(bare) <= MAX_FORM:
        tagged = _tagged(text, bare, language)
        for intent, form in FORMS:
            if tagged is not None and intent in _BELOW_TAGS:
                break
            if found := form.fullmatch(bare):
                named = found.groupdict()
                x, y = thing_of(named.get("x") or ""), thing_of(named.get("y") or "")
                return Question(text, language, intent, x, y, number=number, yes_no=yes_no)
        if tagged is not None:
            return tagged
    return Question(text, language, "lookup", x=bare, number=number, yes_no=yes_no)


def thing_of(phrase: str) -> str:
    """Return the name in `phrase`: without quotation marks, article, and words like "step"."""
    phrase = ARTICLE.sub("", phrase.strip(EDGES))
    return TAIL.sub("", phrase).strip(EDGES) or phrase


def _tagged(text: str, bare: str, language: Language) -> Question | None:
    """Return a question that lists or counts what carries a tag, with the rest as its topic."""
    if not ASKS_LIST.search(bare):
        return None
    for tag, words in TAG_WORDS.items():
        if found := words.search(bare):
            topic = f"{bare[: found.start()]} {bare[found.end() :]}"
            topic = COUNTS.sub(" ", ASKS_LIST.sub(" ", topic))
            return Question(text, language, "tagged", x=topic.strip(), tag=tag)
    return None
