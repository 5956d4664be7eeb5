"""How well the eyes see boards on their own: nodes and arrows, without any word read.

The figures of the whole extractor are `evals.extraction`'s; these choose weights and thresholds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from evals.training.detector.answers import Answer
from evals.training.detector.evidence import true_links
from ingest.extract.local.eyes.judge import Judge
from ingest.extract.local.eyes.layout import FRAMES, KINDS, LONGEST
from ingest.extract.local.eyes.links import find_links
from ingest.extract.local.eyes.pairs import Pairs, find_pairs

Array = npt.NDArray[Any]

_LONG = 160.0  # pixels the net saw
_SHARED = 8.0  # pixels between ends that are one
_OTHERS = [KINDS.index(kind) for kind in sorted(FRAMES)]
_WORDS = KINDS.index("text")


@dataclass
class Count:
    """Hits, found, true."""

    hits: int = 0
    found: int = 0
    true: int = 0

    def add(self, hits: int, found: int, true: int) -> None:
        """Count one board."""
        self.hits, self.found, self.true = self.hits + hits, self.found + found, self.true + true

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return 2 * self.hits / max(1, self.found + self.true)

    @property
    def recall(self) -> float:
        """Share of the true that was found."""
        return self.hits / max(1, self.true)


@dataclass
class Figures:
    """Of many boards.

    `kinds`: nodes with the right kind; `plain`: lines without heads; `long`, `shared`: arrows,
    recall only.
    """

    nodes: Count = field(default_factory=Count)
    kinds: Count = field(default_factory=Count)
    words: Count = field(default_factory=Count)
    arrows: Count = field(default_factory=Count)
    plain: Count = field(default_factory=Count)
    long: Count = field(default_factory=Count)
    shared: Count = field(default_factory=Count)

    def __str__(self) -> str:
        return (
            f"node F1 {self.nodes.f1:.3f}, with kind {self.kinds.f1:.3f}, words alone "
            f"{self.words.f1:.3f}, arrows {self.arrows.f1:.3f}, recall of long "
            f"{self.long.recall:.3f} and of shared {self.shared.recall:.3f}, "
            f"plain lines {self.plain.f1:.3f}"
        )


@dataclass(frozen=True)
class Judged:
    """One board with its judged candidates; `nodes`: places among the seen of those it joins."""

    answer: Answer
    nodes: Array
    pairs: Pairs
    scores: Array


def judged(answer: Answer, judge: Judge, least: float) -> Judged:
    """Judge all pairs of nodes with a score of at least `least`."""
    seen = answer.seen
    nodes = np.nonzero(~np.isin(seen.kinds, _OTHERS) & (seen.scores >= least))[0]
    maps = answer.maps.astype(np.float32)
    pairs = find_pairs(maps, seen.boxes[nodes], seen.kinds[nodes])
    return Judged(answer, nodes, pairs, judge(pairs))


def measure(boards: Iterable[Judged], *, words: bool, arrow: float, line: float) -> Figures:
    """Add up all boards. `words`: whether words that stand alone are nodes, as on most boards."""
    figures = Figures()
    for board in boards:
        _add_nodes(figures, board, words=words)
        _add_links(figures, board, words=words, arrow=arrow, line=line)
    return figures


def _counts(kinds: Array, *, words: bool) -> Array:
    return np.asarray(~np.isin(kinds, _OTHERS if words else [*_OTHERS, _WORDS]))


def _add_nodes(figures: Figures, board: Judged, *, words: bool) -> None:
    answer = board.answer
    kinds, same = answer.seen.kinds[board.nodes], answer.same[board.nodes]
    found, true = _counts(kinds, words=words), _counts(answer.true_kinds, words=words)
    hits = found & (same >= 0)
    figures.nodes.add(int(hits.sum()), int(found.sum()), int(true.sum()))
    right = hits & (answer.true_kinds[same] == kinds) if len(answer.true_kinds) else hits
    figures.kinds.add(int(right.sum()), int(found.sum()), int(true.sum()))
    alone = kinds == _WORDS
    count = int((answer.true_kinds == _WORDS).sum())
    figures.words.add(int((alone & (same >= 0)).sum()), int(alone.sum()), count)


def _add_links(figures: Figures, board: Judged, *, words: bool, arrow: float, line: float) -> None:
    answer = board.answer
    maps = answer.maps.astype(np.float32)
    links = find_links(maps, board.pairs, board.scores, arrow=arrow, line=line)
    same = answer.same[board.nodes]
    kinds = answer.seen.kinds[board.nodes]
    counts, true_counts = _counts(kinds, words=words), _counts(answer.true_kinds, words=words)
    found, plain = set(), set()
    for link in links:
        if not (counts[link.source] and counts[link.target]):
            continue
        ends = [int(same[k]) if same[k] >= 0 else -1 - k for k in (link.source, link.target)]
        if link.heads:
            found.add((ends[0], ends[1]))
        else:
            plain.add(frozenset(ends))
        if link.heads == 2:
            found.add((ends[1], ends[0]))
    arrows, lines = true_links(answer)
    true = {(s, t) for s, t in arrows if true_counts[s] and true_counts[t]}
    figures.arrows.add(len(found & true), len(found), len(true))
    without = {
        frozenset((s, t))
        for s, t in lines - arrows
        if (t, s) not in arrows and true_counts[s] and true_counts[t]
    }
    figures.plain.add(len(plain & without), len(plain), len(without))
    _add_hard(figures, answer, found, true)


def _add_hard(figures: Figures, answer: Answer, found: set[Any], true: set[Any]) -> None:
    scale = _scale(answer)
    lines = [line for line in answer.board.lines if (line.source, line.target) in true]
    ends = np.array([line.path[[0, -1]] for line in lines]).reshape(-1, 2) * scale
    for place, line in enumerate(lines):
        hit = (line.source, line.target) in found
        if np.hypot(*np.diff(line.path, axis=0).T).sum() * scale > _LONG:
            figures.long.add(hit, 0, 1)
        mine = ends[2 * place : 2 * place + 2]
        others = np.delete(ends, [2 * place, 2 * place + 1], axis=0)
        far = np.hypot(*(mine[:, None] - others[None]).transpose(2, 0, 1))
        if far.min(initial=np.inf) < _SHARED:
            figures.shared.add(hit, 0, 1)


def _scale(answer: Answer) -> float:
    return float(LONGEST / max(answer.board.pixels.shape[:2]))
