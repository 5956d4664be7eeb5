"""What a question says beside its topic and no topic should keep: times, colours, "latest", "open".

Hints read them to weigh, lists of what carries a tag read them to choose.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Literal

from kb.query.dates import time_in

State = Literal["", "open", "done", "late"]

_SHOWN = "[色框线字笔标]"  # a colour that is seen: 红框, not 红包
_COLOURS: dict[str, str] = {
    "red": rf"\bred\b|红(?:的|{_SHOWN})",
    "blue": rf"\bblue\b|蓝(?:的|{_SHOWN})",
    "green": rf"\bgreen\b|绿(?:的|{_SHOWN})",
    "yellow": r"\byellow\b|黄色|黄的",
    "orange": rf"\borange\b|[橙橘](?:的|{_SHOWN})",
    "purple": rf"\b(?:purple|violet)\b|紫(?:的|{_SHOWN})",
    "pink": r"\bpink\b|粉色|粉红",
    "brown": rf"\bbrown\b|[棕褐](?:的|{_SHOWN})",
    "black": r"\bblack\b|黑色|黑的",
    "gray": rf"\bgr[ae]y\b|灰(?:的|{_SHOWN})",
    "white": r"\bwhite\b(?! ?board)|白色",
}
COLOURS = {name: re.compile(form, re.IGNORECASE) for name, form in _COLOURS.items()}
LATEST = re.compile(
    r"\b(?:latest|newest|most recent(?:ly)?|last version|current version|up[- ]to[- ]date)\b"
    r"|最新|最近一次|最近的|当前版本|现在的版本",
    re.IGNORECASE,
)
EARLIEST = re.compile(
    r"\b(?:earliest|oldest|first version|original(?:ly)?)\b|最早|最旧|最初|原来的版本|第一版",
    re.IGNORECASE,
)

_TURN = r"(?:version|draft|photo|picture|snapshot|meeting|round|time)"
_VERSIONS = re.compile(
    rf"(?:\b(?:compared?|comparison|relative) (?:to|with)|\b(?:since|from|over|versus|vs\.?))?"
    rf" *\b(?:the |its )?(?:last|previous|earlier|former|prior|latest|newest|current) {_TURN}\b"
    rf"|\b(?:in|of) (?:the |its )?(?:latest|newest|current|new) {_TURN} of\b"
    r"|\b(?:between )?(?:the |its )?(?:last )?(?:two )?versions(?: of)?\b"
    r"|\b(?:compared?|comparison) (?:to|with)\b|\b(?:white)?boards?\b"
    r"|[跟和与同比较]*(?:[上前]一?个?(?:次|版本?|回)|旧版|老版|之前|以前|原来)的?(?:版本|时候)?|这次的?"
    r"|两[个次]版本?(?:之间)?|[跟和与同](?=\s*相?比)|相比(?:之下|较)?|对比|比起来|比(?=[\s，,]*$)|前后"
    r"|白板|看板|(?<=\S)[上里中](?=\s*$)",
    re.IGNORECASE,
)

_HAN_SPACE = re.compile(r"(?<=[\u3400-\u9fff]) (?=[\u3400-\u9fff])")

_ENDED = r"(?:done|finished|completed|resolved|closed|fixed|ticked(?: off)?|checked off)"
_ENDED_ZH = "(?:完成|做完|解决|处理|关闭|了结)"
# At its end a text is cut where the words for what is asked begin or end: "which open | to-dos".
_OPEN = re.compile(
    r"\b(?:still|are|is|remains?|stays?) (?:still )?(?:open|pending|to be done|to do)\b"
    r"|\b(?:still )?open\s*$"
    r"|\b(?:still )?(?:unfinished|outstanding|unresolved|incomplete|undone|remain(?:ing|s)?)\b"
    rf"|(?:\bnot|n't) (?:yet )?(?:been )?{_ENDED}(?: yet)?\b"
    r"|(?<!the )\bleft(?= to do\b| over\b|\s*$)"
    rf"|(?:还|尚)?(?:没有?|未)(?:被)?{_ENDED_ZH}的?|还没做的?|未决的?|待解决的?|剩下的?|剩余的?",
    re.IGNORECASE,
)
_DONE = re.compile(
    rf"\b(?:are|is|were|was|been|already|got) (?:already )?{_ENDED}\b"
    rf"|(?<!\bbe )(?<!\bget )\b{_ENDED}\s*$"
    rf"|已经?(?:被)?{_ENDED_ZH}了?的?|{_ENDED_ZH}了的?",
    re.IGNORECASE,
)
_LATE = re.compile(
    r"\b(?:is|are|already|long) (?:overdue|past due)\b|\boverdue\s*$"
    r"|(?:已经?)?(?:逾期|超期|过期)(?:了|的)?\s*$|已经?(?:逾期|超期|过期)",
    re.IGNORECASE,
)


def state_of(text: str) -> State:
    """Say whether words beside a tag ask for what is open, done, or open and late; "" for none."""
    if _LATE.search(text):
        return "late"
    if _OPEN.search(text):
        return "open"
    return "done" if _DONE.search(text) else ""


def without_state(text: str) -> str:
    """Return `text` without the words that say that something is open, done or late."""
    return _LATE.sub(" ", _DONE.sub(" ", _OPEN.sub(" ", text)))


def without_time(text: str, *, counted: bool = False) -> tuple[str, str]:
    """Return `text` without the time that it names, and the words for that time.

    With `counted`, only a time that is counted from today is cut.
    """
    found = time_in(text, datetime.now())  # where it stands is the same on any day
    if found is None or (counted and not found.counted):
        return text, ""
    rest = " ".join(f"{text[: found.start]} {text[found.end :]}".split())
    return _HAN_SPACE.sub("", rest).strip(" ,，"), text[found.start : found.end]


def without_versions(text: str) -> str:
    """Return `text` without words that set a board against its former version, and "board"."""
    return " ".join(_VERSIONS.sub(" ", text).split()).strip(" ,，")


def without_asides(text: str) -> str:
    """Return `text` without times, colours and words that ask for the newest or the oldest."""
    for form in (*COLOURS.values(), LATEST, EARLIEST):
        text = form.sub(" ", text)
    return " ".join(without_time(text)[0].split())
