"""Follows the ink of a line from an end to the node at its other end.

All ends walk at once, one cell a step: each looks ahead in a fan, turns to where the line map is
strongest, and keeps its course through crossings. Where lines part, two more walks turn off.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from ingest.extract.local.eyes.layout import LINE, STRIDE, WAY
from ingest.extract.local.eyes.nodes import logistic
from ingest.extract.local.eyes.votes import Ends, distances

Array = npt.NDArray[Any]

_TURNS = np.deg2rad(np.array([0, -15, 15, -30, 30, -45, 45, -65, 65, -90, 90], float))
_RAYS = np.deg2rad(np.arange(0, 360, 22.5))
_AHEAD = np.array([1.0, 2.0, 3.0, 4.5])  # cells
_TRUST = np.array([0.35, 0.25, 0.22, 0.18])  # in what is seen that far ahead
_STEADY = 0.18  # what going straight on is worth, against a line map of 0…1
_WITH_FIELD = 0.1
_EASE = 0.8  # of a turn is taken at once: pens round their corners
_MOST_STEPS = 400
_LOST = 0.12  # mean of the line map over the last steps
_ARRIVED = 1.6  # cells to the other end of the line
_NEARBY = 3.0  # cells from where the ink is lost to a node that it may mean
_RING, _LOOP = 12, 2.0  # so many steps and still here: a circle
_LEANS = ((0.0, 1.0), (-0.3, 0.6), (0.3, 0.6))  # to turn left, right where lines part; worth
_PASSED = 0.5  # what coming through words counts, against arriving at them
_MET, _MET_WORDS = 0.2, 0.35  # score of an end that a walk may end at, of one at words
_SURE = 0.2  # score of an end that is walked from
_SHY = 0.6  # keeps the first step out of the node that the line leaves


@dataclass(frozen=True, slots=True)
class Trace:
    """One walk: from an end at node `start` to node `stop`; path k×2 in pixels, strength 0…1.

    `leaning`: it turned where lines part, others go on straight.
    """

    start: int
    stop: int
    headed: bool
    strength: float
    path: Array
    leaning: bool = False


def trace_ends(
    maps: Array, ends: Ends, own: Array, boxes: Array, words: Array, least: float = 0.2
) -> list[Trace]:
    """Walk from every end with a score of at least `least` that touches one of ``boxes (m, 4)``.

    ``words (m)``: whether a box is words without a border. A line may run through them as through
    its own label; only where its ink ends there they are meant.
    """
    chosen = np.nonzero((own >= 0) & (ends.scores >= least))[0]
    if len(chosen) == 0 or len(boxes) < 2:
        return []
    found = []
    for lean, worth in _LEANS:
        walk = _Walk(maps, ends, own, boxes / STRIDE - 0.5, words, chosen, lean)
        walk.run()
        found += walk.traces(worth)
    return found


class _Walk:
    def __init__(
        self, maps: Array, ends: Ends, own: Array, boxes: Array, words: Array, chosen: Array,
        lean: float,
    ) -> None:  # fmt: skip
        self.line = cv2.GaussianBlur(logistic(maps[LINE]), (0, 0), 0.6)
        self.way = maps[WAY]
        self.ends, self.own, self.boxes, self.words = ends, own, boxes, words
        self.chosen, self.lean = chosen, lean
        # A bend of a line beside its label looks a little like an end.
        self.sure = (own >= 0) & (ends.scores >= np.where(words[own], _MET_WORDS, _MET))
        self.at = ends.cells[chosen].astype(float)
        # A head looks against the way of its line, a tail along it.
        self.sign = np.where(ends.headed[chosen], -1.0, 1.0)
        self.course = self._first_course()
        self.stop = np.full(len(chosen), -1)
        self.steps = np.zeros(len(chosen), int)
        self.going = np.ones(len(chosen), bool)
        self.passed: dict[tuple[int, int], int] = {}
        self.paths = [self.at.copy()]
        self.seen: list[Array] = []

    def _look(self, spots: Array) -> Array:
        """Return the line map at ``spots (…, 2)``."""
        height, width = self.line.shape
        columns = np.clip(np.rint(spots[..., 0]).astype(int), 0, width - 1)
        rows = np.clip(np.rint(spots[..., 1]).astype(int), 0, height - 1)
        return np.asarray(self.line[rows, columns])

    def _field(self, at: Array) -> Array:
        height, width = self.line.shape
        columns = np.clip(np.rint(at[:, 0]).astype(int), 0, width - 1)
        rows = np.clip(np.rint(at[:, 1]).astype(int), 0, height - 1)
        return np.asarray(self.way[:, rows, columns].T)

    def _fan(self, at: Array, angles: Array) -> tuple[Array, Array]:
        """Return unit vectors k×r×2 of ``angles (k, r)`` and the line seen along each, k×r."""
        rays = np.stack([np.cos(angles), np.sin(angles)], axis=-1)
        spots = at[:, None, None] + rays[:, :, None] * _AHEAD[:, None]
        return rays, self._look(spots) @ _TRUST

    def _first_course(self) -> Array:
        angles = np.broadcast_to(_RAYS, (len(self.at), len(_RAYS)))
        rays, value = self._fan(self.at, angles)
        value = value + 0.25 * (rays * (self._field(self.at) * self.sign[:, None])[:, None]).sum(-1)
        ahead = self.at[:, None] + rays * 3
        box = self.boxes[self.own[self.chosen]][:, None]
        inside = ((ahead > box[..., :2]) & (ahead < box[..., 2:])).all(-1)
        return np.asarray(_RAYS[(value - _SHY * inside).argmax(axis=1)])

    def run(self) -> None:
        """Step until nobody walks any more."""
        for step in range(_MOST_STEPS):
            if not self.going.any():
                return
            self._step()
            self._arrive(step)
            self._give_up()

    def _step(self) -> None:
        going = np.nonzero(self.going)[0]
        at = self.at[going]
        rays, value = self._fan(at, self.course[going, None] + _TURNS)
        value = value + _STEADY * np.cos(_TURNS) + self.lean * np.sin(_TURNS)
        with_field = (rays * self._field(at)[:, None]).sum(-1) * self.sign[going, None]
        value += _WITH_FIELD * with_field
        self.course[going] += _TURNS[value.argmax(axis=1)] * _EASE
        course = self.course[going]
        self.at[going] = at + np.stack([np.cos(course), np.sin(course)], axis=1)
        self.steps[going] += 1
        self.paths.append(self.at.copy())
        self.seen.append(self._look(self.at))

    def _arrive(self, step: int) -> None:
        if step < 2:
            return
        going = np.nonzero(self.going)[0]
        at, own = self.at[going], self.own[self.chosen[going]]
        low, high = self.boxes[:, :2] + 0.3, self.boxes[:, 2:] - 0.3
        within: Array = np.all((at[:, None] > low) & (at[:, None] < high), axis=2)
        within[np.arange(len(going)), own] = False
        for place, words in np.argwhere(within & self.words):
            self.passed.setdefault((int(going[place]), int(words)), int(self.steps[going[place]]))
        within[:, self.words] = False
        entered = np.where(np.any(within, axis=1), np.argmax(within, axis=1), -1)
        far = np.hypot(*(at[:, None] - self.ends.cells[None]).transpose(2, 0, 1))
        other = self.ends.headed[None] != self.ends.headed[self.chosen[going], None]
        far[~(other & self.sure & (self.own[None] != own[:, None]))] = np.inf
        met = np.where(far.min(axis=1) < _ARRIVED, self.own[far.argmin(axis=1)], -1)
        stop = np.where(entered >= 0, entered, met)
        self.stop[going] = stop
        self.going[going[stop >= 0]] = False

    def _give_up(self) -> None:
        height, width = self.line.shape
        outside = (self.at < 0).any(axis=1) | (self.at >= (width, height)).any(axis=1)
        lost = self.going & outside
        if len(self.seen) >= 4:
            lost |= self.going & (np.mean(self.seen[-4:], axis=0) < _LOST)
        if len(self.paths) > _RING + 2:
            lost |= self.going & (np.hypot(*(self.at - self.paths[-_RING]).T) < _LOOP)
        self.going &= ~lost
        for place in np.nonzero(lost)[0]:  # the nearest node may be meant
            far = distances(self.at[place][None], self.boxes)[0]
            far[self.own[self.chosen[place]]] = np.inf
            if far.min() < _NEARBY:
                self.stop[place] = int(far.argmin())

    def traces(self, worth: float) -> list[Trace]:
        """Return the walks that arrived, and those to the words that they came through."""
        seen, paths = np.array(self.seen), np.array(self.paths)
        ways = [(p, int(self.stop[p]), int(self.steps[p]), 1.0) for p in range(len(self.stop))]
        ways += [(p, words, steps, _PASSED) for (p, words), steps in self.passed.items()]
        found = []
        for place, stop, steps, share in ways:
            if stop < 0 or steps == 0 or (share < 1 and stop == self.stop[place]):
                continue
            end = int(self.chosen[place])
            strength = float(self.ends.scores[end] * seen[:steps, place].mean()) * worth * share
            path = (paths[: steps + 1, place] + 0.5) * STRIDE
            start, headed = int(self.own[end]), bool(self.ends.headed[end])
            found.append(Trace(start, stop, headed, strength, path, self.lean != 0))
        return found
