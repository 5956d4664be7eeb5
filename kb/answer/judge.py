"""How well each plan answers a question: what both share, in numbers, weighed by a fitted model.

The weights are fitted on the dev half of the question sets by ``python -m evals.answers.fit`` and
kept in ``weights.json`` with where they come from.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from kb.answer.cues import CUES, Cues
from kb.answer.matching import Matcher
from kb.answer.plans import WAYS, Plan
from kb.answer.views import View
from kb.answer.words import Word, words_of
from kb.facts import dates_in, owners_in
from kb.query.patterns import FIGURE

if TYPE_CHECKING:
    from kb.index import Hit

Vector = NDArray[np.float64]

WEIGHTS = Path(__file__).parent / "weights.json"
BLOCKS = ("said", "fan", "group")
_BLOCK = dict.fromkeys(WAYS, 2) | {"said": 0, "after": 1, "before": 1, "beside": 1}
SHARED = (
    "anchor_meant", "anchor_exact", "anchor_best", "anchor_near", "member_meant", "member_best",
    "member_near", "relation_near", "label", "around", "title", "all_written", "all_meant",
    "names_lacking", "figures_lacking", "board", "board_first", "board_meant", "board_written",
    "new", "one", "size", "many_size", "heads", "agrees", "agrees_best", "agrees_label",
    "who", "no_who", "when", "no_when", "number", "no_number", "colour", "tag", "kind", "span",
    "latest", "earliest", "first_hit",
)  # fmt: skip
FEATURES: tuple[str, ...] = (
    *(f"{block}:{name}" for block in BLOCKS for name in SHARED),
    *(f"{way}*{cue}" for way in WAYS for cue in ("bias", *CUES)),
)
SURENESS = (
    "bias", "share", "top", "margin", *SHARED,
)  # fmt: skip
NEAR_WORTH = 0.15  # what a standard deviation of nearness adds to the share of words held
NOW = 4e9  # seconds; brings times between 0 and 1
NO_NEAR = -1.0  # standard deviations; a node that is no hit is farther than those that are


@dataclass(frozen=True)
class _Board:
    """What a board as a whole has to do with the question; `fits` tells it of each node."""

    title: Vector
    written: Vector
    meant: Vector
    fits: Mapping[str, float]
    best: float
    age: float


@dataclass(frozen=True)
class Judged:
    """The plans of a question, with the numbers of each."""

    plans: Sequence[Plan]
    features: Vector


class Judge:
    """One question's measure of plans.

    Args:
        cues: what the question asks for beside its words.
        match: how words are held.
        hits: what search found, best first.
    """

    def __init__(self, cues: Cues, match: Matcher, hits: Sequence[Hit]) -> None:
        self.cues = cues
        self.match = match
        self.wanted = cues.wanted
        self._weights = np.array([match.weight(word) for word in self.wanted])
        self._total = float(self._weights.sum()) or 1.0
        self._near, self._relations = _nearness(hits)
        self._boards = _boards(hits)
        self._first = (hits[0].payload["board"], tuple(hits[0].payload["nodes"])) if hits else None
        self._first_board = hits[0].payload["board"] if hits else ""
        self._held: dict[str, tuple[Vector, Vector]] = {}
        self._views: dict[str, _Board] = {}

    def features(self, plans: Sequence[Plan]) -> Vector:
        """Return the numbers of each plan: shape (len(plans), len(FEATURES))."""
        self._prepare(plans)
        rows = np.zeros((len(plans), len(FEATURES)))
        width = len(SHARED)
        ways = len(BLOCKS) * width
        cues = np.array([1.0, *self.cues.flags])
        for row, plan in zip(rows, plans, strict=True):
            block = _BLOCK[plan.way] * width
            row[block : block + width] = self._shared(plan)
            at = ways + WAYS.index(plan.way) * len(cues)
            row[at : at + len(cues)] = cues
        return rows

    def _prepare(self, plans: Sequence[Plan]) -> None:
        """Look up how all texts hold the question's words, the meaning of all words at once."""
        texts: dict[str, None] = {}
        for view in {id(plan.view): plan.view for plan in plans}.values():
            texts[_title(view)] = None
            for node in view.scene.nodes:
                texts[node.text] = None
        for plan in plans:
            for hop in plan.hops:
                texts[hop.label] = None
        fresh = [text for text in texts if text not in self._held]
        for text, held in zip(fresh, self.match.many(self.wanted, fresh), strict=True):
            self._held[text] = held

    def _text(self, text: str) -> tuple[Vector, Vector]:
        if text not in self._held:
            (self._held[text],) = self.match.many(self.wanted, [text])
        return self._held[text]

    def _share(self, held: Vector) -> float:
        return float(held @ self._weights) / self._total

    def _shared(self, plan: Plan) -> list[float]:
        view, cues = plan.view, self.cues
        board = self._board(view)
        nodes = [view.nodes[member] for member in plan.members]
        anchor = view.nodes[plan.anchor].text if plan.anchor else ""
        said = [self._text(node.text) for node in nodes]
        member_written = np.max([written for written, _ in said], axis=0)
        member_meant = np.max([meant for _, meant in said], axis=0)
        anchor_written, anchor_meant = self._text(anchor)
        label = np.max([self._text(hop.label)[1] for hop in plan.hops], axis=0)
        around = board.title
        for member in (*plan.members[:1], plan.anchor):
            if holder := view.holder.get(member):
                around = np.maximum(around, self._text(view.nodes[holder].text)[1])
        all_meant = np.maximum.reduce([anchor_meant, member_meant, label, around])
        all_written = np.maximum(anchor_written, member_written)
        lacking = [w for w, held in zip(self.wanted, all_meant, strict=True) if held < 0.5]
        texts = "\n".join(node.text for node in nodes)
        size = math.log(len(nodes))
        colours = {c for node in nodes for c in (node.color, node.fill) if c}
        who = bool(owners_in(texts)) or any("owner" in node.tags for node in nodes)
        when, number = bool(dates_in(texts)), bool(FIGURE.search(texts))
        agrees = float(cues.agrees(plan.way))
        anchor_best = self._best(board, plan.anchor) if plan.anchor else 0.0
        label_share = self._share(label)
        return [
            self._share(anchor_meant),
            self._exact(anchor),
            anchor_best,
            self._near.get((view.ref.id, plan.anchor), NO_NEAR) if plan.anchor else 0.0,
            self._share(member_meant),
            max(self._best(board, node.id) for node in nodes),
            max(self._near.get((view.ref.id, node.id), NO_NEAR) for node in nodes),
            self._relations.get((view.ref.id, frozenset((plan.anchor, *plan.members))), NO_NEAR),
            label_share,
            self._share(around),
            self._share(board.title),
            self._share(all_written),
            self._share(all_meant),
            self._lack(lacking, lambda word: word.name),
            self._lack(lacking, lambda word: word.figure),
            self._boards.get(view.ref.id, 0.0),
            float(self._first_board == view.ref.id),
            self._share(board.meant),
            self._share(board.written),
            1.0 - self.match.share(words_of(texts), cues.text, meant=False),
            float(len(nodes) == 1),
            size,
            size * cues.many,
            float(any(node.id in view.inside for node in nodes)),
            agrees,
            agrees * anchor_best,
            agrees * label_share,
            cues.who * who,
            cues.who * (not who),
            cues.when * when,
            cues.when * (not when),
            cues.number * number,
            cues.number * (not number),
            float(bool(colours & set(cues.hints.colors))),
            float(any(set(node.tags) & set(cues.hints.tags) for node in nodes)),
            float(any(node.kind in cues.hints.kinds for node in nodes)),
            float(view.at is not None and any(s.holds(view.at) for s in cues.hints.spans)),
            cues.hints.latest * board.age,
            cues.hints.earliest * board.age,
            float(self._first == (view.ref.id, plan.members)),
        ]  # fmt: skip

    def _board(self, view: View) -> _Board:
        """Return what a whole board holds of the question, and how well its best node does."""
        known = self._views.get(view.ref.id)
        if known is None:
            title_written, title = self._text(_title(view))
            held = {node.id: self._text(node.text) for node in view.scene.nodes}
            fits = {node: self._fit(view, node, meant) for node, (_, meant) in held.items()}
            known = _Board(
                title=title,
                written=np.maximum.reduce([title_written, *(w for w, _ in held.values())]),
                meant=np.maximum.reduce([title, *(m for _, m in held.values())]),
                fits=fits,
                best=max(fits.values(), default=1.0) or 1.0,
                age=(view.at or 0.0) / NOW,
            )
            self._views[view.ref.id] = known
        return known

    def _fit(self, view: View, node: str, meant: Vector) -> float:
        near = max(0.0, self._near.get((view.ref.id, node), 0.0))
        return self._share(meant) + NEAR_WORTH * near

    def _best(self, board: _Board, node: str) -> float:
        """Return how near a node comes to the best of its board: 1 for that itself."""
        return float((board.fits.get(node, 0.0) / board.best) ** 2)

    def _exact(self, anchor: str) -> float:
        """Return how much of the anchor's own words the question says."""
        return self.match.share(words_of(anchor), self.cues.text) if anchor else 0.0

    def _lack(self, lacking: Sequence[Word], kind: Callable[[Word], bool]) -> float:
        return sum(self.match.weight(word) for word in lacking if kind(word)) / self._total


