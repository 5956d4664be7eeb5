"""Tells lists and ways whole: most of one was selected, and all of it is asked for.

What selects looks at each node by itself, and now and then leaves one of five causes out, or a step
between two others.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import replace

from kb.answer.selection.joins import JOINS, Joins
from kb.answer.selection.rows import Row
from kb.answer.selection.select import MOST, Selection
from kb.answer.selection.sheet import Sheet
from kb.query.hints import Hints
from kb.simplified import simplified

SHARE = 0.5  # of a list, or of what was selected, that must be among the other
LEAST = 2  # nodes of a list, or on a way
_LISTS = ("holds", "beside", "after", "before")  # what a frame, a hub or a fork makes a list of

_BECOMES = re.compile(
    r"\bhow (?:do|does|did|is|are|can|will|would)\b.*\b(?:becomes?|turn(?:s|ed)? into|made into)\b"
    r"|\bstep by step\b|(?:怎样|怎么|如何).*(?:变成|变为|成为)|一步一?步",
    re.IGNORECASE,
)
_WAY = re.compile(
    r"\bhow (?:do|does|did|is|are|can|will|would)\b.*\b(?:gets? (?:to|from|into)|reach(?:es)?)\b"
    r"|\bwhich (?:steps|stages|stations|stops)\b|\bsteps\b.*\b(?:from|take|to)\b|\bway from\b"
    r"|\bfrom\b.*\bto\b.*\bsteps\b|(?:怎样|怎么|如何).*(?:走到|到达)|经过哪些|哪些步骤|哪几步",
    re.IGNORECASE,
)
_ALL = re.compile(
    r"^(?:list|show|name|which (?!of\b)(?:[\w-]+ ){0,3}?\w+s\b|what are|what (?:\w+ )?\w+s\b)"
    r"|\b(?:all|every|each|everything)\b|哪些|所有|全部|列出|列举|都有",
    re.IGNORECASE,
)


_Next = Mapping[int, Sequence[int]]


def completed(selection: Selection, sheet: Sheet, question: str, hints: Hints) -> Selection:
    """Return `selection` with what `question` asks for whole: a way, or a list."""
    question = simplified(question).strip()
    at = {id(row): n for n, row in enumerate(sheet.rows)}
    members = [at[id(row)] for row in selection.members]
    if not members or selection.best is None:
        return selection
    found: Sequence[int] = ()
    becomes = bool(_BECOMES.search(question))
    if becomes or _WAY.search(question):
        start = [at[id(selection.start)]] if selection.start is not None else []
        here = [n for n in [*members, *start] if sheet.rows[n].board == selection.best.board]
        found = _way(list(dict.fromkeys(here)), sheet.joins, whole=becomes)
    # A colour, or a tag, may leave out some of a list.
    if not found and not (hints.colors or hints.tags) and (hints.many or _ALL.search(question)):
        found = _list(members, sheet.rows, sheet.joins)
    if not found:
        return selection
    return replace(selection, members=tuple(sheet.rows[n] for n in sorted(set(found))))


def _way(here: Sequence[int], joins: Joins, *, whole: bool) -> Sequence[int]:
    """Return the way along arrows that most of the rows `here` lie on, () where none does.

    With `whole` it begins and ends as far off as it can without a choice, and one row is enough.
    """
    after, before = _neighbours(joins, "after"), _neighbours(joins, "before")
    ways = (
        [list(here)] if whole and len(here) == 1 and (here[0] in after or here[0] in before) else []
    )
    for one in here:
        reached = _reached(one, after)
        ways += [reached[two] for two in here if two != one and two in reached]
    if not ways:
        return ()
    best = max(ways, key=lambda way: (len(set(way) & set(here)), -len(way)))
    on = len(set(best) & set(here))
    if on < min(LEAST, len(here)) or on < SHARE * len(here):
        return ()
    return _stretched(best, after, before) if whole else best


def _reached(start: int, after: _Next) -> dict[int, list[int]]:
    """Return a shortest way to each row that the arrows lead to from `start`, of at most MOST."""
    ways = {start: [start]}
    todo = deque([start])
    while todo:
        row = todo.popleft()
        for one in after.get(row, ()) if len(ways[row]) < MOST else ():
            if one not in ways:
                ways[one] = [*ways[row], one]
                todo.append(one)
    return ways


def _stretched(way: Sequence[int], after: _Next, before: _Next) -> list[int]:
    """Go on from both ends of `way` while there is one arrow to follow."""
    long = list(way)
    while len(long) < MOST and len(one := set(before.get(long[0], ())) - set(long)) == 1:
        long = [*one, *long]
    while len(long) < MOST and len(one := set(after.get(long[-1], ())) - set(long)) == 1:
        long = [*long, *one]
    return long


def _list(members: Sequence[int], rows: Sequence[Row], joins: Joins) -> Sequence[int]:
    """Return `members` and the rest of the shortest list that holds them, () where none does."""
    mine = set(members)
    best: list[int] = []
    for kind in _LISTS:
        for hub, found in _neighbours(joins, kind).items():
            items = [row for row in found if rows[row].unit == "node"]
            held = mine & set(items)
            enough = len(held) >= max(LEAST, SHARE * len(items)) and mine <= {hub, *items}
            if enough and len(items) <= MOST and (not best or len(items) < len(best)):
                best = items
    return [*members, *best] if best else ()


def _neighbours(joins: Joins, kind: str) -> _Next:
    """Return what is joined so with each row."""
    found: dict[int, list[int]] = {}
    for way, one, two in joins.tolist():
        if JOINS[way] == kind:
            found.setdefault(one, []).append(two)
    return found
