"""What vectors don't say of a row, as numbers: words shared as written, wishes, versions."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from kb.answer.cues import Cues
from kb.answer.matching import Matcher
from kb.answer.selection.joins import Joins, joined
from kb.answer.selection.rows import UNITS, Row
from kb.answer.words import words_of
from kb.facts import dates_in, owners_in
from kb.index.points import Hit
from kb.query.patterns import FIGURE
from kb.scene import NodeKind, Tag
from kb.text import language_of

KINDS: tuple[str, ...] = get_args(NodeKind)
TAGS = tuple(tag for tag in get_args(Tag) if tag != "date")  # dates are seen in the words
NUMBERS = (
    *UNITS, *KINDS, *TAGS,
    "near", "near_z", "near_best", "meant", "held", "named", "hit", "rank", "board_score",
    "board_rank", "written", "written_all", "exact", "lacks_name", "has_name", "lacks_figure",
    "has_figure", "colour", "tag", "kind", "span", "latest", "earliest", "newest", "who", "when",
    "number", "person", "date", "figure", "asks", "words", "ahead", "behind", "beside", "holds",
    "inside", "place", "chinese", "same_language", "versioned", "has_newer", "has_older", "gone",
    "came", "twin",
)  # fmt: skip

Vector = NDArray[np.float32]
Values = Sequence[float] | NDArray[np.float32] | NDArray[np.float64] | NDArray[np.bool_]


def spread(near: Vector) -> Vector:
    """Return how far each lies above the mean, in three standard deviations."""
    return np.asarray((near - near.mean()) / (near.std() + 1e-6) / 3, np.float32)


def relative(numbers: Vector) -> Vector:
    """Return numbers of rows, (rows, NUMBERS), as if these rows were all that there is."""
    told = numbers.copy()
    near = told[:, NUMBERS.index("near")]
    told[:, NUMBERS.index("near_z")] = spread(near)
    told[:, NUMBERS.index("near_best")] = near - near.max()
    for name in ("hit", "board_score", "board_rank", "rank"):
        column = NUMBERS.index(name)
        told[:, column] /= max(float(told[:, column].max()), 1e-6)
    return told


class Numbers:
    """The numbers of all rows, filled column by column.

    Attributes:
        table: (rows, len(NUMBERS)).
    """

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = rows
        self.table = np.zeros((len(rows), len(NUMBERS)), np.float32)

    def kinds(self) -> None:
        """Say what each row is."""
        for unit in UNITS:
            self._put(unit, [row.unit == unit for row in self.rows])
        for kind in KINDS:
            self._put(kind, [row.node != "" and kind in row.payload["kinds"] for row in self.rows])
        for tag in TAGS:
            self._put(tag, [tag in row.payload["tags"] for row in self.rows])

    def found(self, hits: Sequence[Hit], order: Mapping[str, int]) -> None:
        """Say how well search found each row and its board."""
        near = np.array([row.hit.dense or 0.0 for row in self.rows], np.float32)
        self._put("near", near)
        self._put("near_z", spread(near))
        self._put("near_best", near - near.max())
        self._put("held", [row.hit.sparse or 0.0 for row in self.rows])
        self._put("named", [row.hit.named for row in self.rows])
        top = max((hit.score for hit in hits), default=1.0) or 1.0
        score = {hit.id: hit.score / top for hit in hits}
        rank = {hit.id: 1 / (1 + at) for at, hit in enumerate(hits)}
        self._put("hit", [max(0.0, score.get(row.hit.id, 0.0)) for row in self.rows])
        self._put("rank", [rank.get(row.hit.id, 0.0) for row in self.rows])
        best: dict[int, float] = {}
        for hit in hits:
            at = order.get(hit.payload["board"], -1)
            best[at] = max(best.get(at, 0.0), hit.score / top)
        self._put("board_score", [best.get(row.board, 0.0) for row in self.rows])
        self._put("board_rank", [1 / (1 + row.board) for row in self.rows])

    def words(self, cues: Cues, match: Matcher) -> None:
        """Say which of the question's words stand in each row, and which its board lacks."""
        if not cues.wanted:
            return
        texts = [row.text for row in self.rows]
        written = match.many(cues.wanted, texts).astype(np.float32)
        weights = np.array([match.weight(word) for word in cues.wanted], np.float32)
        total = float(weights.sum()) or 1.0
        boards = np.array([row.board for row in self.rows])
        whole = np.zeros_like(written)
        for board in set(boards.tolist()):
            whole[boards == board] = written[boards == board].max(axis=0)
        self._put("written", written @ weights / total)
        self._put("meant", written.max(axis=1))
        self._put("written_all", whole @ weights / total)
        self._put("exact", [match.share(words_of(t), cues.text, meant=False) for t in texts])
        for name, marked in (
            ("name", [word.name for word in cues.wanted]),
            ("figure", [word.figure for word in cues.wanted]),
        ):
            chosen = np.array(marked, np.float32) * weights / total
            self._put(f"has_{name}", written @ chosen)
            self._put(f"lacks_{name}", (1 - whole) @ chosen)

    def wishes(self, cues: Cues) -> None:
        """Say which rows are of the kind, time, colour or language that the question names."""
        hints = cues.hints
        payloads = [row.payload for row in self.rows]
        ages = [payload.get("at") or 0.0 for payload in payloads]
        order = {at: n for n, at in enumerate(sorted(set(ages)))}
        newest = [order[at] / max(1, len(order) - 1) for at in ages]
        self._put("colour", [bool(set(p["colors"]) & set(hints.colors)) for p in payloads])
        self._put("tag", [bool(set(p["tags"]) & set(hints.tags)) for p in payloads])
        self._put("kind", [bool(set(p["kinds"]) & set(hints.kinds)) for p in payloads])
        self._put("span", [any(span.holds(at) for span in hints.spans) for at in ages])
        self._put("newest", newest)
        self._put("latest", [hints.latest * one for one in newest])
        self._put("earliest", [hints.earliest * (1 - one) for one in newest])
        spoken = [payload.get("language") for payload in payloads]
        self._put("chinese", [one == "zh" for one in spoken])
        self._put("same_language", [one == language_of(cues.text) for one in spoken])

    def contents(self, cues: Cues) -> None:
        """Say what is in each row's words: a person, a date, a figure, a question."""
        texts = [row.text for row in self.rows]
        named = [bool(owners_in(text)) for text in texts]
        person = [
            one or "owner" in row.payload["tags"] for one, row in zip(named, self.rows, strict=True)
        ]
        date = [bool(dates_in(text)) for text in texts]
        figure = [bool(FIGURE.search(text)) for text in texts]
        for name, asked, wish, held in (
            ("person", cues.who, "who", person),
            ("date", cues.when, "when", date),
            ("figure", cues.number, "number", figure),
        ):
            self._put(name, held)
            self._put(wish, [asked * one for one in held])
        self._put("asks", [text.rstrip().endswith(("?", "？")) for text in texts])
        self._put("words", [math.log1p(len(words_of(text))) / 3 for text in texts])

    def places(self, joins: Joins) -> None:
        """Say where each row stands, and how much hangs on it."""
        rows = self.rows
        for name, way in _DEGREES.items():
            self._put(name, np.log1p(joined(joins, way, len(rows))) / 2)
        boards = [row.board for row in rows]
        first = {board: boards.index(board) for board in set(boards)}
        count = {board: boards.count(board) for board in set(boards)}
        place = [(n - first[b]) / max(1, count[b] - 1) for n, b in enumerate(boards)]
        self._put("place", place)

    def versions(self, joins: Joins) -> None:
        """Say what came and went between versions of a board."""
        rows = self.rows
        newer = joined(joins, "twin newer", len(rows)) > 0
        older = joined(joins, "twin older", len(rows)) > 0
        later, before = (
            np.isin(
                [row.board for row in rows], [rows[n].board for n in np.flatnonzero(has).tolist()]
            )
            for has in (joined(joins, f"version {age}", len(rows)) for age in ("newer", "older"))
        )
        self._put("versioned", later | before)
        self._put("has_newer", later)
        self._put("has_older", before)
        self._put("gone", later & ~newer)
        self._put("came", before & ~older)
        self._put("twin", newer | older)

    def _put(self, name: str, values: Values) -> None:
        self.table[:, NUMBERS.index(name)] = values


_DEGREES = {
    "ahead": "after",
    "behind": "before",
    "beside": "beside",
    "holds": "holds",
    "inside": "in",
}