def sureness_features(judged: Judged, ranking: Vector) -> tuple[Vector, int]:
    """Return what tells whether the best plan is right, and which plan that is."""
    scores = judged.features @ ranking
    best = int(np.argmax(scores))
    chances = np.exp(scores - scores.max())
    # Plans that tell the same nodes are no rivals.
    same = [set(p.members) == set(judged.plans[best].members) for p in judged.plans]
    rivals = np.where(same, -np.inf, scores)
    margin = float(scores[best] - rivals.max()) if np.isfinite(rivals).any() else 5.0
    width = len(SHARED)
    block = _BLOCK[judged.plans[best].way] * width
    share = float(chances[same].sum() / chances.sum())
    row = [1.0, share, float(scores[best]), min(margin, 5.0)]
    return np.array([*row, *judged.features[best, block : block + width]]), best


def _title(view: View) -> str:
    return f"{view.ref.title}\n{PurePath(view.ref.source).stem}"


def _nearness(
    hits: Sequence[Hit],
) -> tuple[dict[tuple[str, str], float], dict[tuple[str, frozenset[str]], float]]:
    """Return how near in meaning nodes and relations are, in standard deviations of the hits."""
    cosines = [hit.dense for hit in hits if hit.dense is not None]
    if len(cosines) < 3:
        return {}, {}
    mean, spread = float(np.mean(cosines)), float(np.std(cosines)) or 1.0
    nodes: dict[tuple[str, str], float] = {}
    relations: dict[tuple[str, frozenset[str]], float] = {}
    for hit in hits:
        if hit.dense is None:
            continue
        near = (hit.dense - mean) / spread
        board, named = hit.payload["board"], hit.payload["nodes"]
        if hit.payload["unit"] == "node":
            nodes[board, named[0]] = max(near, nodes.get((board, named[0]), -9.0))
        elif hit.payload["unit"] == "relation":
            relations[board, frozenset(named)] = near
    return nodes, relations


def _boards(hits: Sequence[Hit]) -> dict[str, float]:
    """Return how good each board's best hit is: 1 for the best of all."""
    best: dict[str, float] = {}
    for hit in hits:
        board = hit.payload["board"]
        best[board] = max(best.get(board, 0.0), hit.score)
    top = max(best.values(), default=1.0) or 1.0
    return {board: score / top for board, score in best.items()}


def logistic(score: float) -> float:
    """Turn a score into a chance."""
    return 1.0 / (1.0 + math.exp(-max(-50.0, min(50.0, score))))


@dataclass(frozen=True)
class Fitted:
    """The fitted model.

    Attributes:
        ranking: one weight a feature.
        sureness: one weight for each of SURENESS.
        least: the sureness from which an answer is given.
    """

    ranking: Vector
    sureness: Vector
    least: float


@lru_cache(maxsize=1)
def fitted() -> Fitted:
    """Return the weights that come with the product."""
    kept = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    return Fitted(
        np.array([kept["ranking"].get(name, 0.0) for name in FEATURES]),
        np.array([kept["sureness"].get(name, 0.0) for name in SURENESS]),
        kept["least"],
    )
