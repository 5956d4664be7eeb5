"""Are two names one thing? From how they are spelt and what they mean.

The judgement looks at the two names alone; what stands around them on the boards is weighed when
links are read (`kb.links.around`).
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

import numpy as np

from kb.catalog.rows import MAX_KEY
from kb.reading import label_of
from kb.stopwords import STOP_WORDS
from kb.text import content_terms, key_of, language_of, segments

MAX_NAME = 60  # characters; what is longer is a sentence
MISSPELT = 0.85  # likeness of letters from which two names may be one, written otherwise
SHORTEST = 5  # letters of a name that can be misspelt and still be known
# Likeness of meaning from which names are looked at, and at which it is even odds that they are
# one thing; within a language, where "print report" is near "check report", and across.
WITHIN, ACROSS = (0.7, 0.78), (0.38, 0.44)
EQUAL = {WITHIN: 0.95, ACROSS: 0.85}  # at which they nearly surely are

_LETTERS = re.compile(r"[^\W\d_]")
_NUMBER = re.compile(r"\d+(?:[.,:/-]\d+)*")
_NOT = re.compile(
    r"\b(?:(?:not?|non|never|without)\b|in(?=valid|active|complete)"
    r"|un(?!der|i(?!n[st]|dent)|til)(?=[a-z]{4})"  # but "understand", "unique"
    r"|dis(?!aster|card|cip|cord|count|cour|cover|cret|crim|cuss|ease|miss|patch|pens"
    r"|play|pos|put|rupt|ta[nl]|ti[ln]|tr[ai]|turb)(?=[a-z]{4}))"  # but "discount", "dispatch"
    r"|不(?![同断仅只])|未(?!来)|无(?![线人])|非(?!常)|没"
)
_IDLE = frozenset(
    """
    a an the this that these those my our your his her its their of for and is are be some
    的 了 着 之 一个 一些 一种 这 那 这个 那个 这些 那些 我们 本 该 个 与 和 及 以及 是
    """.split()  # noqa: SIM905
)
"""Stop words without which a name says the same."""
_IDLE_WITHIN = frozenset(["in", "on", "at", "在", "中", "里"])  # at its end: "sign in"
_EVERYWHERE = frozenset(
    ["yes", "no", "ok", "start", "end", "begin", "stop", "done", "todo", "next", "other"]
)
_EVERYWHERE_ZH = frozenset(["是", "否", "开始", "结束", "完成", "待办", "下一步", "其他"])


@dataclass(frozen=True)
class Judgement:
    """How likely two names are one thing, 0 … 1, and why: the likenesses that speak for it."""

    score: float
    signals: dict[str, float]


def name_of(text: str) -> str:
    """Return the name (catalog key) that a text has as a node."""
    return key_of(label_of(text))[:MAX_KEY]


def names_a_thing(key: str) -> bool:
    """Tell whether a name says enough to be known under another one."""
    letters = len(_LETTERS.findall(key))
    enough = letters >= (2 if language_of(key) == "zh" else 3)
    return enough and len(key) <= MAX_NAME and key not in _EVERYWHERE | _EVERYWHERE_ZH


def judge(a: str, b: str, spelling: float, meaning: float) -> Judgement | None:
    """Judge two different names (keys), given the likeness of their letters and meanings.

    Returns None where they are not worth suggesting.
    """
    if Counter(_NUMBER.findall(a)) != Counter(_NUMBER.findall(b)):
        return None  # "Release 2" is not "Release 3"
    if len(_NOT.findall(a)) != len(_NOT.findall(b)):
        return None  # nor is "paid" "not paid"
    across = {language_of(a), language_of(b)} == {"en", "zh"}
    score, signals = 0.0, {}
    if not across and _same_words(a, b):
        score = 0.95
        signals["words"] = 1.0
    if spelling >= MISSPELT and min(len(a), len(b)) >= SHORTEST:
        score = max(score, spelling - 0.25)  # what differs may be just what matters
        signals["spelling"] = round(spelling, 2)
    odds = ACROSS if across else WITHIN
    if meaning >= odds[0]:
        steps = (*odds, EQUAL[odds])
        score = max(score, float(np.interp(meaning, steps, (0.4, 0.5, 0.95))))
        signals["meaning"] = round(meaning, 2)
    return Judgement(round(score, 2), signals) if signals else None


def _same_words(a: str, b: str) -> bool:
    """Tell whether two names are of the same words, but for idle ones and forms.

    Helpers tell things apart ("sign in" and "sign up"), and with one the order counts: "client to
    server" is not "server to client".
    """
    one, two = content_terms(a), content_terms(b)
    if set(one) != set(two) or not one:
        return False
    helpers = _helpers(a)
    return helpers == _helpers(b) and (not helpers or one == two)


def _helpers(name: str) -> list[str]:
    *words, last = segments(name)
    told = [word for word in words if word not in _IDLE | _IDLE_WITHIN]
    return [word for word in (*told, last) if word in STOP_WORDS and word not in _IDLE]
