"""Tells what belongs to what was selected: the rest of a list or of a way, who has all of a board.

What selects looks at each node by itself, and now and then leaves one of five causes out, or a step
between two others. What was selected stays.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from kb.answer.selection.joins import JOINS
from kb.answer.selection.select import MOST, Selection
from kb.answer.selection.sheet import CUES_SEEN, Sheet
from kb.facts import owners_in
from kb.query.hints import Hints
from kb.query.patterns import POLITE
from kb.query.question import Question
from kb.simplified import simplified
from kb.text import content_terms

MOSTLY = 0.75  # of a list that must be selected for all of it to be meant …
NAMED = 0.5  # … where the question names the list, or starts from it
ON_THE_WAY = 0.5  # of what was selected must lie on one way
LEAST = 2  # nodes of a list, or on a way
_HOLDERS = frozenset({"container", "table", "title"})  # kinds that name a list, not what is in it
_LISTS = ("holds", "beside", "after", "before")  # what a frame, a hub or a fork makes a list of

_BECOMES = re.compile(
    r"\bhow (?:do|does|did|is|are|can|will|would)\b.*\b(?:becomes?|turn(?:s|ed)? into|made into)\b"
    r"|\bstep by step\b|(?:怎样|怎么|如何).*(?:变成|变为|成为)|一步一?步",
    re.IGNORECASE,
)
_WAY = re.compile(
    r"\bhow (?:do|does|did|can|will|would)\b.{0,200}"
    r"\b(?:gets? (?:from\b.{0,99}\bto|to|into)|reach(?:es)?)\b"
    r"|\b(?:steps|stages|stations|stops)\b.{0,99}\b(?:from|takes?)\b.{0,99}\bto\b"
    r"|\bfrom\b.{0,99}\bto\b.{0,99}\b(?:steps|stages|stations|stops)\b"
    r"|从.{1,99}(?:到|至).{1,99}(?:哪些步骤|哪几步)|(?:怎样|怎么|如何).{0,99}(?:走到|到达)|经过哪些",
    re.IGNORECASE,
)
_ALL = re.compile(
    r"^(?:(?:list|show|name|what are)\b|(?:which|what) (?:[\w-]+ ){0,2}?"
    r"(?!(?:is|was|has|does|this)\b)[\w-]{2,}s (?:are|were|did|do|have|had|can|could|will|should"
    r"|must|hang|lie|stand|belong|go|come|lead)\b)"
    r"|\b(?:all (?:the|of the|our|their|open)|every(?! (?:day|week|month|year)))\b"
    r"|有哪些|所有|全部|列出|列举|都有",
    re.IGNORECASE,
)

# What leaves some out: 除了 … also in what stands before it.
_NOT = re.compile(
    r"\b(?:not|no|never|except|besides|other than|apart from|without|but|only)\b|n['’]t\b"
    r"|除了|除.{1,12}外|[没未不]|只",
    re.IGNORECASE,
)

_OWNS = re.compile(r"(?:owner|responsible|负责人)\s{0,3}[:：]", re.IGNORECASE)

_Next = Mapping[int, Sequence[int]]


def completed(selection: Selection, sheet: Sheet, question: Question, hints: Hints) -> Selection:
    """Return `selection` with the rest of what `question` asks for whole, or with who has it.

    A colour, a kind, a tag, a time, a "not", or what is open or done, may leave some of it out:
    then it stays as it is.
    """
    if not selection.members or selection.best is None:
        return selection
    at = {id(row): n for n, row in enumerate(sheet.rows)}
    members = [at[id(row)] for row in selection.members]
    if sheet.cues[CUES_SEEN.index("who")]:
        return _with(selection, members, _owner(members, sheet, selection.best.board), sheet)
    text = POLITE.sub("", simplified(question.text).strip())
    kinds = set(hints.kinds) - _HOLDERS
    narrowed = hints.colors or kinds or hints.tags or hints.spans or question.state
    becomes = bool(_BECOMES.search(text))
    way = becomes or bool(_WAY.search(text))
    every = bool(_ALL.search(text)) and not _NOT.search(text)
    if narrowed or not (way or every):
        return selection
    start = -1 if selection.start is None else at[id(selection.start)]
    asked = _Asked(sheet, question.text, start)
    if way:
        board = selection.best.board
        here = [n for n in (*members, start) if n >= 0 and sheet.rows[n].board == board]
        more = _way(list(dict.fromkeys(here)), asked, whole=becomes)
    else:
        more = _list(members, asked)
    return _with(selection, members, more, sheet)


def _with(
    selection: Selection, members: Sequence[int], more: Collection[int], sheet: Sheet
) -> Selection:
    """Return `selection` with `more` rows, as it is where they would be too many to tell."""
    told = sorted({*members, *more})
    if len(told) > MOST:
        return selection
    return replace(selection, members=tuple(sheet.rows[n] for n in told))


def _owner(members: Sequence[int], sheet: Sheet, board: int) -> Sequence[int]:
    """Return the one row of the board that says who has all of it, if no member says who."""
    if any(owners_in(sheet.rows[n].text) for n in members):
        return ()
    rows = enumerate(sheet.rows)
    owners = [n for n, r in rows if r.board == board and r.node and _OWNS.match(r.text.strip())]
    return owners if len(owners) == 1 else ()


class _Asked:
    """Rows as a question has them.

    Attributes:
        start: the row that it starts from, -1 where there is none.
        terms: of the question, that each row holds.
    """

    def __init__(self, sheet: Sheet, question: str, start: int) -> None:
        wanted = set(content_terms(question))
        self.start, self.joins = start, sheet.joins
        self.terms = [wanted.intersection(content_terms(row.text)) for row in sheet.rows]
        self.nodes = {n for n, row in enumerate(sheet.rows) if row.unit == "node"}

    def names(self, row: int) -> bool:
        """Whether the question names this row, or starts from it."""
        return row == self.start or bool(self.terms[row])

    def neighbours(self, kind: str) -> _Next:
        """Return what is joined so with each row."""
        found: dict[int, list[int]] = {}
        for way, one, two in self.joins.tolist():
            if JOINS[way] == kind:
                found.setdefault(one, []).append(two)
        return found


def _way(here: Sequence[int], asked: _Asked, *, whole: bool) -> Collection[int]:
    """Return the way along arrows that most of the rows `here` lie on, () where none does.

    With `whole` it goes on from both its ends, to where the question names one or there is a
    choice, and one row is enough; otherwise what it starts from is not told.
    """
    after, before = asked.neighbours("after"), asked.neighbours("before")
    ways = [list(here)] if whole and len(here) == 1 else []
    for one in here:
        reached = _reached(one, after)
        ways += [reached[two] for two in here if two != one and two in reached]
    if not ways:
        return ()
    best = max(ways, key=lambda way: (len(set(way) & set(here)), -len(way)))
    if len(set(best) & set(here)) < ON_THE_WAY * len(here):
        return ()
    if not whole:
        return set(best) - {asked.start}
    back, on = _stretched(best[0], before, asked), _stretched(best[-1], after, asked)
    return {*back, *best, *on}


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


def _stretched(end: int, onwards: _Next, asked: _Asked) -> list[int]:
    """Go on from `end` while there is one arrow to follow, up to a row that is named."""
    way = [end]
    while len(way) < MOST and not asked.names(way[-1]):
        following = set(onwards.get(way[-1], ())) - set(way)
        if len(following) != 1:
            break
        way += following
    return way


def _list(members: Sequence[int], asked: _Asked) -> Collection[int]:
    """Return the shortest list that holds all `members`, () where none does.

    Left out is what lacks a word of the question that all members hold: "which tasks has Anna?".
    """
    mine = set(members)
    best: Collection[int] = ()
    for kind in _LISTS:
        for hub, joined in asked.neighbours(kind).items():
            items = asked.nodes.intersection(joined)
            share = len(mine & items) / max(1, len(items))
            enough = share >= (NAMED if asked.names(hub) else MOSTLY)
            held = len(mine & items) >= LEAST and mine <= {hub, *items}
            if enough and held and (not best or len(items) < len(best)):
                best = items
    common = set.intersection(*(asked.terms[n] for n in members))
    return [n for n in best if common <= asked.terms[n]]
