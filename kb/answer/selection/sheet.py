"""What the selector is shown: a question and all that stands on the likeliest boards, as numbers.

A row is a node, a labelled relation, or a board as a whole. Its vector is the one that the index
keeps; its numbers say what vectors don't: words and figures shared with the question as written,
what the question asks for beside its topic (a colour, a person, the newest), how well its board was
found, and what changed since the board's other version. `joins` says which rows hang together, and how.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from kb.answer.cues import CUES, Cues, cues_of
from kb.answer.matching import Matcher
from kb.answer.words import words_of
from kb.facts import dates_in, owners_in
from kb.index.points import Hit, Point
from kb.likeness import likeness
from kb.query.patterns import FIGURE
from kb.scene import NodeKind, Tag
from kb.text import key_of, language_of

BOARDS = 8
MAX_ROWS = 360
MAX_TOKENS = 48  # of a question
SAME_BOARD = 0.35  # likeness from which boards may be versions of one

KINDS: tuple[str, ...] = get_args(NodeKind)
TAGS: tuple[str, ...] = get_args(Tag)
UNITS = ("node", "relation", "board")
JOINS = (
    "after", "before", "beside", "holds", "in", "ends", "ended", "board", "on",
    "twin newer", "twin older", "version newer", "version older",
)  # fmt: skip
NUMBERS = (
    *UNITS, *KINDS, *TAGS,
    "near", "near_z", "near_best", "meant", "held", "named", "hit", "rank", "board_score",
    "board_rank", "written", "written_all", "exact", "lacks_name", "has_name", "lacks_figure",
    "has_figure", "colour", "tag", "kind", "span", "latest", "earliest", "newest", "who", "when",
    "number", "person", "date", "figure", "asks", "words", "ahead", "behind", "beside", "holds",
    "inside", "place", "chinese", "same_language", "versioned", "has_newer", "has_older", "gone",
    "came", "twin",
)  # fmt: skip
CUES_SEEN = (*CUES, "many", "versions", "latest", "earliest", "spans", "chinese")

Vector = NDArray[np.float32]


@dataclass
class Row:
    """One thing that the selector looks at."""

    point: Point
    hit: Hit
    board: int  # its place among the boards
    node: str = ""  # of nodes: the id

    @property
    def text(self) -> str:
        """Its words."""
        return str(self.hit.payload["text"])

    @property
    def unit(self) -> str:
        """Which kind of unit it is."""
        return str(self.hit.payload["unit"])


@dataclass
class Sheet:
    """A question laid out.

    Attributes:
        rows: in the order of boards.
        vectors: (rows, dim), as the index keeps them.
        numbers: (rows, len(NUMBERS)).
        joins: (joins, 3): a number of JOINS, a row, and the row that is this to it.
        cues: (len(CUES_SEEN),).
    """

    rows: list[Row]
    vectors: Vector
    numbers: Vector
    joins: NDArray[np.int16]
    cues: Vector


def boards_of(hits: Sequence[Hit]) -> list[str]:
    """Return the boards of the best hits, best first."""
    return list(dict.fromkeys(str(hit.payload["board"]) for hit in hits))[:BOARDS]


def lay_out(
    question: str,
    hits: Sequence[Hit],
    units: Sequence[tuple[Point, Hit]],
    match: Matcher,
    now: datetime,
    boards: Sequence[str] | None = None,
) -> Sheet:
    """Lay out a question.

    Args:
        question: its words.
        hits: what search found, best first.
        units: all units of the boards of the best hits, each as stored and as scored.
        match: how words are held.
        now: when it is asked.
        boards: the boards to look at, instead of those of the best hits.
    """
    cues = cues_of(question, now)
    order = {board: at for at, board in enumerate(boards or boards_of(hits))}
    rows = _rows(units, order)
    texts = [row.text for row in rows]
    written = np.array([held for held, _ in match.many(cues.wanted, texts)], np.float32)
    numbers = np.zeros((len(rows), len(NUMBERS)), np.float32)
    column = {name: at for at, name in enumerate(NUMBERS)}

    def put(name: str, values: Sequence[float] | Vector) -> None:
        numbers[:, column[name]] = values

    _kinds(rows, put)
    _found(rows, hits, order, put)
    _words(rows, cues, written, match, put)
    _wishes(rows, cues, question, put)
    joins = _joins(rows)
    _places(rows, joins, put)
    _versions(rows, joins, put)
    hints = cues.hints
    told = [*cues.flags, hints.many, hints.versions, hints.latest, hints.earliest,
            bool(hints.spans), language_of(question) == "zh"]  # fmt: skip
    vectors = np.array([row.point.dense for row in rows], np.float32).reshape(len(rows), -1)
    return Sheet(rows, vectors, numbers, joins, np.array(told, np.float32))


def _rows(units: Sequence[tuple[Point, Hit]], order: Mapping[str, int]) -> list[Row]:
    rows, seen = [], set()
    for point, hit in units:
        payload = hit.payload
        board, unit = order.get(payload["board"], -1), payload["unit"]
        node = payload["nodes"][0] if unit == "node" else ""
        labelled = unit != "relation" or ": " in payload["text"]
        if board < 0 or (node and (board, node) in seen) or not labelled:
            continue
        seen.add((board, node))
        rows.append(Row(point, hit, board, node))
    rows.sort(key=lambda row: (row.board, UNITS.index(row.unit), _at(row)))
    if len(rows) > MAX_ROWS:  # the best of each, whole boards first to last
        best = sorted(rows, key=lambda row: (row.unit != "board", -row.hit.score))[:MAX_ROWS]
        kept = {id(row) for row in best}
        rows = [row for row in rows if id(row) in kept]
    return rows


def _at(row: Row) -> tuple[float, float, str]:
    left, top, *_ = row.hit.payload["region"]
    return (top, left, row.hit.id)


def _kinds(rows, put) -> None:
    for unit in UNITS:
        put(unit, [row.unit == unit for row in rows])
    for kind in KINDS:
        put(kind, [row.unit == "node" and kind in row.hit.payload["kinds"] for row in rows])
    for tag in TAGS:
        put(tag, [tag in row.hit.payload["tags"] for row in rows])


def _found(rows, hits, order, put) -> None:
    near = np.array([row.hit.dense or 0.0 for row in rows])
    put("near", near)
    put("near_z", (near - near.mean()) / (near.std() + 1e-6) / 3 if len(near) else near)
    put("near_best", near - near.max() if len(near) else near)
    put("held", [row.hit.sparse or 0.0 for row in rows])
    put("named", [row.hit.named for row in rows])
    top = max((hit.score for hit in hits), default=1.0) or 1.0
    score = {hit.id: hit.score / top for hit in hits}
    rank = {hit.id: at for at, hit in enumerate(hits)}
    put("hit", [score.get(row.hit.id, 0.0) for row in rows])
    put("rank", [1 / (1 + rank[row.hit.id]) if row.hit.id in rank else 0.0 for row in rows])
    best: dict[int, float] = {}
    for hit in hits:
        at = order.get(hit.payload["board"], -1)
        best[at] = max(best.get(at, 0.0), hit.score / top)
    put("board_score", [best.get(row.board, 0.0) for row in rows])
    put("board_rank", [1 / (1 + row.board) for row in rows])


def _words(rows, cues: Cues, written: Vector, match: Matcher, put) -> None:
    weights = np.array([match.weight(word) for word in cues.wanted], np.float32)
    total = float(weights.sum()) or 1.0
    if not len(cues.wanted) or not rows:
        return
    put("written", written @ weights / total)
    put("meant", written.max(axis=1))
    whole = {b: np.max([w for w, row in zip(written, rows, strict=True) if row.board == b], axis=0)
             for b in {row.board for row in rows}}
    put("written_all", [float(whole[row.board] @ weights) / total for row in rows])
    put("exact", [match.share(words_of(row.text), cues.text, meant=False) for row in rows])
    for name, marked in (("name", [w.name for w in cues.wanted]),
                         ("figure", [w.figure for w in cues.wanted])):
        chosen = np.array(marked, np.float32) * weights / total
        put(f"has_{name}", written @ chosen)
        put(f"lacks_{name}", [float((1 - whole[row.board]) @ chosen) for row in rows])


def _wishes(rows, cues: Cues, question: str, put) -> None:
    hints, language = cues.hints, language_of(question)
    payloads = [row.hit.payload for row in rows]
    ages = [payload.get("at") or 0.0 for payload in payloads]
    order = {at: n for n, at in enumerate(sorted(set(ages)))}
    newest = [order[at] / max(1, len(order) - 1) for at in ages]
    person = [bool(owners_in(row.text)) or "owner" in row.hit.payload["tags"] for row in rows]
    date = [bool(dates_in(row.text)) for row in rows]
    figure = [bool(FIGURE.search(row.text)) for row in rows]
    put("colour", [bool(set(p["colors"]) & set(hints.colors)) for p in payloads])
    put("tag", [bool(set(p["tags"]) & set(hints.tags)) for p in payloads])
    put("kind", [bool(set(p["kinds"]) & set(hints.kinds)) for p in payloads])
    put("span", [any(s.holds(at) for s in hints.spans) for at in ages])
    put("newest", newest)
    put("latest", [hints.latest * n for n in newest])
    put("earliest", [hints.earliest * (1 - n) for n in newest])
    put("person", person)
    put("date", date)
    put("figure", figure)
    put("who", [cues.who * one for one in person])
    put("when", [cues.when * one for one in date])
    put("number", [cues.number * one for one in figure])
    put("asks", [row.text.rstrip().endswith(("?", "？")) for row in rows])
    put("words", [math.log1p(len(words_of(row.text))) / 3 for row in rows])
    spoken = [p.get("language") for p in payloads]
    put("chinese", [one == "zh" for one in spoken])
    put("same_language", [one == language for one in spoken])


def _joins(rows: Sequence[Row]) -> NDArray[np.int16]:
    """Say which rows hang together."""
    number = {name: at for at, name in enumerate(JOINS)}
    at = {(row.board, row.node): n for n, row in enumerate(rows) if row.node}
    whole = {row.board: n for n, row in enumerate(rows) if row.unit == "board"}
    found = [(number[name], one, two) for (one, two), name in _versions_of(rows).items()]
    for n, row in enumerate(rows):
        if row.board in whole and whole[row.board] != n:
            found += [(number["on"], n, whole[row.board]), (number["board"], whole[row.board], n)]
        for way, end in row.hit.payload.get("ways", ()):
            if (row.board, end) in at:
                found.append((number[way], n, at[row.board, end]))
        if row.unit == "relation":
            for end in row.hit.payload["nodes"]:
                if (row.board, end) in at:
                    found += [(number["ends"], n, at[row.board, end]),
                              (number["ended"], at[row.board, end], n)]  # fmt: skip
    return np.array(found, np.int16).reshape(-1, 3)


def _versions_of(rows: Sequence[Row]) -> dict[tuple[int, int], str]:
    """Return the pairs of rows that are one thing on two versions of a board."""
    found: dict[tuple[int, int], str] = {}
    first = {row.board: row.hit.payload for row in reversed(rows)}
    keys = [key_of(row.text) for row in rows]
    for one, this in first.items():
        for two, that in first.items():
            if one == two or likeness(this["sketch"], that["sketch"]) < SAME_BOARD:
                continue
            newer = (that.get("at") or 0.0) >= (this.get("at") or 0.0)
            there = {keys[n]: n for n, row in enumerate(rows)
                     if row.board == two and row.unit != "board"}
            for n, row in enumerate(rows):
                if row.board != one:
                    continue
                if row.unit == "board":
                    for m, other in enumerate(rows):
                        if other.board == two and other.unit == "board":
                            found[n, m] = "version newer" if newer else "version older"
                elif keys[n] in there:
                    found[n, there[keys[n]]] = "twin newer" if newer else "twin older"
    return found


def _places(rows: Sequence[Row], joins: NDArray[np.int16], put) -> None:
    for name, way in (("ahead", "after"), ("behind", "before"), ("beside", "beside"),
                      ("holds", "holds"), ("inside", "in")):
        put(name, np.log1p(_joined(joins, way, len(rows))) / 2)
    seen: dict[int, int] = {}
    place = []
    for row in rows:
        seen[row.board] = seen.get(row.board, -1) + 1
        place.append(seen[row.board])
    put("place", [p / max(1, seen[row.board]) for p, row in zip(place, rows, strict=True)])


def _joined(joins: NDArray[np.int16], name: str, rows: int) -> NDArray[np.int64]:
    """Return how many joins of this kind each row has."""
    return np.bincount(joins[joins[:, 0] == JOINS.index(name), 1], minlength=rows)


def _versions(rows: Sequence[Row], joins: NDArray[np.int16], put) -> None:
    newer = _joined(joins, "twin newer", len(rows)) > 0
    older = _joined(joins, "twin older", len(rows)) > 0
    has_newer, has_older = (
        {rows[n].board for n in np.flatnonzero(_joined(joins, name, len(rows)))}
        for name in ("version newer", "version older")
    )
    later = np.array([row.board in has_newer for row in rows])
    before = np.array([row.board in has_older for row in rows])
    put("versioned", later | before)
    put("has_newer", later)
    put("has_older", before)
    put("gone", later & ~newer)
    put("came", before & ~older)
    put("twin", newer | older)
