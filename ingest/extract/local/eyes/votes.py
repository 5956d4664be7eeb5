"""What every spot of a line says about the nodes at its two ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from ingest.extract.local.eyes.layout import (
    HEAD,
    LINE,
    REACH,
    STRIDE,
    TAIL,
    TO_HEAD,
    TO_TAIL,
    WAY,
)
from ingest.extract.local.eyes.nodes import logistic

Array = npt.NDArray[Any]

_ON_LINE = 0.35
_LEAST_END = 0.12  # score of an end whose reach is asked
_MOST_ENDS = 400  # of each kind
_MOST_CELLS = 12_000
_TOUCH = 18.0  # pixels between an end and the node it belongs to
_AHEAD = (0.0, 8.0, 16.0, 24.0, 32.0, 40.0)  # pixels ahead of an end that points at a node
_FAR = 0.4  # pixels that a pixel ahead counts as
WORDS_YIELD = 8.0  # pixels by which a shape may be farther away than words and still be meant


@dataclass(frozen=True, slots=True)
class Ends:
    """Ends of lines: points k×2 in pixels, whether each has a head, scores, cells k×2 (x, y)."""

    points: Array
    headed: Array
    scores: Array
    cells: Array


@dataclass(frozen=True, slots=True)
class Votes:
    """Evidence for a line from node s to node t, each m×m.

    Attributes:
        cells: how many cells of lines point back to s and ahead to t.
        along: how many of them run that way, less those that run the other way.
        heads: the surest head at t whose line reaches back to s.
        tails: the surest tail at s whose line reaches ahead to t.
    """

    cells: Array
    along: Array
    heads: Array
    tails: Array


def distances(points: Array, boxes: Array) -> Array:
    """Return how far each of ``points (n, 2)`` is outside each of ``boxes (m, 4)``: n×m."""
    x, y = points[:, None, 0], points[:, None, 1]
    dx = np.maximum(np.maximum(boxes[None, :, 0] - x, x - boxes[None, :, 2]), 0)
    dy = np.maximum(np.maximum(boxes[None, :, 1] - y, y - boxes[None, :, 3]), 0)
    return np.asarray(np.hypot(dx, dy))


def find_ends(maps: Array, least: float = _LEAST_END) -> Ends:
    """Return the peaks of the head and tail maps."""
    points, headed, scores, cells = [], [], [], []
    for channel in (HEAD, TAIL):
        map_ = logistic(maps[channel])
        top = map_ >= cv2.dilate(map_, np.ones((5, 5), np.uint8))
        rows, columns = np.nonzero(top & (map_ > least))
        surest = np.argsort(-map_[rows, columns], kind="stable")[:_MOST_ENDS]
        rows, columns = rows[surest], columns[surest]
        points.append(np.stack([(columns + 0.5) * STRIDE, (rows + 0.5) * STRIDE], axis=1))
        headed.append(np.full(len(rows), channel == HEAD))
        scores.append(map_[rows, columns])
        cells.append(np.stack([columns, rows], axis=1))
    return Ends(*(np.concatenate(parts) for parts in (points, headed, scores, cells)))


def owners(maps: Array, ends: Ends, boxes: Array, words: Array) -> Array:
    """Return for each end the place of the node it touches or points at, -1 where there is none.

    ``words (m)``: whether a box is words without a border; a label often stands nearer to the end
    of its line than the shape that the line means.
    """
    if len(boxes) == 0:
        return np.full(len(ends.points), -1)
    columns, rows = ends.cells.T
    outward = maps[WAY, rows, columns].T * np.where(ends.headed, 1.0, -1.0)[:, None]
    outward = outward / (np.linalg.norm(outward, axis=1, keepdims=True) + 1e-3)
    ahead = [distances(ends.points + far * outward, boxes) + _FAR * far for far in _AHEAD]
    far = np.min(ahead, axis=0)
    nearest = (far + WORDS_YIELD * words).argmin(axis=1)
    return np.where(far[np.arange(len(far)), nearest] < _TOUCH, nearest, -1)


def count_votes(maps: Array, ends: Ends, own: Array, boxes: Array, words: Array) -> Votes:
    """Let every cell on a line, and every end, vote for a pair of ``boxes (m, 4)``."""
    cells, along = _cell_votes(maps, boxes, words)
    heads, tails = _end_votes(maps, ends, own, boxes)
    for votes in (cells, heads, tails):
        np.fill_diagonal(votes, 0)
    return Votes(cells, along - along.T, heads, tails)


def _cell_votes(maps: Array, boxes: Array, words: Array) -> tuple[Array, Array]:
    m = len(boxes)
    line = logistic(maps[LINE])
    rows, columns = np.nonzero(line > _ON_LINE)
    if m < 2 or len(rows) == 0:
        return np.zeros((m, m)), np.zeros((m, m))
    step = -(-len(rows) // _MOST_CELLS)  # only a picture full of noise has so many
    rows, columns = rows[::step], columns[::step]
    here = np.stack([(columns + 0.5) * STRIDE, (rows + 0.5) * STRIDE], axis=1)
    ahead, back = (maps[to, rows, columns].T * REACH * STRIDE for to in (TO_HEAD, TO_TAIL))
    targets, sources = (_meant(here + way, way, boxes, words) for way in (ahead, back))
    weight = line[rows, columns][:, None]
    course = _unit(ahead) - _unit(back)
    agrees = np.clip((course * maps[WAY, rows, columns].T).sum(axis=1) * 0.7, -1, 1)[:, None]
    return (sources * weight).T @ targets, (sources * weight * agrees).T @ targets


def _unit(vectors: Array) -> Array:
    return np.asarray(vectors / (np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-3))


def _meant(spots: Array, ways: Array, boxes: Array, words: Array) -> Array:
    """Return how much each spot, told from `ways` away, means each box: n×m, one box a spot."""
    far = distances(spots, boxes) + WORDS_YIELD * words
    loose = 6 + 0.12 * np.abs(ways).sum(axis=1, keepdims=True)
    share = np.exp(-np.minimum(far / loose, 30))
    return np.asarray(share * (far <= far.min(axis=1, keepdims=True) + 1e-6) * (share > 0.05))


def _end_votes(maps: Array, ends: Ends, own: Array, boxes: Array) -> tuple[Array, Array]:
    m = len(boxes)
    heads, tails = np.zeros((m, m)), np.zeros((m, m))
    line = logistic(maps[LINE])
    for place in np.nonzero(own >= 0)[0]:
        other = _other_end(maps, line, ends.cells[place], ends.points[place])
        length = float(np.hypot(*(other - ends.points[place])))
        share = np.exp(-distances(other[None], boxes)[0] / (8 + 0.15 * length))
        share *= ends.scores[place]
        if ends.headed[place]:
            heads[:, own[place]] = np.maximum(heads[:, own[place]], share)
        else:
            tails[own[place]] = np.maximum(tails[own[place]], share)
    return heads, tails


def _other_end(maps: Array, line: Array, cell: Array, point: Array) -> Array:
    """Return where the line that ends in `cell` has its other end: the vote farther away."""
    x, y = (int(value) for value in cell)
    rows = slice(max(0, y - 1), min(line.shape[0], y + 2))
    columns = slice(max(0, x - 1), min(line.shape[1], x + 2))
    weight = line[rows, columns].ravel() + 1e-3
    down, right = np.mgrid[rows, columns]
    here = np.stack([(right.ravel() + 0.5) * STRIDE, (down.ravel() + 0.5) * STRIDE])
    votes = []
    for to in (TO_HEAD, TO_TAIL):
        spots = here + maps[to, rows, columns].reshape(2, -1) * REACH * STRIDE
        votes.append((spots * weight).sum(axis=1) / weight.sum())
    return max(votes, key=lambda spot: float(np.hypot(*(spot - point))))
